"""Taking back one's own decision, for some minutes, as long as it has reached nobody.

Afterwards the match is where it was, and what the decision wrote is gone: it teaches nothing.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import User

from .codes import MatchState, Side, Verdict
from .models import Accord, Ask, Introduction, Mail, MailKind, MailState, Match, Question, Review
from .models.mail import MailQuerySet
from .models.review import ReviewQuerySet


class TooLate(Exception):
    """Why a decision stands, in words for whoever made it."""


class Undone(NamedTuple):
    """What became of several decisions that were to be taken back."""

    matches: dict[int, Match]  # by decision: the match that is where it was
    refused: list[tuple[Review, TooLate]]  # decisions that stand


def undoable_by(user: User) -> ReviewQuerySet:
    """The person's own latest decisions that can be taken back, the newest first."""
    begun = Accord.objects.begun().filter(match=OuterRef("match"))
    asking = Q(verdict=Verdict.ACCEPT, match__state=MatchState.ACCEPTED)
    return Review.objects.fresh(user).exclude(Exists(begun)).exclude(asking & _has_reached_somebody())


def _has_reached_somebody() -> Q:
    """Of an acceptance: a mail has begun to go out, or a side has written on the page."""
    takes_others = Exists(Mail.objects.filter(carrier=OuterRef("pk")))  # put off by the pace with what it takes along
    begun = Mail.objects.filter(~Q(state=MailState.DUE) | Q(attempts__gt=0) | takes_others)
    passed_on = Question.objects.filter(match=OuterRef(OuterRef("match"))).values("pk")
    asked_since = Question.objects.filter(match=OuterRef("match"), asked_at__gt=OuterRef("created_at"))
    of_match = {"match": OuterRef("match")}
    return (
        Exists(begun.filter(ask__match=OuterRef("match")))
        | Exists(begun.filter(kind=MailKind.QUESTION, object_id__in=passed_on))
        | Exists(asked_since)
        | Exists(Question.objects.filter(**of_match, answered_at__isnull=False))
        | Exists(Ask.objects.given_since().filter(**of_match))
    )


def _mails_of(match: Match) -> MailQuerySet:
    """What an acceptance owes to both sides."""
    questions = Q(kind=MailKind.QUESTION, object_id__in=match.questions.values("pk"))
    return Mail.objects.filter(questions | Q(ask__match=match))


def undo_all(reviews: Iterable[Review], *, by: User) -> Undone:
    """Each by itself, of one match the latest first: those that cannot be taken back stay."""
    outcome = Undone({}, [])
    for review in sorted(reviews, key=lambda one: (one.match_id, -one.pk)):
        number = review.pk
        try:
            outcome.matches[number] = undo(review, by=by)
        except TooLate as error:
            outcome.refused.append((review, error))
    return outcome


@transaction.atomic
def undo(review: Review, *, by: User) -> Match:
    """Put the match back to where it was. Raises TooLate, and then nothing has changed."""
    match = Match.objects.select_for_update().get(pk=review.match_id)  # whoever answers or decides waits
    if not Review.objects.fresh(by).filter(pk=review.pk).exists():
        raise TooLate(_("The time to take it back is over, or somebody has decided since."))
    # Whoever would send one of the mails waits; then the mail is gone, or it went out before and is seen here.
    list(Accord.objects.filter(match=match).select_for_update(of=("self",)).values_list("pk"))
    list(_mails_of(match).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    if Accord.objects.begun().filter(match=match).exists():
        raise TooLate(_("The other installation has been told already. Write to its brokers if it is a mistake."))
    if not undoable_by(by).filter(pk=review.pk).exists():
        raise TooLate(_("One side has been asked already. Write to both if the match is a mistake."))
    _put_back(match, review)
    return match


def _put_back(match: Match, review: Review) -> None:
    until = review.was_parked_until
    before = MatchState.PARKED if until else MatchState.PROPOSED
    is_first = match.state == MatchState.PROPOSED  # accepted, and with the second cluster since
    second = None if is_first else review.took_from or match.second_cluster
    changes = {"parked_until": until, "second_cluster": second}
    if not until and second is None:
        changes["decided_at"] = None
    match.move(before, expected=(match.state,), **changes)
    if is_first:
        Accord.objects.filter(match=match, side=Side.NEED).delete()  # of the offer's side: the other one's question
    if review.verdict == Verdict.ACCEPT:
        _mails_of(match).delete()
        Ask.objects.filter(match=match).delete()
        Introduction.objects.filter(match=match).delete()
    review.delete()
