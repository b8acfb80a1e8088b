"""What brokers write for clients without an account goes out only once the client has said yes (`ClientText`)."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User

from .codes import State
from .erasing import erase_draft
from .models import ClientText, Document
from .models.document import DocumentQuerySet


class Contact(NamedTuple):
    """Whoever speaks for the client."""

    name: str
    email: str
    language: str


def awaits_client(document: Document, user: User) -> bool:
    """Whether the person, who would publish it, has to ask the client first. What was out once is not asked about."""
    if document.published_at:
        return False
    return Organisation.objects.to_be_asked_by(user).filter(pk=document.organisation_id).exists()


def publish(document: Document, user: User) -> None:
    """Publish it for whoever may. Raises ValidationError where a client without an account has to say yes first; who
    acts for the organisation says so by this."""
    if awaits_client(document, user):
        raise ValidationError(_("Nobody there has an account: ask the client on its page."))
    if Organisation.objects.of(user).filter(pk=document.organisation_id).exists():
        document.client_texts.unanswered().delete()
    document.publish_for_a_term()


def without_awaiting(documents: DocumentQuerySet, user: User) -> DocumentQuerySet:
    """Those that the person may publish at once."""
    clients = Organisation.objects.to_be_asked_by(user).values("pk")
    side = documents.model._meta.model_name
    waiting = ClientText.objects.unanswered().filter(kind=side).exclude(**{side: None}).values(side)
    return documents.exclude(published_at__isnull=True, organisation__in=clients).exclude(pk__in=waiting)


def asked_about(document: Document) -> ClientText | None:
    """The latest question to a client about it."""
    return document.client_texts.select_related("broker", "contact").order_by("-pk").first()


# Asking and answering; the mails are the upper package's matter


@transaction.atomic
def enter(document: Document, contact: Contact, *, by: User) -> ClientText:
    """The draft waits for the client from now on. Raises ValidationError where it is no draft, has files, which the
    client would not see, or waits already."""
    if document.state != State.DRAFT or document.published_at:
        raise ValidationError(_("Only a draft waits for a client."))
    if document.attachments.exists():
        raise ValidationError(_("Remove the files first: the client sees only the text."))
    kind = document._meta.model_name
    document.client_texts.lapsed().delete()
    about = {"kind": kind, kind: document, "organisation_id": document.organisation_id}
    try:
        with transaction.atomic():
            return ClientText.objects.create(**about, broker=by, **contact._asdict())
    except IntegrityError as error:
        raise ValidationError(_("The client was asked before and has not answered yet.")) from error


def take_back(text: ClientText) -> bool:
    """The client is not asked any more; False if there is an answer. That it was asked still counts for the day."""
    about = {"taken_back_at": timezone.now(), "name": "", "email": "", "need": None, "offer": None}
    return ClientText.objects.unanswered().filter(pk=text.pk).update(**about) > 0


def confirm(text: ClientText, contact: User) -> bool:
    """The client agreed: it is out; False if the question was answered before."""
    if not text.confirm(contact):
        return False
    text.document.publish_for_a_term()
    return True


def refuse(text: ClientText) -> bool:
    """The client does not want it: it is gone; False if the question was answered before."""
    document = text.document
    if not text.refuse():
        return False
    erase_draft(document)
    text.need = text.offer = None
    return True
