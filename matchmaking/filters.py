"""By what the list of matches is narrowed over the API."""

import django_filters as filters

from catalog.filters import MomentFilter, NumberFilter

from .codes import MatchState


class MatchFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=MatchState.choices)
    need = NumberFilter("need")
    offer = NumberFilter("offer")
    created_after = MomentFilter("created_at", "gte")
    created_before = MomentFilter("created_at", "lt")
    decided_after = MomentFilter("decided_at", "gte")
