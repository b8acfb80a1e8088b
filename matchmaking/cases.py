"""What brokers do with a case: take it, move it on, plan its next step, note something.

Whoever acts says which version of the case they looked at: if somebody was faster, nothing is changed. Each change
writes an event, in one transaction. What a case is stands in `models/case.py`.
"""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User

from .codes import COURSES, ENDED_STATES, MatchState, Reason
from .models import Case, CaseEvent, Match

Kind = CaseEvent.Kind


def open_case(match: Match, *, owner: User | None) -> Case:
    """For a match that was just introduced."""
    case = Case.objects.create(match=match, owner=owner)
    if owner:
        CaseEvent.objects.create(case=case, kind=Kind.TAKEN, by=owner)
    return case


@transaction.atomic
def move(case: Case, state: str, *, by: User, seen: int, reason: str = "", note: str = "") -> bool:
    """Where the two sides stand now; False if somebody has changed the case since it was `seen`.

    Raises PermissionDenied for whoever is not a broker of the case, ValidationError for a state that cannot come next
    or an end without agreement that has no reason.
    """
    check_broker(case, by)
    before = case.match.state
    _check_course(before, state, reason)
    reason = reason if state == MatchState.NO_AGREEMENT else ""
    ended = {"next_step": "", "next_step_on": None} if state in ENDED_STATES else {}
    if not case.change(seen=seen, reason=reason, **ended):
        return False
    if not case.match.move(MatchState(state), expected=(before,)):
        transaction.set_rollback(True)
        return False
    CaseEvent.objects.create(case=case, kind=Kind.MOVED, by=by, state=state, reason=reason, text=note)
    return True


def _check_course(before: str, state: str, reason: str) -> None:
    if state not in COURSES.get(before, ()):
        raise ValidationError({"state": _("Choose where the two sides stand now.")})
    if state == MatchState.NO_AGREEMENT and reason not in Reason.values:
        raise ValidationError({"reason": _("Say why nothing came of it: choose one of the reasons.")})


@transaction.atomic
def plan(case: Case, next_step: str, on: date | None, *, by: User, seen: int) -> bool:
    """What is to be done next, and by when; an empty step takes it away. False and raises as `move`."""
    check_broker(case, by)
    if not case.is_running:
        raise ValidationError({"next_step": _("This case has ended. Say first that the two talk again.")})
    on = on if next_step else None
    if not case.change(seen=seen, next_step=next_step, next_step_on=on):
        return False
    CaseEvent.objects.create(case=case, kind=Kind.PLANNED, by=by, text=next_step, on=on)
    return True


@transaction.atomic
def take(case: Case, *, by: User, seen: int) -> bool:
    """The broker takes care of it from now on. False and raises as `move`."""
    check_broker(case, by)
    if not case.change(seen=seen, owner=by):
        return False
    CaseEvent.objects.create(case=case, kind=Kind.TAKEN, by=by)
    return True


@transaction.atomic
def note(case: Case, text: str, *, by: User) -> CaseEvent:
    """A word for the colleagues. It takes nothing away from anybody, so it needs no version. The same word twice,
    with nothing between, was sent twice. Raises as `move`."""
    check_broker(case, by)
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)  # the second of two taps waits for the first
    last = CaseEvent.objects.filter(case=case).last()
    if last and (last.kind, last.by_id, last.text) == (Kind.NOTED, by.pk, text):
        return last
    event = CaseEvent.objects.create(case=case, kind=Kind.NOTED, by=by, text=text)
    Case.objects.filter(pk=case.pk).update(touched_at=event.at)
    return event


def check_broker(case: Case, user: User) -> None:
    """Raises PermissionDenied for whoever is not a broker of the case."""
    if not Case.objects.visible_to(user).filter(pk=case.pk).exists():
        raise PermissionDenied(_("Only a broker of the cluster of this case takes care of it."))
