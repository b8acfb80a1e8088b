"""By what the list of matches is narrowed over the API."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from accounts.codes import Country, Language
from catalog.codes import Ecosystem
from catalog.filters import MomentFilter, NumberFilter

from .codes import MatchState
from .models import Match, Review
from .queue import CONFIDENCE, LISTS, NARROWED, listed
from .undoing import undoable_by

LONGEST_AGE = 36_500  # days


class Narrowed(filters.FilterSet):
    """What the page of the queue asks for, by the same names."""

    cluster = NumberFilter(method="those_so")
    sector = filters.ChoiceFilter(choices=Ecosystem.choices, method="those_so")
    country = filters.ChoiceFilter(choices=Country.choices, method="those_so")
    region = filters.CharFilter(max_length=5, method="those_so", label="Of the need, a NUTS code or its beginning.")
    language = filters.ChoiceFilter(choices=Language.choices, method="those_so")
    age = NumberFilter(max_value=LONGEST_AGE, method="those_so", label="Proposed so many days ago or earlier.")
    confidence = filters.ChoiceFilter(choices=[(one, one) for one in CONFIDENCE], method="those_so")

    def those_so(self, matches: QuerySet[Match], name: str, value: Any) -> QuerySet[Match]:
        return matches.filter(NARROWED[name](value))


class QueueNarrowing(Narrowed):
    """Only here by whether it is `wanted`: a provider must not find that out among the own matches."""

    list = filters.ChoiceFilter(
        choices=list(LISTS.items()), method="as_listed", label="Which list of the queue; without, what waits for you."
    )
    wanted = filters.BooleanFilter(method="those_so", label="Whether the company is interested.")

    def as_listed(self, matches: QuerySet[Match], name: str, value: str) -> QuerySet[Match]:
        """They come from there: only a name that is none is refused here."""
        return matches


class MatchFilter(Narrowed):
    state = filters.ChoiceFilter(choices=MatchState.choices)
    queue = filters.ChoiceFilter(
        choices=list(LISTS.items()), method="those_listed", label="One of the lists of a broker's queue."
    )
    need = NumberFilter("need")
    offer = NumberFilter("offer")
    created_after = MomentFilter("created_at", "gte")
    created_before = MomentFilter("created_at", "lt")
    decided_after = MomentFilter("decided_at", "gte")

    def those_listed(self, matches: QuerySet[Match], name: str, value: str) -> QuerySet[Match]:
        return matches.filter(pk__in=listed(self.request.user, value).values("pk"))


class ReviewFilter(filters.FilterSet):
    match = NumberFilter("match")
    undoable = filters.BooleanFilter(
        method="those_undoable", label="Your own ones that can still be taken back, or all the others."
    )

    def those_undoable(self, reviews: QuerySet[Review], name: str, value: bool) -> QuerySet[Review]:
        mine = undoable_by(self.request.user).values("pk")
        return reviews.filter(pk__in=mine) if value else reviews.exclude(pk__in=mine)
