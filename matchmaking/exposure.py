"""How often each provider is proposed, and what came of it: counted from the matches that are kept."""

from collections.abc import Iterable

from django.db.models import Count

from catalog.models import Need

from .codes import MatchState
from .models import Match


def proposals_of(providers: Iterable[int], *, apart_from: Need) -> dict[int, int]:
    """By organisation: for how many other needs one of its offers was proposed, whatever became of it."""
    others = Match.objects.filter(offer__organisation__in=set(providers)).exclude(state=MatchState.WITHDRAWN)
    counted = others.exclude(need=apart_from.pk).order_by().values_list("offer__organisation")
    return dict(counted.annotate(n=Count("need", distinct=True)))
