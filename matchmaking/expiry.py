"""Telling people that a need or an offer of theirs ends soon, and their answer to it: keep it, or close it."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalog.models import Need, Offer

from .models import Mail, MailKind

BATCH = 200


def ending_soon(documents: QuerySet) -> QuerySet:
    """The open ones within their last `EXPIRY_NOTICE_DAYS`, soonest first."""
    last_day = timezone.localdate() + timedelta(days=settings.EXPIRY_NOTICE_DAYS)
    return documents.open().filter(valid_until__lte=last_day).order_by("valid_until", "pk")


def announce_expiry() -> int:
    """Owe a notice to everybody who may prolong what ends soon; returns the number of documents."""
    return sum(_announce(model) for model in (Need, Offer))


def _announce(model: type[Need] | type[Offer]) -> int:
    documents = ending_soon(model.objects).select_related("organisation")
    fresh = [document for document in documents.iterator(BATCH) if not _is_announced(document)]
    for document in fresh:
        Mail.objects.owe(_notices(document))
    return len(fresh)


def _is_announced(document: Need | Offer) -> bool:
    return Mail.objects.filter(key__startswith=expiry_key(document)).exists()


def _notices(document: Need | Offer) -> list[Mail]:
    people = User.objects.acting_for(document.organisation)
    about = {document._meta.model_name: document, "kind": MailKind.EXPIRY}
    return [Mail(key=f"{expiry_key(document)}{person.pk}", recipient=person, **about) for person in people]


def expiry_key(document: Need | Offer) -> str:
    """How the keys of a document's notices begin: another last day makes another notice."""
    return f"expiry:{document._meta.model_name}:{document.pk}:{document.valid_until}:"


def document_path(document: Need | Offer) -> str:
    return reverse(f"{document._meta.model_name}-detail", args=[document.pk])


# The answer


def next_end() -> date:
    """Until when a document is valid that is kept today."""
    return timezone.localdate() + timedelta(days=settings.VALID_DAYS)
