"""The digest: one mail per person and period over everything new for them. Nothing new: no mail.

Who is due is a query. What is new (`news`) is asked when the mail is written; what it tells is kept beside it
before it goes out, so that nobody reads the same thing twice, and what a failed mail held is told in the next.
"""

from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.codes import Frequency
from accounts.models import Brokership, Membership, User
from catalog.models import Need, Offer

from .codes import INTRODUCED_STATES, Answer
from .demand import names_of
from .expiry import document_path
from .letters import Letter, message_of
from .links import absolute, answer_url, document_url, settings_url, unsubscribe_url
from .models import DigestItem, DigestRound, Mail, MailGroup, MailKind, Match, Section
from .news import News, Piece, main_evidence, news_for
from .periods import latest_period_in_sql

BATCH = 500


# Who is due


def with_period(now: datetime | None = None) -> QuerySet[User]:
    """People who want digests and may have news, each with the `period` that is theirs at `now`."""
    member = Membership.objects.approved().filter(user=OuterRef("pk"))
    broker = Brokership.objects.approved().filter(user=OuterRef("pk"))
    wanted = User.objects.filter(Exists(member) | Exists(broker), is_active=True)
    wanted = wanted.exclude(digest_frequency=Frequency.NEVER)
    return wanted.annotate(period=latest_period_in_sql(now or timezone.now()))


def due_people(now: datetime | None = None) -> QuerySet[User]:
    """Those whose period has begun since their last one, or since they joined: once, however long nobody asked."""
    last = Coalesce(F("digest_round__period"), TruncDate("date_joined"))
    return with_period(now).annotate(last_period=last).filter(last_period__lt=F("period")).order_by("pk")


def open_due_digests(now: datetime | None = None) -> int:
    """Owe a digest to everybody who is due; returns how many. What there is to tell is seen when it is sent."""
    now, opened = now or timezone.now(), 0
    while batch := list(due_people(now)[:BATCH]):
        open_digests(batch)
        opened += len(batch)
    return opened


@transaction.atomic
def open_digests(people: list[User]) -> list[str]:
    """Write down one digest a person for the `period` each carries; returns the mails' keys."""
    mails = [Mail(key=digest_key(person), kind=MailKind.DIGEST, recipient=person) for person in people]
    Mail.objects.owe(mails)
    DigestRound.objects.bulk_create(
        [DigestRound(user=person, period=person.period) for person in people],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["period"],
    )
    return [mail.key for mail in mails]


def digest_key(person: User) -> str:
    return f"digest:{person.pk}:{person.period}"


# What it says


def digest_message(mail: Mail) -> EmailMultiAlternatives | None:
    """The digest of the mail's recipient as of now; what it tells is kept. None if there is nothing new."""
    person = mail.recipient
    news = news_for(person, besides=mail)
    if not news.pieces:
        return None
    remember(mail, news.pieces)
    return message_of(letter_about(news, person), mail)


@transaction.atomic
def remember(mail: Mail, pieces: list[Piece]) -> None:
    """Keep what the mail tells, in place of what an earlier attempt at it would have told."""
    DigestItem.objects.filter(mail=mail).delete()
    told = {"user": mail.recipient, "mail": mail}
    DigestItem.objects.bulk_create(
        [DigestItem(section=p.section, object_id=p.row.pk, version=p.row.version, **told) for p in pieces],
        update_conflicts=True,
        unique_fields=["user", "section", "object_id"],
        update_fields=["version", "mail"],
    )


def letter_about(news: News, person: User) -> Letter:
    context = {
        "person": person,
        "asks": [_ask(piece, person) for piece in news.of(Section.ASK)],
        "outcomes": [_outcome(piece) for piece in news.of(Section.OUTCOME)],
        "needs": _by_need(news.of(Section.SUGGESTION)),
        "reviews": [_row(piece) for piece in news.of(Section.REVIEW)],
        "queue": _queue(person) if news.of(Section.REVIEW) else None,
        "answered": [_answer(piece) for piece in news.of(Section.ANSWERED) + news.of(Section.TOLD)],
        "lapsed": [_row(piece) for piece in news.of(Section.LAPSED)],
        "scoutings": [_scouting(piece, reverse("scouting-list")) for piece in news.of(Section.SCOUTING)],
        "unmet": [_scouting(piece, piece.own.get_absolute_url()) for piece in news.of(Section.UNMET)],
        "idle": [_idle(piece) for piece in news.of(Section.IDLE)],
        "demand": _demand(news.of(Section.DEMAND)),
        "ending": [
            _ending(piece.row, person) for piece in news.of(Section.EXPIRING_NEED) + news.of(Section.EXPIRING_OFFER)
        ],
        "more": news.more,
        "home_url": absolute(reverse("home")),
        "summary": summary(news),
    }
    leave = unsubscribe_url(person, [MailGroup.DIGEST])
    return Letter("digest", subject(news), context, [person], leave_url=leave, settings_url=settings_url(person))


def _ending(document: Need | Offer, person: User) -> dict[str, Any]:
    urls = {f"{act}_url": document_url(document, person, act) for act in ("extend", "close")}
    return {"document": document, "url": absolute(document_path(document))} | urls


def summary(news: News) -> str:
    """What is inside, counted: "2 questions for you, 3 possible partners"."""
    count = {section: len(news.of(section)) for section in Section}
    ending = count[Section.EXPIRING_NEED] + count[Section.EXPIRING_OFFER]
    answers = count[Section.OUTCOME] + count[Section.ANSWERED] + count[Section.TOLD]
    partners, ends, idle = count[Section.SUGGESTION], ending, count[Section.IDLE]
    asked = count[Section.DEMAND]
    parts = [
        (count[Section.ASK], ngettext("%d question for you", "%d questions for you", count[Section.ASK])),
        (answers, ngettext("%d answer", "%d answers", answers)),
        (partners, ngettext("%d possible partner", "%d possible partners", partners)),
        (count[Section.REVIEW], ngettext("%d match to review", "%d matches to review", count[Section.REVIEW])),
        (
            count[Section.SCOUTING],
            ngettext("%d need to look around for", "%d needs to look around for", count[Section.SCOUTING]),
        ),
        (count[Section.LAPSED], ngettext("%d case without answer", "%d cases without answer", count[Section.LAPSED])),
        (
            count[Section.UNMET],
            ngettext("%d need without an offer yet", "%d needs without an offer yet", count[Section.UNMET]),
        ),
        (idle, ngettext("%d case without a next step", "%d cases without a next step", idle)),
        (ends, ngettext("%d text that ends soon", "%d texts that end soon", ends)),
        (asked, ngettext("%d subject in demand", "%d subjects in demand", asked)),
    ]
    return ", ".join(words % number for number, words in parts if number)


def subject(news: News) -> str:
    """What is inside; with the reference number and title where everything is about one need or offer."""
    cases = [piece for piece in news.pieces if piece.section != Section.DEMAND]
    about = {piece.own.reference: piece.own.title for piece in cases}
    if len(about) != 1 or len(cases) < len(news.pieces) or news.more:
        return summary(news)
    ((reference, title),) = about.items()
    return _("%(reference)s: %(summary)s – “%(title)s”") % {
        "reference": reference,
        "summary": summary(news),
        "title": title,
    }


def _row(piece: Piece) -> dict[str, Any]:
    seen = piece.seen
    return {
        "seen": seen,
        "own": piece.own,
        "other": piece.other,
        "reason": seen.in_short,
        "evidence": main_evidence(seen),
        "url": absolute(reverse("match-detail", args=[seen.pk])),
    }


def _ask(piece: Piece, person: User) -> dict[str, Any]:
    links = {answer.value: answer_url(piece.row, person, answer) for answer in Answer}
    return _row(piece) | {"ask": piece.row, "links": links}


def _outcome(piece: Piece) -> dict[str, Any]:
    return _row(piece) | {"is_introduced": piece.row.state in INTRODUCED_STATES, "state": piece.row.state}


def _idle(piece: Piece) -> dict[str, Any]:
    return _row(piece) | {"since": piece.row.touched, "case": getattr(piece.row, "case", None)}


def _scouting(piece: Piece, path: str) -> dict[str, Any]:
    return {"need": piece.own, "url": absolute(path)}


def _answer(piece: Piece) -> dict[str, Any]:
    """One side's answer; its note in full for those who know both sides."""
    ask, seen = piece.row, piece.seen
    knows = seen.leads or seen.match.state in INTRODUCED_STATES
    said = ask.get_progress_display() if piece.section == Section.TOLD else ask.get_answer_display()
    said_note = ask.note if knows else seen.strip(ask.note)
    words = _("%(side)s: %(answer)s") % {"side": ask.get_side_display().capitalize(), "answer": said}
    note = " – ".join(part for part in (ask.get_reason_display() if ask.reason else "", said_note) if part)
    return _row(piece) | {"words": words, "note": note}


def _demand(pieces: list[Piece]) -> list[dict[str, Any]]:
    names = names_of([piece.row for piece in pieces]) if pieces else {}
    return [{"label": names[piece.row.pk], "needs": piece.row.needs} for piece in pieces]


def _by_need(pieces: list[Piece]) -> list[dict[str, Any]]:
    """Suggestions below the need they are for; the need with the best one first."""
    order = {piece.row.need_id: place for place, piece in reversed(list(enumerate(pieces)))}
    pieces = sorted(pieces, key=lambda piece: order[piece.row.need_id])
    groups = [list(group) for _need, group in groupby(pieces, key=lambda piece: piece.row.need_id)]
    return [{"need": group[0].seen.need, "rows": [_row(piece) for piece in group]} for group in groups]


def _queue(person: User) -> dict[str, Any]:
    """How much waits for the broker in all, and since when."""
    waiting = Match.objects.awaiting_review().reviewable_by(person).order_by("created_at")
    return {"count": waiting.count(), "oldest": waiting.first(), "url": absolute(reverse("queue"))}
