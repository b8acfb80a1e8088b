"""What a broker has to decide, and where the decided cases stand: the lists of the queue and their filters."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Case, Count, F, FloatField, Min, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Exp, Extract, Greatest, Least, Ln
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import Country, Language
from accounts.models import Cluster, User
from catalog.codes import Ecosystem

from .codes import INTRODUCED_STATES, UNDECIDED_STATES, MatchState
from .models import Match
from .progress import LIKELY, POSSIBLE, WORTH_A_LOOK

LISTS = {
    "waiting": _("Waiting for you"),
    "elsewhere": _("With other brokers"),
    "asked": _("Being asked"),
    "introduced": _("Introduced"),
    "silent": _("No answer"),
    "parked": _("Parked"),
}
STATES = {
    "introduced": INTRODUCED_STATES,
    "silent": (MatchState.LAPSED,),
}

CONFIDENCE = {
    "likely": Q(probability__gte=LIKELY),
    "possible": Q(probability__gte=POSSIBLE, probability__lt=LIKELY),
    "look": Q(probability__gte=WORTH_A_LOOK, probability__lt=POSSIBLE),
    "far": Q(probability__lt=WORTH_A_LOOK),
}
DOUBLING = timedelta(days=14)  # waiting so long makes a match worth twice as much; a choice, not learnt
WANTED = 2.0  # times as much is worth what the side of the need is interested in; a choice, too
NARROWED: dict[str, Callable[[Any], Q]] = {
    "cluster": lambda cluster: Q(cluster=cluster),
    "sector": lambda sector: Q(need__ecosystems__contains=[sector]),
    "country": lambda country: Q(need__organisation__country=country),
    "region": lambda region: Q(need__organisation__region__istartswith=region),
    "language": lambda language: Q(need__language=language),
    "age": lambda days: Q(created_at__lte=timezone.now() - timedelta(days=days)),
    "confidence": CONFIDENCE.__getitem__,
    "wanted": lambda is_wanted: Q(wanted_at__isnull=not is_wanted),
}  # by what is asked for: what it means


class QueueFilter(forms.Form):
    """Which part of the queue; everything is optional, and nonsense in the address means no filter."""

    cluster = forms.ModelChoiceField(Cluster.objects.none(), required=False, label=_("Cluster"), empty_label=_("all"))
    sector = forms.ChoiceField(choices=[("", _("all")), *Ecosystem.choices], required=False, label=_("Sector"))
    country = forms.ChoiceField(choices=[("", _("all")), *Country.choices], required=False, label=_("Country"))
    region = forms.CharField(max_length=5, required=False, label=_("Region (NUTS code)"))
    language = forms.ChoiceField(choices=[("", _("all")), *Language.choices], required=False, label=_("Language"))
    age = forms.TypedChoiceField(
        choices=[("", _("all")), ("7", _("a week")), ("14", _("two weeks")), ("30", _("a month"))],
        coerce=int,
        empty_value=0,
        required=False,
        label=_("Waits longer than"),
    )
    confidence = forms.ChoiceField(
        choices=[
            ("", _("all")),
            ("likely", _("Likely")),
            ("possible", _("Possible")),
            ("look", _("Worth a look")),
            ("far", _("A long shot")),
        ],
        required=False,
        label=_("Likelihood"),
    )
    wanted = forms.ChoiceField(choices=[("", _("all")), ("true", _("yes"))], required=False, label=_("Interest"))
    order = forms.ChoiceField(
        choices=[("", _("by worth and waiting")), ("best", _("best first")), ("oldest", _("oldest first"))],
        required=False,
        label=_("Order"),
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        clusters = clusters_of(user)
        self.fields["cluster"].queryset = clusters
        if len(clusters) < 2:
            del self.fields["cluster"]

    @property
    def wishes(self) -> dict[str, object]:
        return self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})

    def apply(self, matches: QuerySet[Match]) -> QuerySet[Match]:
        return ordered(matches.filter(*self.conditions()), self.wishes.get("order", ""))

    def conditions(self) -> list[Q]:
        return [condition(self.wishes[name]) for name, condition in NARROWED.items() if self.wishes.get(name)]


def ordered(matches: QuerySet[Match], order: str) -> QuerySet[Match]:
    if order == "oldest":
        return matches.order_by("created_at", "pk")
    return matches.best_first() if order == "best" else by_worth(matches)


def by_worth(matches: QuerySet[Match]) -> QuerySet[Match]:
    """First what is worth most to decide now; of two that are worth the same, the one that was found first."""
    return with_worth(matches).order_by("-worth", "pk")


def with_worth(matches: QuerySet[Match]) -> QuerySet[Match]:
    """Each with the logarithm of its `worth`: expected value times waiting, `p · w · 2^(days waiting / 14)`.

    `p` is the calibrated probability, or the logistic function of the score where there is none: each match that
    comes about counts the same. `w` is WANTED where the side of the need is interested, else 1. In the logarithm
    without what all share, `ln p + ln w - ln 2 · proposed at / 14 days`, the present does not occur: two matches
    never change places by waiting, so pages stay as they were when somebody turns them.
    """
    score = Least(Greatest(F("score"), -30.0), 30.0)  # beyond that it makes no difference, and would overflow
    chance = Greatest(Coalesce("probability", 1.0 / (1.0 + Exp(-1.0 * score))), 1e-6)
    wish = Case(When(wanted_at__isnull=False, then=Value(math.log(WANTED))), default=Value(0.0))
    proposed = Cast(Extract("created_at", "epoch"), FloatField())
    waiting = Ln(Cast(2.0, FloatField())) * proposed / DOUBLING.total_seconds()
    return matches.annotate(worth=Ln(chance) + wish - waiting)


def worth_at(moment: datetime, logarithm: float) -> float:
    """`p · w · 2^(days waiting / 14)` at that moment, from what `with_worth` says."""
    return math.exp(logarithm + math.log(2) * moment.timestamp() / DOUBLING.total_seconds())


def clusters_of(user: User) -> QuerySet[Cluster]:
    clusters = Cluster.objects.all() if user.is_staff else Cluster.objects.brokered_by(user)
    return clusters.select_related("organisation").order_by("organisation__name")


def listed(user: User, name: str) -> QuerySet[Match]:
    """The matches of one of `LISTS`."""
    mine, own_turn = Match.objects.decided_by(user), Match.objects.reviewable_by(user)
    if name == "asked":
        return mine.filter(state=MatchState.ACCEPTED).of_open_texts()
    if name in STATES:
        return mine.filter(state__in=STATES[name])
    if name == "elsewhere":
        undecided = mine.filter(state__in=UNDECIDED_STATES).of_open_texts()
        return undecided.exclude(pk__in=own_turn.values("pk"))
    return own_turn.filter(state=MatchState.PARKED) if name == "parked" else own_turn.awaiting_review()


def extent(matches: QuerySet[Match], conditions: Sequence[Q] = ()) -> dict[str, Any]:
    """How many wait (`waiting`), when the `oldest` of them was proposed, None where none waits, and how many meet the
    conditions (`shown`)."""
    met = Q(*conditions) if conditions else None
    shown = Count("pk", filter=met)
    return matches.order_by().aggregate(waiting=Count("pk"), oldest=Min("created_at"), shown=shown)
