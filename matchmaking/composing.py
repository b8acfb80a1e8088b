"""What each mail says, worded at the moment of sending from what is true then.

`compose` gives None when there is nothing to say any more: the need was withdrawn, the question answered, the
person left or does not want it. Digests are worded in `digest`, what happens in `events`, hits in
`saved_searches`; the introduction here.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.codes import State

from .agreeing import home_of
from .clients import client_message
from .codes import INTRODUCED_STATES, Side
from .consent import wants
from .digest import digest_message
from .events import LOST_STATES, events_message
from .introductions import broker_of, brokers_of, contacts, language_of
from .invitation import Meeting, calendar_file
from .letters import Letter, Reader, message_id, message_of, surroundings, written_for, zone_of
from .models import EVENT_KINDS, Accord, Ask, Introduction, Mail, MailKind, Match
from .plain_text import plain_text
from .saved_searches import confirm_message, search_message

FIRST_TALK = timedelta(minutes=30)
UNWANTED = {State.MET_ELSEWHERE, State.WITHDRAWN, State.UNMET}  # ends after which nobody is introduced any more


def compose(mail: Mail) -> EmailMultiAlternatives | None:
    """The mail, or None if its cause is gone."""
    if mail.recipient is None:
        return TO_OTHERS[MailKind(mail.kind)](mail)
    if mail.kind not in EVENT_KINDS and not wants(mail.recipient, mail.kind):
        return None  # of events, each part is asked for
    with written_for(mail.recipient):
        return TO_ONE[MailKind(mail.kind)](mail)


def introduction_message(mail: Mail) -> EmailMultiAlternatives | None:
    """One mail to both sides, the brokers in copy; a reply reaches all of them. In the languages of both.

    Across two installations each writes to its own side, so that neither sends mail to addresses that came from the
    other; the reply goes to all.
    """
    introduction = mail.introduction
    sides = [_side(ask) for ask in introduction.match.asks.order_by("side")]
    if not _still_introduced(introduction) or not all(side["people"] for side in sides):
        return None
    languages = dict.fromkeys(language_of(side["document"]) for side in sides if side["is_here"])
    with translation.override(next(iter(languages))):
        return message_of(_introduction_letter(introduction, sides, list(languages)), mail)


def _introduction_letter(introduction: Introduction, sides: list[dict], languages: list[str]) -> Letter:
    people = [person for side in sides if side["is_here"] for person in side["people"]]
    others = [person for side in sides if not side["is_here"] for person in (*side["people"], side["desk"])]
    broker = broker_of(introduction)
    copies = [one for one in brokers_of(introduction) if one not in people]
    context = surroundings() | {"introduction": introduction, "sides": sides, "broker": broker}
    context["cluster"] = home_of(introduction.match)
    context |= {"meeting_at": _meeting_of(introduction), "zone": zone_of(broker) if broker else UTC}
    context["blocks"] = _in_each(languages, context)
    references = " ↔ ".join(side["document"].reference for side in sides)
    return Letter(
        "introduction",
        f"{references}: " + _("introduction of %(one)s and %(other)s") % _names(sides),
        context,
        people,
        copies,
        reply_to=people + others + copies,
        headers=_thread(introduction),
        calendar=_proposal(introduction, sides),
    )


def _names(sides: list[dict]) -> dict[str, str]:
    return {name: side["name"] for name, side in zip(("one", "other"), sides, strict=True)}


def _thread(introduction: Introduction) -> dict[str, str]:
    """Below the questions of the case, in the mail program of whoever got one."""
    asked = Mail.objects.filter(ask__match=introduction.match_id).exclude(state__in=LOST_STATES)
    ids = [message_id(mail.carrier or mail) for mail in asked.select_related("carrier").order_by("pk")]
    ids = list(dict.fromkeys(ids))
    return {"In-Reply-To": ids[-1], "References": " ".join(ids)} if ids else {}


def _proposal(introduction: Introduction, sides: list[dict]) -> str:
    """The calendar entry the broker proposed; "" without one, or when its time has passed."""
    begins, broker = _meeting_of(introduction), broker_of(introduction)
    if begins is None:
        return ""
    meeting = Meeting(
        uid=f"introduction-{introduction.pk}@{urlsplit(settings.SITE_URL).hostname}",
        begins=begins,
        length=FIRST_TALK,
        title=_("First talk: %(one)s and %(other)s") % _names(sides),
        text=introduction.message,
        organiser=(str(broker), broker.email) if broker else None,
        people=[(str(person), person.email) for side in sides for person in side["people"]],
    )
    return calendar_file(meeting, now=timezone.now())


def _meeting_of(introduction: Introduction) -> datetime | None:
    """When the broker proposed to meet, if that is still to come."""
    begins = introduction.meeting_at
    return begins if begins and begins > timezone.now() else None


def _still_introduced(introduction: Introduction) -> bool:
    """Both said yes, and that counts also where a text was met here, paused or has expired since."""
    match = introduction.match
    return match.state in INTRODUCED_STATES and not {match.need.state, match.offer.state} & UNWANTED


def _side(ask: Ask) -> dict:
    document = ask.document
    side = {"document": document, "is_need": ask.side == Side.NEED, "is_here": not document.organisation.origin}
    if side["is_here"]:
        owner = document.organisation
        return side | {"name": str(owner), "website": owner.website, "people": contacts(ask)}
    return side | _told_of(ask.match)


def _told_of(match: Match) -> dict:
    """The side of another installation, as that one told when both sides had said yes."""
    accord = Accord.objects.select_related("peer").get(match=match)
    told = {"organisation": "", "website": "", "people": []} | accord.identity
    people = [Reader(one["name"], one["email"]) for one in told["people"]]
    desk = Reader(accord.peer.name, accord.peer.contact)
    return {"name": told["organisation"], "website": told["website"], "people": people, "desk": desk}


def _in_each(languages: list[str], context: dict) -> list[SafeString]:
    """Who is who in each language; once where two come out the same."""
    blocks = [_block(language, context) for language in languages]
    return list({plain_text(block): block for block in reversed(blocks)}.values())[::-1]


def _block(language: str, context: dict) -> SafeString:
    with translation.override(language):
        return render_to_string("matchmaking/mail/introduction_block.html", context | {"language": language})


TO_ONE = {MailKind.DIGEST: digest_message, MailKind.SEARCH: search_message}
TO_ONE |= dict.fromkeys(EVENT_KINDS, events_message)
TO_OTHERS = {
    MailKind.INTRODUCTION: introduction_message,
    MailKind.SEARCH: search_message,
    MailKind.CONFIRM: confirm_message,
    MailKind.CLIENT: client_message,
}
