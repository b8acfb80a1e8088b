"""Taking back one's own decision, for some minutes, as long as it has reached nobody.

Afterwards the match is where it was, and what the decision wrote is gone: it teaches nothing.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import User

from .codes import DECIDED_STATES, MatchState, Verdict
from .models import Ask, Introduction, Mail, MailState, Match, Review
from .models.review import ReviewQuerySet


class TooLate(Exception):
    """Why a decision stands, in words for whoever made it."""


def undoable_by(user: User) -> ReviewQuerySet:
    """The person's own latest decisions that can be taken back, the newest first."""
    takes_others = Exists(Mail.objects.filter(carrier=OuterRef("pk")))  # put off by the pace with what it takes along
    begun = Mail.objects.filter(~Q(state=MailState.DUE) | Q(attempts__gt=0) | takes_others)
    told = Ask.objects.filter(Exists(begun.filter(ask=OuterRef("pk"))) | Q(answered_at__isnull=False))
    return Review.objects.fresh(user).exclude(Exists(told.filter(match=OuterRef("match"))))


@transaction.atomic
def undo(review: Review, *, by: User) -> Match:
    """Put the match back to where it was. Raises TooLate, and then nothing has changed."""
    match = Match.objects.select_for_update().get(pk=review.match_id)  # whoever answers or decides waits
    if not Review.objects.fresh(by).filter(pk=review.pk).exists():
        raise TooLate(_("The time to take it back is over, or somebody has decided since."))
    # Whoever would send one of the mails waits; then the mail is gone, or it went out before and is seen here.
    list(Mail.objects.filter(ask__match=match).order_by("pk").select_for_update().values_list("pk"))
    if not undoable_by(by).filter(pk=review.pk).exists():
        raise TooLate(_("One side has been asked already. Write to both if the match is a mistake."))
    _put_back(match, review)
    return match


def _put_back(match: Match, review: Review) -> None:
    until = review.was_parked_until
    before = MatchState.PARKED if until else MatchState.PROPOSED
    moment = {} if until else {"decided_at": None}
    match.move(before, expected=(DECIDED_STATES[Verdict(review.verdict)],), parked_until=until, **moment)
    Ask.objects.filter(match=match).delete()  # with the mails that were owed
    Introduction.objects.filter(match=match).delete()
    review.delete()
