"""Asking the author of a text whether a broker's change of it is wanted: the mail, and the answer by either door."""

from django.db import transaction
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext as _

from accounts.models import Act, Consent, Door, Organisation, Subject, User
from catalog import rewording as rewordings
from catalog.models import Document, Rewording
from catalog.models.rewording import RewordingState
from catalog.rewording import Words

from .letters import Event
from .links import rewording_url
from .models import Mail, MailKind

# Characters in the mail: of each text, and on either side of what differs where the whole does not fit.
EXCERPT, AROUND = 600, 100


@transaction.atomic
def propose(document: Document, texts: dict[str, str], *, by: User, note: str = "", seen: str = "") -> Rewording:
    """Ask everybody who may decide. Raises as `catalog.rewording.propose`."""
    proposed = rewordings.propose(document, texts, by=by, note=note, seen=seen)
    people = User.objects.acting_for(document.organisation)
    about = {"kind": MailKind.REWORDING, "object_id": proposed.pk}
    Mail.objects.owe([Mail(key=f"rewording:{proposed.pk}:{one.pk}", recipient=one, **about) for one in people])
    return proposed


@transaction.atomic
def answer(proposed: Rewording, answer: str, *, by: User, door: str = Door.PAGE) -> bool:
    """Yes changes the text, no leaves it; False if it was settled before, or the text is another one by now."""
    is_yes = answer == "yes"
    decide = rewordings.accept if is_yes else rewordings.decline
    if not decide(proposed, by=by):
        return False
    act = Act.AGREED if is_yes else Act.DECLINED
    Consent.objects.note(by, Subject.REWORDING, act, door, about=proposed.document.reference)
    return True


def is_author(proposed: Rewording, user: User) -> bool:
    """Whether the person acts for the organisation whose text it is."""
    return Organisation.objects.of(user).filter(pk=proposed.document.organisation_id).exists()


def may_answer(proposed: Rewording, user: User) -> bool:
    return proposed.state == RewordingState.WAITING and is_author(proposed, user)


def rewording_event(mail: Mail) -> Event | None:
    """None once it was answered, taken back or outdated, or the reader does not act for the organisation any more."""
    proposed = Rewording.objects.with_documents().filter(pk=mail.object_id).first()
    if proposed is None or not may_answer(proposed, mail.recipient):
        return None
    document = proposed.document
    context = {
        "proposed": proposed,
        "document": document,
        "changes": [
            one._replace(old=_excerpt(one.old), new=_excerpt(one.new)) for one in rewordings.changes_in(proposed)
        ],
        "url": rewording_url(proposed, mail.recipient),
    }
    why = _("You get this mail because you act for %(organisation)s.") % {"organisation": document.organisation}
    subject = _("A broker proposes a change of your text “%(title)s”") % {"title": document.title}
    return Event("event_rewording", f"{document.reference}: {subject}", context, why, document.title)


def _excerpt(pieces: list[Words]) -> list[Words]:
    """The whole text where it fits, otherwise what differs and the words beside it."""
    if sum(len(one.text) for one in pieces) <= EXCERPT:
        return pieces
    shown, room = [], EXCERPT
    for one in pieces:
        text = truncatechars(one.text if one.is_changed else _shortened(one.text), room)
        shown.append(one._replace(text=text))
        room -= len(text)
        if room <= 0:
            break
    return shown


def _shortened(text: str) -> str:
    """Whole words of both ends."""
    if len(text) <= 2 * AROUND:
        return text
    return f"{text[:AROUND].rpartition(' ')[0]} … {text[-AROUND:].partition(' ')[2]}"
