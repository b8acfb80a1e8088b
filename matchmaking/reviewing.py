"""A broker's decision on a match: accept, reject, park. Nobody decides twice: compare-and-set on what was seen.

Where need and offer belong to different clusters (`agreeing`), a broker of the need's accepts first; the match stays
proposed, and a broker of the offer's decides. A no of either ends it, of the first also while the second decides; the
first may then park it, too, and with that takes it back: nothing is with the second until the first accepts anew.
The same where one of them belongs to another installation (`accords`), but that nothing is taken back from there.

What follows an acceptance lives in `introductions`, taking a decision back in `undoing`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User

from . import accords
from .agreeing import agreement_of, partner_of
from .codes import DECIDED_STATES, UNDECIDED_STATES, MatchState, Reason, Verdict
from .introductions import ask_both_sides, draft
from .models import Match, Review
from .questions import pass_on


@transaction.atomic
def accept(match: Match, *, by: User) -> bool:
    """Ask both sides, or first the brokers of the other cluster; False if somebody has decided before.

    Raises PermissionDenied for whoever is not a broker of the match, ValidationError when it cannot be asked.
    """
    _check_broker(match, by)
    _check_open(match)
    if match.origin:
        accords.check(match)
    if partner := partner_of(match, by):
        is_first = _decide(match, Verdict.ACCEPT, by, state=MatchState.PROPOSED, second_cluster=partner)
        if is_first and match.origin:
            accords.begin(match)
        return is_first
    if not _decide(match, Verdict.ACCEPT, by):
        return False
    agreement = agreement_of(match)
    draft(match, broker=agreement.broker if agreement and agreement.broker else by)
    ask_both_sides(match)
    pass_on(match)
    return True


@transaction.atomic
def reject(match: Match, *, by: User, reason: str, note: str = "") -> bool:
    """Turn the match down for one of `Reason`; False if somebody has decided before. Raises as `accept`."""
    _check_broker(match, by)
    if reason not in Reason.values:
        raise ValidationError({"reason": _("Say why the two do not fit: choose one of the reasons.")})
    return _decide(match, Verdict.REJECT, by, {"reason": reason, "note": note})


@transaction.atomic
def park(match: Match, *, by: User, until: date, note: str = "") -> bool:
    """Put the match aside until a day to come, taking it back from a second cluster whose turn it is; False if
    somebody has decided before. Raises as `accept`."""
    _check_broker(match, by)
    if until <= timezone.localdate():
        raise ValidationError({"until": _("Choose a day after today.")})
    if match.second_cluster and match.second_cluster.organisation.origin:
        raise ValidationError(accords.is_there(match))
    return _decide(match, Verdict.PARK, by, {"note": note}, parked_until=until)


class Outcome(NamedTuple):
    """What became of several matches that were to be decided together."""

    decided: list[Match]
    faster: list[Match]  # somebody else decided these since they were shown
    refused: list[str]  # why, for each that could not be decided so


@transaction.atomic
def decide_all(matches: Sequence[Match], versions: Mapping[int, str], decide: Callable[[Match], bool]) -> Outcome:
    """Decide all that are still as they were shown (`Match.stamp`), and leave the others alone.

    In the order of their numbers, so that two brokers never wait for each other in a circle. Raises PermissionDenied
    where one is not the broker's, and then nothing is decided.
    """
    outcome = Outcome([], [], [])
    for match in sorted(matches, key=lambda each: each.pk):
        try:
            is_first = match.stamp == versions[match.pk] and decide(match)
        except ValidationError as error:
            outcome.refused.append(f"{match}: {' '.join(error.messages)}")
        else:
            (outcome.decided if is_first else outcome.faster).append(match)
    return outcome


def _decide(match: Match, verdict: Verdict, by: User, said: Mapping[str, str] | None = None, **changes: Any) -> bool:
    """Move the match with `changes` if it is this broker's turn and nobody was faster, and keep who `said` what.

    Only an acceptance waits for its turn: a match would be stuck where the brokers of the second cluster do nothing.
    """
    is_turn = Match.objects.reviewable_by(by).filter(pk=match.pk).exists()
    if verdict == Verdict.ACCEPT and not is_turn:
        return False
    before = {"was_parked_until": match.parked_until if match.state == MatchState.PARKED else None}
    changes = {"parked_until": None} | changes
    if verdict == Verdict.PARK and not is_turn:
        before["took_from"], changes["second_cluster"] = match.second_cluster, None
    if not match.move(changes.pop("state", DECIDED_STATES[verdict]), expected=UNDECIDED_STATES, **changes):
        return False
    Review.objects.create(match=match, verdict=verdict, broker=by, **before, **(said or {}))
    return True


def _check_broker(match: Match, user: User) -> None:
    if not Match.objects.decided_by(user).filter(pk=match.pk).exists():
        raise PermissionDenied(_("Only a broker of the cluster of this match decides on it."))


def _check_open(match: Match) -> None:
    for document in (match.need, match.offer):
        if not document.is_open:
            raise ValidationError(_("%(reference)s is not open any more.") % {"reference": document.reference})
    provider = match.offer.organisation
    if provider.is_resting:
        day = date_format(provider.no_introductions_until)
        raise ValidationError(
            _("The provider takes no new introductions until %(day)s. Park the match until then.") % {"day": day}
        )
