"""The author's own yes to a suggestion that no broker has decided on yet, and taking it back.

Its brokers see it. The other side does not, before a broker accepts: then the side of the need counts as having
answered (`introductions.said_yes_before`).
"""

from django.db import transaction
from django.utils import timezone

from accounts.models import Act, Consent, Door, Subject, User

from .codes import UNDECIDED_STATES
from .dismissing import check_acts_for_need
from .models import Match


@transaction.atomic
def want(match: Match, *, by: User, door: str = Door.PAGE) -> bool:
    """Say that the side of the need is interested; False if somebody has decided before. Whoever of the side says so
    first is the one who said it.

    Raises PermissionDenied for whoever does not act for the side of the need.
    """
    return _write(match, by, door, Act.AGREED, wanted_at=timezone.now(), wanted_by=by)


@transaction.atomic
def unwant(match: Match, *, by: User, door: str = Door.PAGE) -> bool:
    """Take that back; False if somebody has decided before. Raises as `want`."""
    return _write(match, by, door, Act.WITHDRAWN, wanted_at=None, wanted_by=None)


def _write(match: Match, by: User, door: str, act: Act, **changes: object) -> bool:
    """Said twice, nothing changes and nothing is noted. Whoever decides meanwhile has the row, and this waits."""
    check_acts_for_need(match, by)
    undecided = Match.objects.filter(pk=match.pk, state__in=UNDECIDED_STATES)
    is_to_be_wanted = changes["wanted_at"] is not None
    if undecided.filter(wanted_at__isnull=is_to_be_wanted).update(**changes) == 0:
        return undecided.exists()
    Consent.objects.note(by, Subject.INTRODUCTION, act, door, about=str(match))
    return True
