"""What the two sides of a match ask each other through the platform, without learning who the other is.

The side of the need may ask about a suggestion at once; its question goes on when a broker has accepted the match.
How the mails say it is the business of `question_mails`.
"""

from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from catalog.advising import names_in
from catalog.linting import leaks_in

from .codes import INTRODUCED_STATES, TOPICS, Side, Topic
from .models import Mail, MailKind, Match, Question
from .models.question import ASKABLE_STATES, PASSED_ON_STATES
from .viewer import Seen

MOST_OPEN = 5  # questions of one side that wait for an answer in one case


def may_ask(match: Match, side: str) -> bool:
    if match.origin:
        return False
    return match.state in ASKABLE_STATES[Side(side)] and match.need.is_open and match.offer.is_open


def asking_side(seen: Seen) -> Side | None:
    """For which side a person who looks at a match would ask."""
    return next((side for side in Side if side in seen.sides), None)


@transaction.atomic
def ask(match: Match, side: str, topic: str, text: str, *, by: User) -> Question:
    """Write a question down, and pass it on where the other side knows of the match. One that waits for its answer is
    not asked twice.

    Raises PermissionDenied for whoever does not act for that side, ValidationError for what cannot be asked.
    """
    _check_acts_for(match, side, by)
    # A broker who accepts in this moment must find the question: the match is what both queue for.
    match = Match.objects.select_for_update(of=("self",)).with_documents().get(pk=match.pk)
    waiting = match.questions.filter(side=side, topic=topic, text=text, answered_at__isnull=True)
    if text and (asked := waiting.first()):
        return asked
    _check_askable(match, side, topic, text)
    question = Question.objects.create(match=match, side=side, topic=topic, text=text, asked_by=by)
    if match.state in PASSED_ON_STATES:
        _owe(question, MailKind.QUESTION, question.answering_side)
    return question


def pass_on(match: Match) -> None:
    """What was asked before a broker accepted the match."""
    for question in match.questions.filter(answered_at__isnull=True):
        question.match = match
        _owe(question, MailKind.QUESTION, question.answering_side)


@transaction.atomic
def answer(question: Question, text: str, *, by: User) -> bool:
    """The other side's answer; False if there is one already, or the case is closed. Raises PermissionDenied."""
    _check_acts_for(question.match, question.answering_side, by)
    if not question.write_answer(text, by=by):
        return False
    _owe(question, MailKind.REPLY, Side(question.side))
    return True


def _check_acts_for(match: Match, side: str, user: User) -> None:
    document = match.need if side == Side.NEED else match.offer
    if not Organisation.objects.of(user).filter(pk=document.organisation_id).exists():
        raise PermissionDenied(_("Only people of the two sides write here."))


def _check_askable(match: Match, side: str, topic: str, text: str) -> None:
    if not may_ask(match, side):
        raise ValidationError(_("This case is closed; nothing can be asked here any more."))
    if topic not in TOPICS[Side(side)]:
        raise ValidationError({"topic": _("Choose one of the questions.")})
    if topic == Topic.OTHER and not text:
        raise ValidationError({"text": _("Write your question.")})
    asked = Question.objects.filter(match=match, side=side)
    if topic != Topic.OTHER and asked.filter(topic=topic).exists():
        raise ValidationError({"topic": _("You have asked this already. Write another question in your words.")})
    if asked.filter(answered_at__isnull=True).count() >= MOST_OPEN:
        raise ValidationError(_("Several of your questions wait for an answer. Ask more when they are answered."))


def _owe(question: Question, kind: MailKind, side: Side) -> None:
    people = User.objects.acting_for(question.document_of(side).organisation)
    about = {"kind": kind, "object_id": question.pk}
    Mail.objects.owe([Mail(key=f"{kind}:{question.pk}:{one.pk}", recipient=one, **about) for one in people])


# Words


def leaks(text: str, document_side: str, match: Match, user: User) -> tuple[str, ...]:
    """What in the text tells the other side who writes."""
    own = match.need.organisation if document_side == Side.NEED else match.offer.organisation
    return leaks_in(text, [own.name, *filter(None, [user.name])], names_in(text, user))


class Said(NamedTuple):
    """A question with its answer, as far as one person may read them."""

    question: Question
    topic: str
    text: str
    answer: str
    is_own: bool  # asked by the reader's side
    may_answer: bool
    next: str  # what happens next, while there is no answer


def said_in(seen: Seen) -> list[Said]:
    """Everything that was asked in one match, oldest first."""
    return [said(question, seen) for question in seen.history.questions]


def said(question: Question, seen: Seen) -> Said:
    question.match = seen.match
    is_open = question.answered_at is None and may_ask(seen.match, Side.NEED) and question.was_passed_on
    return Said(
        question,
        topic=question.get_topic_display() if question.topic != Topic.OTHER else "",
        text=readable(question.text, question.side, question.asked_by, seen),
        answer=readable(question.answer, question.answering_side, question.answered_by, seen),
        is_own=question.side in seen.sides,
        may_answer=is_open and question.answering_side in seen.sides,
        next="" if question.answered_at else _next(question),
    )


def readable(text: str, side: str, writer: User | None, seen: Seen) -> str:
    """In full to the side itself, to whoever decides and sees it in full, and to both after the introduction."""
    shown = seen.need if side == Side.NEED else seen.offer
    knows = side in seen.sides or seen.decides or seen.match.state in INTRODUCED_STATES
    return text if shown.is_full and knows else shown.message(text, writer.name if writer else "")


def _next(question: Question) -> str:
    if question.match.state not in ASKABLE_STATES[Side.NEED]:
        return _("The case is closed; there is no answer.")
    if not question.was_passed_on:
        return _("It goes to the provider when a broker has agreed to this suggestion.")
    return _("The other side has it. We write to you when it has answered.")
