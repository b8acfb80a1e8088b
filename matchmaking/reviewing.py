"""A broker's decision on a match: accept, reject, park. Nobody decides twice: compare-and-set on what was seen.

What follows an acceptance lives in `introductions`.
"""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

from .codes import UNDECIDED_STATES, MatchState, Reason, Verdict
from .introductions import ask_both_sides, draft
from .models import Match, Review
from .questions import pass_on


@transaction.atomic
def accept(match: Match, *, by: User) -> bool:
    """Ask both sides; False if somebody has decided before.

    Raises PermissionDenied for whoever is not a broker of the match, ValidationError when it cannot be asked.
    """
    _check_broker(match, by)
    _check_open(match)
    _check_local(match)
    if not match.move(MatchState.ACCEPTED, expected=UNDECIDED_STATES, parked_until=None):
        return False
    Review.objects.create(match=match, broker=by, verdict=Verdict.ACCEPT)
    draft(match, broker=by)
    ask_both_sides(match)
    pass_on(match)
    return True


@transaction.atomic
def reject(match: Match, *, by: User, reason: str, note: str = "") -> bool:
    """Turn the match down for one of `Reason`; False if somebody has decided before. Raises as `accept`."""
    _check_broker(match, by)
    if reason not in Reason.values:
        raise ValidationError({"reason": _("Say why the two do not fit: choose one of the reasons.")})
    if not match.move(MatchState.REJECTED, expected=UNDECIDED_STATES, parked_until=None):
        return False
    Review.objects.create(match=match, broker=by, verdict=Verdict.REJECT, reason=reason, note=note)
    return True


@transaction.atomic
def park(match: Match, *, by: User, until: date, note: str = "") -> bool:
    """Put the match aside until a day to come; False if somebody has decided before. Raises as `accept`."""
    _check_broker(match, by)
    if until <= timezone.localdate():
        raise ValidationError({"until": _("Choose a day after today.")})
    if not match.move(MatchState.PARKED, expected=UNDECIDED_STATES, parked_until=until):
        return False
    Review.objects.create(match=match, broker=by, verdict=Verdict.PARK, note=note)
    return True


def _check_broker(match: Match, user: User) -> None:
    if not (user.is_staff or Match.objects.brokered_by(user).filter(pk=match.pk).exists()):
        raise PermissionDenied(_("Only a broker of the cluster of this match decides on it."))


def _check_open(match: Match) -> None:
    for document in (match.need, match.offer):
        if not document.is_open:
            raise ValidationError(_("%(reference)s is not open any more.") % {"reference": document.reference})


def _check_local(match: Match) -> None:
    """Nobody of another installation can be asked from here."""
    for document in (match.need, match.offer):
        if origin := document.organisation.origin:
            facts = {"reference": document.reference, "origin": origin}
            raise ValidationError(_("%(reference)s is from %(origin)s: write to the brokers there.") % facts)
