"""The author's own no to a suggestion that no broker has decided on yet, and taking that no back.

The other side never hears of it. It teaches what a no to a broker's question teaches (`lessons`), and where nothing
is left that could fit, brokers are asked to look around (`scouting`). The yes is in `wanting`.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Act, Consent, Door, Organisation, Subject, User
from catalog.models import Need

from . import scouting
from .codes import UNDECIDED_STATES, Answer, MatchState, Reason, Side
from .models import Ask, Match


@transaction.atomic
def dismiss(match: Match, *, by: User, reason: str, note: str = "", door: str = Door.PAGE) -> bool:
    """Turn the suggestion down for one of `Reason`, also one that was wanted; False if somebody has decided before.

    Raises PermissionDenied for whoever does not act for the side of the need, ValidationError without a reason.
    """
    check_acts_for_need(match, by)
    if reason not in Reason.values:
        raise ValidationError({"reason": _("Say why not: choose one of the reasons.")})
    need = _locked_need(match)
    if not match.move(MatchState.DISMISSED, expected=UNDECIDED_STATES, wanted_at=None, wanted_by=None):
        return False
    said = {"answer": Answer.NO, "reason": reason, "note": note, "answered_at": timezone.now(), "answered_by": by}
    Ask.objects.create(match=match, side=Side.NEED, **said)
    Consent.objects.note(by, Subject.INTRODUCTION, Act.DECLINED, door, about=str(match))
    if need.is_open:
        scouting.follow(need, match.cluster)
    return True


@transaction.atomic
def bring_back(match: Match, *, by: User, door: str = Door.PAGE) -> bool:
    """Put a suggestion that was turned down to where it was; False if it cannot be any more. Raises as `dismiss`."""
    check_acts_for_need(match, by)
    if match.origin:  # the other installation may have been told
        return False
    before = MatchState.PARKED if match.parked_until else MatchState.PROPOSED
    is_untouched = before == MatchState.PROPOSED and match.second_cluster_id is None
    changes = {"decided_at": None} if is_untouched else {}
    need = _locked_need(match)
    if not match.move(before, expected=(MatchState.DISMISSED,), **changes):
        return False
    Ask.objects.filter(match=match).delete()
    Consent.objects.note(by, Subject.INTRODUCTION, Act.WITHDRAWN, door, about=str(match))
    scouting.follow(need, match.cluster)
    return True


def _locked_need(match: Match) -> Need:
    """Runs of the engine and whoever else follows what fits take turns: the need comes first, then its matches."""
    return Need.objects.without_vectors().select_for_update(no_key=True).get(pk=match.need_id)


def check_acts_for_need(match: Match, user: User) -> None:
    if not Organisation.objects.of(user).filter(pk=match.need.organisation_id).exists():
        raise PermissionDenied(_("Only people of the organisation that wrote the need answer its suggestions."))
