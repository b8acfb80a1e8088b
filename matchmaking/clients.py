"""Clients of brokers without an account: asked by mail whether a text entered for them may be published.

Their yes makes them somebody who acts for the organisation without a password: from then on questions about partners
reach them by mail like everybody else, with the same links to answer.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.clients import let_speak, person_at
from accounts.models import Act, Cluster, Consent, Door, Organisation, Subject, User
from catalog import clients
from catalog.clients import Contact
from catalog.codes import Disclosure, State
from catalog.models import ClientText, Document, Need, Offer
from catalog.models.client_text import COUNTED
from catalog.presenting import Shown

from .consent import is_silenced, silence
from .events import excerpt
from .letters import Letter, Reader, interface_language, message_of, zone_of
from .links import client_url
from .models import Mail, MailKind, SilencedAddress

ASKED_A_DAY = 20  # clients that a broker may write to


def may_ask(document: Document, user: User) -> bool:
    """Whether it is a text for a client of this broker."""
    return Organisation.objects.clients_of(user).filter(pk=document.organisation_id).exists()


@transaction.atomic
def ask(document: Document, contact: Contact, *, by: User) -> ClientText:
    """Ask the client by mail. Raises PermissionDenied for whoever does not broker it, ValidationError."""
    if not may_ask(document, by):
        raise PermissionDenied(_("Only brokers ask clients without an account."))
    _check_contact(contact, by)
    text = clients.enter(document, contact, by=by)
    Mail.objects.owe([Mail(key=f"client:{text.pk}", kind=MailKind.CLIENT, object_id=text.pk)])
    return text


def _check_contact(contact: Contact, by: User) -> None:
    person = person_at(contact.email)
    if person and User.objects.with_account().filter(pk=person.pk).exists():
        raise ValidationError({"email": _("This person has an account. Have them join the organisation.")})
    asked = ClientText.objects.filter(broker=by, asked_at__gte=timezone.now() - COUNTED).count()
    if is_silenced(contact.email) or asked >= ASKED_A_DAY:
        raise ValidationError({"email": _("We cannot write to this address at the moment.")})


def known_contact(document: Document) -> Contact:
    """Who said yes for its organisation before; without anybody, only the language of the text."""
    person = User.objects.acting_for(document.organisation).order_by("pk").first()
    if person is None:
        return Contact("", "", document.language)
    return Contact(person.name, person.email, person.language)


# Following what was asked


class Followed(NamedTuple):
    """A question to a client as a broker follows it."""

    text: ClientText
    document: Document | None  # where this person may read it: a draft is its author's
    is_unreachable: bool  # mail to the contact does not arrive


def followed(user: User, texts: Collection[ClientText]) -> list[Followed]:
    readable = _readable(user, texts)
    addresses = [text.email.lower() for text in texts if text.email]
    silenced = set(SilencedAddress.objects.filter(address__in=addresses).values_list("address", flat=True))
    return [Followed(text, readable.get(text.pk), text.email.lower() in silenced) for text in texts]


def _readable(user: User, texts: Collection[ClientText]) -> dict[int, Document]:
    """By text: its need or offer, where this person may read it."""
    found = {}
    for model, side in ((Need, "need_id"), (Offer, "offer_id")):
        pks = [getattr(text, side) for text in texts]
        mine = model.objects.editable_by(user).filter(pk__in=filter(None, pks)).without_vectors().in_bulk()
        found |= {text.pk: mine[pk] for text in texts if (pk := getattr(text, side)) in mine}
    return found


# The answer


def waiting(pk: int) -> ClientText | None:
    """The question, while its draft is there and it can be answered."""
    about = ("need__organisation", "offer__organisation", "broker")
    text = ClientText.objects.waiting().select_related(*about).filter(pk=pk, broker__is_active=True).first()
    return text if text and text.document and _is_draft(text.document) else None


def _is_draft(document: Document) -> bool:
    return document.state == State.DRAFT and not document.published_at


def stamp_of(document: Document) -> str:
    """Another one once the text was changed or a file was added."""
    files = document.attachments.order_by("pk").values_list("pk", flat=True)
    return " ".join([document.updated_at.isoformat(), *map(str, files)])


def _locked(text: ClientText) -> Document | None:
    """Its need or offer as it is now; nobody else changes it meanwhile."""
    model = type(text.document)
    return model.objects.select_for_update(of=("self",)).without_vectors().filter(pk=text.document.pk).first()


class TextChanged(ValueError):
    """Somebody has changed the text since the client read it."""


@transaction.atomic
def confirm(text: ClientText, stamp: str) -> bool:
    """Publish what the client has read, and let its contact answer for the organisation; False if it was settled
    before. Raises TextChanged, and for as long as there are files, which the client does not see."""
    document = _locked(text)
    if document is None or not _is_draft(document):
        return False
    if document.attachments.exists() or stamp_of(document) != stamp:
        raise TextChanged
    named = {"name": text.name, "email": text.email, "language": text.language}
    person = let_speak(text.document.organisation, **named, by=text.broker)
    if person is None or not clients.confirm(text, person):
        transaction.set_rollback(True)
        return False
    Consent.objects.note(person, Subject.CLIENT_TEXT, Act.AGREED, Door.MAIL, about=text.document.reference)
    return True


@transaction.atomic
def refuse(text: ClientText, *, for_good: bool) -> bool:
    """Erase it with the address, so that the log of consent has no word of it; `for_good`: write nothing more to this
    address, which is kept for that alone. False if it was settled before."""
    address, document = text.email, _locked(text)
    if document is None or not _is_draft(document) or not clients.refuse(text):
        return False
    if for_good:
        silence(address, SilencedAddress.Why.COMPLAINT)
    return True


# The mail


def client_message(mail: Mail) -> EmailMultiAlternatives | None:
    """The one question to a client; None once it is answered or taken back."""
    text = waiting(mail.object_id)
    if text is None or is_silenced(text.email):
        return None
    with spoken_to(text):
        return message_of(_letter(text), mail)


def _letter(text: ClientText) -> Letter:
    shown = Shown(text.document, Disclosure.FULL)
    context = asked(text) | {"shown": shown, "excerpt": excerpt(shown), "url": client_url(text)}
    subject = _("May we publish this for %(organisation)s? %(title)s")
    subject %= {"organisation": text.organisation, "title": shown.title}
    return Letter("client", subject, context, [Reader(text.name, text.email)], reply_to=[text.broker])


def asked(text: ClientText) -> dict[str, object]:
    """Who asks whom about what, for the mail and the page."""
    cluster = Cluster.objects.brokered_by(text.broker).of_organisation(text.organisation).first()
    return {"text": text, "broker": text.broker, "cluster": cluster, "is_need": text.kind == "need"}


@contextmanager
def spoken_to(text: ClientText) -> Iterator[None]:
    """Words in the client's language, times in the zone of the broker."""
    language = translation.override(interface_language(text.language))
    with language, timezone.override(zone_of(text.broker)):
        yield
