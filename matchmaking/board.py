"""The board of cases: one column a state, the most urgent first, each as long as a phone can bear."""

from collections import defaultdict
from typing import NamedTuple

from django import forms
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from accounts.models import Cluster, User

from .codes import INTRODUCED_STATES, MatchState
from .models import Case, Match
from .models.case import urgency
from .queue import clusters_of
from .viewer import Seen, seen_by

IN_A_COLUMN = 8  # the whole column is one click away
HEADINGS = {
    MatchState.INTRODUCED: _("Introduced"),
    MatchState.IN_CONTACT: _("In contact"),
    MatchState.NEGOTIATING: _("Negotiating"),
    MatchState.AGREEMENT: _("Agreement"),
    MatchState.NO_AGREEMENT: _("No agreement"),
}


class Card(NamedTuple):
    """One case with its match as the person sees it."""

    case: Case
    seen: Seen


class Column(NamedTuple):
    state: str
    heading: str
    count: int
    cards: list[Card]

    @property
    def has_more(self) -> bool:
        return self.count > len(self.cards)


class BoardFilter(forms.Form):
    """Whose cases; everything is optional, and nonsense in the address means no filter."""

    cluster = forms.ModelChoiceField(Cluster.objects.none(), required=False, label=_("Cluster"), empty_label=_("all"))
    whose = forms.ChoiceField(
        choices=[
            ("", _("of all brokers")),
            ("mine", _("that I take care of")),
            ("nobody", _("that nobody takes care of")),
            ("stuck", _("without a next step")),
        ],
        required=False,
        label=_("Cases"),
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.user, clusters = user, clusters_of(user)
        self.fields["cluster"].queryset = clusters
        if len(clusters) < 2:
            del self.fields["cluster"]

    def apply(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        wishes = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        if cluster := wishes.get("cluster"):
            cases = cases.filter(match__cluster=cluster)
        if wishes.get("whose") == "mine":
            return cases.filter(owner=self.user)
        if wishes.get("whose") == "nobody":
            return cases.without_owner()
        return cases.without_next_step() if wishes.get("whose") == "stuck" else cases


def columns_of(user: User, cases: QuerySet[Case]) -> list[Column]:
    """All columns with their first cards: two queries and those of `seen_by`."""
    counts = dict(cases.order_by().values_list("match__state").annotate(n=Count("pk")))
    cards = defaultdict(list)
    for card in cards_of(user, _first_of_each(cases)):
        cards[card.seen.match.state].append(card)
    return [Column(state, str(HEADINGS[state]), counts.get(state, 0), cards[state]) for state in INTRODUCED_STATES]


def _first_of_each(cases: QuerySet[Case]) -> QuerySet[Case]:
    place = Window(RowNumber(), partition_by=F("match__state"), order_by=urgency())
    placed = cases.annotate(place=place).filter(place__lte=IN_A_COLUMN).values("pk")
    return Case.objects.filter(pk__in=placed).most_urgent_first()


def cards_of(user: User, cases: QuerySet[Case]) -> list[Card]:
    found = {case.match_id: case for case in cases.select_related("owner")}
    matches = Match.objects.filter(pk__in=found).with_documents().in_bulk()
    seen = seen_by(user, [matches[pk] for pk in found])
    for one in seen:
        found[one.pk].match = one.match
    return [Card(found[one.pk], one) for one in seen]
