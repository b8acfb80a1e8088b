"""What became here of matches that were said to be as probable: the installation's own reviews, in words."""

from collections.abc import Mapping

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from .codes import ASKED_STATES, INTRODUCED_STATES, MatchState
from .models import Match
from .queue import CONFIDENCE

LEAST = 20  # decisions from which on a share says something: its standard error is 0.11 at most
KEPT = 3600  # seconds
ACCEPTED = Q(state__in=(*ASKED_STATES, *INTRODUCED_STATES))
DECIDED = ACCEPTED | Q(state=MatchState.REJECTED)
BANDS = [CONFIDENCE[name] for name in ("far", "look", "possible", "likely")]  # by level


class TrackRecord:
    """Read once for all matches that are seen together, and only where somebody asks."""

    @cached_property
    def _counts(self) -> Mapping[int, tuple[int, int]]:
        return cache.get_or_set("track-record", _counted, KEPT)

    def told(self, level: int) -> str:
        """Of one level of `Likelihood` how many brokers accepted, in tenths; "" where too few were decided."""
        accepted, decided = self._counts[level]
        if decided < LEAST:
            return ""
        tenths = round(10 * accepted / decided)
        if tenths == 0:
            return _("brokers accepted fewer than 1 in 10 like this")
        if tenths == 10:
            return _("brokers accepted more than 9 in 10 like this")
        return _("brokers accepted about %(tenths)d in 10 like this") % {"tenths": tenths}


def _counted() -> Mapping[int, tuple[int, int]]:
    """By level (accepted, decided), of what the engine proposed and whose figures are kept; one query."""
    matches = Match.objects.filter(DECIDED, components__has_key="text_probability", suggested_at=None)
    counts = {}
    for level, band in enumerate(BANDS):
        counts |= {f"accepted_{level}": Count("pk", filter=ACCEPTED & band)}
        counts |= {f"decided_{level}": Count("pk", filter=band)}
    found = matches.aggregate(**counts)
    return {level: (found[f"accepted_{level}"], found[f"decided_{level}"]) for level in range(len(BANDS))}
