"""By what the list of matches is narrowed over the API."""

import django_filters as filters

from catalog.filters import NumberFilter

from .codes import MatchState


class MatchFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=MatchState.choices)
    need = NumberFilter("need")
    offer = NumberFilter("offer")
    created_after = filters.IsoDateTimeFilter("created_at", "gte")
    created_before = filters.IsoDateTimeFilter("created_at", "lt")
    decided_after = filters.IsoDateTimeFilter("decided_at", "gte")
