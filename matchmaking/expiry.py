"""Telling people that a need or an offer of theirs ends soon, and their answer to it: keep it, or close it."""

from datetime import date, timedelta
from itertools import chain, islice

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
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
    """Some at a time: what was imported together ends together."""
    count, documents = 0, _unannounced(model).select_related("organisation").without_vectors().iterator(BATCH)
    while some := list(islice(documents, BATCH)):
        Mail.objects.owe(list(chain.from_iterable(map(_notices, some))))
        count += len(some)
    return count


def _unannounced(model: type[Need] | type[Offer]) -> QuerySet:
    """`ending_soon`, without those of which a mail's key begins with `expiry_key`."""
    name, text = model._meta.model_name, CharField()
    last_day = Cast("valid_until", text)
    key = Concat(Value(f"expiry:{name}:"), Cast("pk", text), Value(":"), last_day, Value(":"), output_field=text)
    told = Mail.objects.filter(key__startswith=OuterRef("told_key"), kind=MailKind.EXPIRY, **{name: OuterRef("pk")})
    return ending_soon(model.objects).annotate(told_key=key).exclude(Exists(told))


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
