"""By what the list of matches is narrowed over the API."""

import django_filters as filters
from django.db.models import QuerySet

from accounts.codes import Country, Language
from catalog.codes import Ecosystem
from catalog.filters import MomentFilter, NumberFilter

from .codes import MatchState
from .models import Match
from .queue import CONFIDENCE, LISTS, listed


class MatchFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=MatchState.choices)
    queue = filters.ChoiceFilter(
        choices=list(LISTS.items()), method="those_listed", label="One of the lists of a broker's queue."
    )
    need = NumberFilter("need")
    offer = NumberFilter("offer")
    created_after = MomentFilter("created_at", "gte")
    created_before = MomentFilter("created_at", "lt")
    decided_after = MomentFilter("decided_at", "gte")
    cluster = NumberFilter("cluster")
    sector = filters.ChoiceFilter("need__ecosystems", choices=Ecosystem.choices, method="those_with")
    country = filters.ChoiceFilter("need__organisation__country", choices=Country.choices)
    region = filters.CharFilter(
        "need__organisation__region", "istartswith", max_length=5, label="Of the need, a NUTS code or its beginning."
    )
    language = filters.ChoiceFilter("need__language", choices=Language.choices)
    confidence = filters.ChoiceFilter(choices=[(one, one) for one in CONFIDENCE], method="those_as_likely")

    def those_listed(self, matches: QuerySet[Match], name: str, value: str) -> QuerySet[Match]:
        return matches.filter(pk__in=listed(self.request.user, value).values("pk"))

    def those_with(self, matches: QuerySet[Match], name: str, value: str) -> QuerySet[Match]:
        return matches.filter(**{f"{name}__contains": [value]})

    def those_as_likely(self, matches: QuerySet[Match], name: str, value: str) -> QuerySet[Match]:
        return matches.filter(CONFIDENCE[value])
