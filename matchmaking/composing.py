"""What each mail says, worded at the moment of sending from what is true then.

`compose` gives None when there is nothing to say any more: the need was closed, the question answered, the
person left. Digests are worded in `digest`.
"""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from catalog.models import Need
from catalog.presenting import Shown

from .codes import INTRODUCED_STATES, Answer, Side
from .digest import digest_letter
from .expiry import document_path, expiry_key
from .introductions import broker_of, contacts, language_of
from .letters import Letter, message_id, message_of, surroundings, written_for
from .links import absolute, answer_url
from .models import Ask, Introduction, Mail, MailKind
from .news import main_reason
from .viewer import Seen, seen_by

PAIRS = 3  # sentences that speak to each other, shown in a mail
EXCERPT = 420  # characters of the other side's text


def compose(mail: Mail) -> EmailMultiAlternatives | None:
    """The mail, or None if its cause is gone."""
    if mail.kind == MailKind.INTRODUCTION:
        return introduction_message(mail)
    if not mail.recipient.is_active:
        return None
    with written_for(mail.recipient):
        letter = WRITERS[MailKind(mail.kind)](mail)
        return letter and message_of(letter, mail)


# Questions to one side


def ask_letter(mail: Mail) -> Letter | None:
    ask, person = mail.ask, mail.recipient
    seen = _still_asked(ask, person)
    if seen is None:
        return None
    own, other = (seen.need, seen.offer) if ask.side == Side.NEED else (seen.offer, seen.need)
    subject = _("A possible partner for “%(title)s”") if ask.side == Side.NEED else _("Somebody needs what you offer")
    context = {
        "person": person,
        "ask": ask,
        "is_need_side": ask.side == Side.NEED,
        "is_reminder": mail.kind == MailKind.REMINDER,
        "own": own,
        "other": other,
        "excerpt": excerpt(other),
        "pairs": [(getattr(p, ask.side), getattr(p, other.kind)) for p in seen.pairs[:PAIRS]],
        "reason": main_reason(seen),
        "cluster": ask.match.cluster,
        "links": {answer.value: answer_url(ask, person, answer) for answer in Answer},
        "answer_until": date_format(timezone.localtime() + timedelta(days=_days_left(mail))),
    }
    subject = f"{own.reference}: {subject % {'title': own.title}}"
    return Letter("ask", subject, context, [person], headers=_thread(mail))


def _still_asked(ask: Ask, person: User) -> Seen | None:
    """The match as the person sees it, if the question still stands and is still this person's."""
    if not Ask.objects.waiting().answerable_by(person).filter(pk=ask.pk).exists():
        return None
    return next(iter(seen_by(person, [ask.match])), None)


def _days_left(mail: Mail) -> int:
    if mail.kind == MailKind.REMINDER:
        return settings.LAPSE_AFTER_DAYS - settings.REMIND_AFTER_DAYS
    return settings.LAPSE_AFTER_DAYS


def _thread(mail: Mail) -> dict[str, str]:
    """A reminder stands below the question in the mail program."""
    first = Mail.objects.filter(ask=mail.ask, recipient=mail.recipient, kind=MailKind.ASK).first()
    if mail.kind != MailKind.REMINDER or first is None:
        return {}
    return {"In-Reply-To": message_id(first), "References": message_id(first)}


def excerpt(shown: Shown) -> str:
    """The short summary, else the beginning of the description, cut at a word."""
    text = shown.summary or shown.description
    return text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"


# The introduction


def introduction_message(mail: Mail) -> EmailMultiAlternatives | None:
    """One mail to both sides, the broker in copy; a reply reaches all of them. In the languages of both."""
    introduction = mail.introduction
    sides = [_side(ask) for ask in introduction.match.asks.order_by("side")]
    if not _still_introduced(introduction) or not all(side["people"] for side in sides):
        return None
    languages = dict.fromkeys(language_of(side["document"]) for side in sides)
    with translation.override(next(iter(languages))):
        return message_of(_introduction_letter(introduction, sides, list(languages)), mail)


def _introduction_letter(introduction: Introduction, sides: list[dict], languages: list[str]) -> Letter:
    people = [person for side in sides for person in side["people"]]
    broker = broker_of(introduction)
    copies = [broker] if broker and broker not in people else []
    context = surroundings() | {"introduction": introduction, "sides": sides, "broker": broker}
    context["text_blocks"], spoken = _in_each(languages, context)
    context["blocks"] = [_block(language, "html", context) for language in spoken]
    references = " ↔ ".join(side["document"].reference for side in sides)
    subject = f"{references}: " + _("introduction of %(one)s and %(other)s") % {
        "one": sides[0]["document"].organisation,
        "other": sides[1]["document"].organisation,
    }
    return Letter("introduction", subject, context, people, copies, reply_to=people + copies)


def _still_introduced(introduction: Introduction) -> bool:
    match = introduction.match
    return match.state in INTRODUCED_STATES and match.need.is_open and match.offer.is_open


def _side(ask: Ask) -> dict:
    return {"document": ask.document, "people": contacts(ask), "is_need": ask.side == Side.NEED}


def _in_each(languages: list[str], context: dict) -> tuple[list[str], list[str]]:
    """Who is who in each language, and the languages; once where two come out the same."""
    texts = {_block(language, "txt", context): language for language in reversed(languages)}
    return list(reversed(texts)), list(reversed(texts.values()))


def _block(language: str, part: str, context: dict) -> str:
    with translation.override(language):
        return render_to_string(f"matchmaking/mail/introduction_block.{part}", context | {"language": language})


# The end of a need or an offer


def expiry_letter(mail: Mail) -> Letter | None:
    document, person = mail.need or mail.offer, mail.recipient
    own = Organisation.objects.of(person).filter(pk=document.organisation_id)
    if not document.is_open or not mail.key.startswith(expiry_key(document)) or not own.exists():
        return None
    subject = _("“%(title)s” ends on %(day)s") % {"title": document.title, "day": date_format(document.valid_until)}
    context = {
        "person": person,
        "document": document,
        "is_need": isinstance(document, Need),
        "url": absolute(document_path(document)),
    }
    return Letter("expiry", f"{document.reference}: {subject}", context, [person])


WRITERS = {
    MailKind.ASK: ask_letter,
    MailKind.REMINDER: ask_letter,
    MailKind.EXPIRY: expiry_letter,
    MailKind.DIGEST: digest_letter,
}
