"""What cannot wait for the digest: questions, reminders, ends of texts, requests to join, troubles of brokers.

Each is a row of its own; what comes to one person within EVENT_MINUTES is told in one mail (`Mail.bundle`). A part
whose cause is gone, or that the person does not want any more, is left out in the moment of sending.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation, User
from catalog.models import Need
from catalog.presenting import Shown

from . import admissions, follow_ups, handover, question_mails, rewordings
from .agreeing import home_of
from .codes import Answer, Side
from .consent import GROUPS, brokers_of, reachable, wants
from .expiry import document_path, expiry_key, next_end
from .letters import Event, Letter, message_id, message_of, one_line, surroundings
from .links import absolute, answer_url, document_url, settings_url, unsubscribe_url
from .models import Ask, Mail, MailKind, MailState, Match, SilencedAddress
from .viewer import Seen, seen_by

PAIRS = 3  # sentences that speak to each other, shown in a mail
EXCERPT = 420  # characters of the other side's text
TITLE = 70  # characters of a subject among others
LOST_STATES = (MailState.FAILED, MailState.DROPPED)


def events_message(mail: Mail) -> EmailMultiAlternatives | None:
    """One mail over everything that it carries and that still holds; None if nothing does."""
    person = mail.recipient
    parts = _without_repeated([mail, *mail.bundled.order_by("pk")])
    told = [(part, event) for part in parts if wants(person, part.kind) and (event := WRITERS[part.kind](part))]
    if not told:
        return None
    letter = _letter(person, [event for _part, event in told], [part for part, _event in told])
    return message_of(letter, mail)


def _without_repeated(parts: list[Mail]) -> list[Mail]:
    """A question that waited as long as for its reminder is told by that alone."""
    reminded = {part.ask_id for part in parts if part.kind == MailKind.REMINDER}
    return [part for part in parts if part.kind != MailKind.ASK or part.ask_id not in reminded]


def _letter(person: User, events: list[Event], parts: list[Mail]) -> Letter:
    context = {
        "bodies": [_body(event) for event in events],
        "reasons": list(dict.fromkeys(event.why for event in events if event.why)),
        "preview": events[0].preview,
    }
    groups = list(dict.fromkeys(GROUPS[MailKind(part.kind)] for part in parts))
    return Letter(
        "events",
        _subject([event.subject for event in events]),
        context,
        [person],
        headers=_thread(parts),
        leave_url=unsubscribe_url(person, groups),
        settings_url=settings_url(person),
    )


def _body(event: Event) -> SafeString:
    return render_to_string(f"matchmaking/mail/{event.template}.html", surroundings() | event.context)


def _subject(subjects: list[str]) -> str:
    """The first one's, and how many more there are."""
    if len(subjects) == 1:
        return subjects[0]
    more = ngettext("%(first)s – and %(count)d more", "%(first)s – and %(count)d more", len(subjects) - 1)
    return more % {"first": one_line(subjects[0], TITLE), "count": len(subjects) - 1}


def _thread(parts: list[Mail]) -> dict[str, str]:
    """Below the earlier mails to the same person about the same questions and texts."""
    earlier = [found for part in parts for found in _earlier(part)]
    ids = list(dict.fromkeys(message_id(found.carrier or found) for found in earlier))
    return {"In-Reply-To": ids[-1], "References": " ".join(ids)} if ids else {}


def _earlier(part: Mail) -> list[Mail]:
    about = {"ask": part.ask_id} if part.ask_id else {"need": part.need_id, "offer": part.offer_id}
    if not any(about.values()):
        return []
    before = Mail.objects.filter(recipient=part.recipient_id, pk__lt=part.pk, **about)
    return list(before.exclude(state__in=LOST_STATES).select_related("carrier").order_by("pk"))


# Questions to one side


def ask_event(mail: Mail) -> Event | None:
    ask, person = mail.ask, mail.recipient
    seen = _still_asked(ask, person)
    if seen is None:
        return None
    own, other = (seen.need, seen.offer) if ask.side == Side.NEED else (seen.offer, seen.need)
    subject = _("A possible partner for “%(title)s”") if ask.side == Side.NEED else _("Somebody needs what you offer")
    context = {
        "is_need_side": ask.side == Side.NEED,
        "is_reminder": mail.kind == MailKind.REMINDER,
        "own": own,
        "other": other,
        "excerpt": excerpt(other),
        "pairs": [(getattr(p, ask.side), getattr(p, other.kind)) for p in seen.pairs[:PAIRS]],
        "reason": seen.in_short,
        "cluster": home_of(ask.match),
        "origin": seen.origin,
        "links": {answer.value: answer_url(ask, person, answer) for answer in Answer},
        "answer_until": date_format(timezone.localtime() + timedelta(days=_days_left(mail))),
    }
    why = acting_for(ask.document.organisation)
    subject = f"{own.reference}: {subject % {'title': own.title}}"
    return Event("event_ask", subject, context, why, f"{other.organisation}: {other.title}")


def acting_for(organisation: Organisation) -> str:
    return _("You get this mail because you act for %(organisation)s.") % {"organisation": organisation}


def _still_asked(ask: Ask, person: User) -> Seen | None:
    """The match as the person sees it, if the question still stands and is still this person's."""
    if not Ask.objects.waiting().answerable_by(person).filter(pk=ask.pk).exists():
        return None
    return next(iter(seen_by(person, [ask.match])), None)


def _days_left(mail: Mail) -> int:
    if mail.kind == MailKind.REMINDER:
        return settings.LAPSE_AFTER_DAYS - settings.REMIND_AFTER_DAYS
    return settings.LAPSE_AFTER_DAYS


def excerpt(shown: Shown, length: int = EXCERPT) -> str:
    """The short summary, else the beginning of the description, cut at a word."""
    text = shown.summary or shown.description
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


# The end of a need or an offer


def expiry_event(mail: Mail) -> Event | None:
    document, person = mail.need or mail.offer, mail.recipient
    own = Organisation.objects.of(person).filter(pk=document.organisation_id)
    if not document.is_open or not mail.key.startswith(expiry_key(document)) or not own.exists():
        return None
    subject = _("“%(title)s” ends on %(day)s") % {"title": document.title, "day": date_format(document.valid_until)}
    context = {
        "document": document,
        "is_need": isinstance(document, Need),
        "url": absolute(document_path(document)),
        "extend_url": document_url(document, person, "extend"),
        "close_url": document_url(document, person, "close"),
        "until": date_format(next_end()),
    }
    why = acting_for(document.organisation)
    return Event("event_expiry", f"{document.reference}: {subject}", context, why, document.title)


# What a broker has to know


def nobody_event(mail: Mail) -> Event | None:
    """None once somebody can be asked, or the case is over."""
    ask, broker = mail.ask, mail.recipient
    seen = next(iter(seen_by(broker, [ask.match])), None)
    is_waiting = Ask.objects.waiting().filter(pk=ask.pk).exists()
    if seen is None or not seen.decides or not is_waiting or has_people(ask):
        return None
    document = seen.need if ask.side == Side.NEED else seen.offer
    subject = _("Nobody at %(organisation)s can be asked") % {"organisation": document.organisation}
    context = {
        "document": document,
        "organisation": document.organisation,
        "url": absolute(reverse("match-detail", args=[ask.match_id])),
    }
    return Event("event_nobody", f"{document.reference}: {subject}", context, _broker_of(ask.match), document.title)


def has_people(ask: Ask) -> bool:
    return reachable(ask.document.organisation).exists()


def _broker_of(match: Match) -> str:
    cluster = home_of(match)
    if cluster is None:
        return ""
    return _("You get this mail because you are a broker of %(cluster)s.") % {"cluster": cluster}


def silenced_event(mail: Mail) -> Event | None:
    """None once the address may be written to again."""
    silenced = SilencedAddress.objects.filter(pk=mail.object_id).first()
    person = silenced and User.objects.filter(email=silenced.address, is_active=True).first()
    if not person or not brokers_of(person).filter(pk=mail.recipient_id).exists():
        return None
    is_complaint = silenced.why == SilencedAddress.Why.COMPLAINT
    whose = ", ".join([str(person), *Organisation.objects.of(person).values_list("name", flat=True)])
    subject = _("Mail to %(who)s does not arrive") if not is_complaint else _("%(who)s does not want our mail")
    context = {"silenced": silenced, "whose": whose, "is_complaint": is_complaint}
    return Event("event_silenced", subject % {"who": person}, context, "", silenced.address)


WRITERS: dict[str, Callable[[Mail], Event | None]] = {
    MailKind.ASK: ask_event,
    MailKind.REMINDER: ask_event,
    MailKind.EXPIRY: expiry_event,
    MailKind.NOBODY: nobody_event,
    MailKind.SILENCED: silenced_event,
    MailKind.HANDOVER: handover.handover_event,
    MailKind.FOLLOW_UP: follow_ups.follow_up_event,
    MailKind.QUESTION: question_mails.question_event,
    MailKind.REPLY: question_mails.reply_event,
    MailKind.REWORDING: rewordings.rewording_event,
    MailKind.MEMBER: admissions.admission_event,
    MailKind.CLUSTER_MEMBER: admissions.admission_event,
    MailKind.BROKER: admissions.admission_event,
}
