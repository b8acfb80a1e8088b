"""The figures of `overview.py` in words: a form that chooses clusters and period, and the charts of the page."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.codes import Country
from accounts.models import User
from catalog.models import Concept

from .charts import Bar, Cell, Chart, percent
from .codes import Reason
from .demand import names_of
from .overview import SPANS, STEPS, WAITING, Scope, course, noes, unmet_by_concept, unmet_by_region, waiting
from .queue import clusters_of

SHOWN = 10  # concepts, regions
PERIODS = [
    ("90", gettext_lazy("the last 90 days")),
    ("30", gettext_lazy("the last 30 days")),
    ("365", gettext_lazy("the last 12 months")),
    ("all", gettext_lazy("from the beginning")),
]


class OverviewFilter(forms.Form):
    """Which clusters, and which time; nonsense in the address means the usual."""

    period = forms.ChoiceField(choices=PERIODS, required=False, label=gettext_lazy("Period"))
    cluster = forms.ChoiceField(required=False, label=gettext_lazy("Cluster"))

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.clusters = {str(cluster.pk): cluster for cluster in clusters_of(user)}
        self.fields["cluster"].choices = [("", _("all")), *((key, str(one)) for key, one in self.clusters.items())]
        if len(self.clusters) < 2:
            del self.fields["cluster"]

    def scope(self) -> Scope:
        wishes = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        chosen = wishes.get("cluster")
        clusters = [self.clusters[chosen]] if chosen else list(self.clusters.values())
        return Scope(clusters, _since(wishes.get("period") or PERIODS[0][0]))


def _since(period: str) -> datetime | None:
    return None if period == "all" else timezone.now() - timedelta(days=int(period))


def charts_of(scope: Scope) -> Iterator[Chart]:
    """All figures of the page, in its order: seven queries."""
    found = course(scope)
    yield funnel(found)
    yield first_answers("decided", _("Time until a broker decides"), found)
    yield first_answers("answered", _("Time until a side that was asked answers"), found)
    yield ageing(waiting(scope))
    yield reasons(noes(scope))
    concepts = unmet_by_concept(scope, SHOWN)
    yield unmet_concepts(concepts)
    yield unmet_regions(unmet_by_region(scope))


# From proposal to agreement


def funnel(found: Mapping[str, Any]) -> Chart:
    words = dict(zip(STEPS, _steps(), strict=True))
    counts = [found[step] for step in STEPS]
    shares = [(percent(count, counts[0]), percent(count, last)) for last, count in pairwise((counts[0], *counts))]
    notes = ["", *(_("%(share)s %% of the step before") % {"share": last} for _first, last in shares[1:])]
    return Chart(
        name="funnel",
        title=_("From proposal to agreement"),
        text=_("Matches that were proposed in this period, and how far each has come until today."),
        bars=[Bar(words[step], count, note) for step, count, note in zip(STEPS, counts, notes, strict=True)],
        head=[_("Step"), _("Matches"), _("% of those proposed"), _("% of the step before")],
        rows=[[words[step], count, *both] for step, count, both in zip(STEPS, counts, shares, strict=True)],
        empty=_("No match was proposed in this period."),
    )


def _steps() -> list[str]:
    return [
        _("Proposed"),
        _("Accepted by a broker"),
        _("Both sides asked"),
        _("Both said yes"),
        _("Introduced"),
        _("In contact"),
        _("Agreement"),
    ]


def first_answers(name: str, title: str, found: Mapping[str, Any]) -> Chart:
    words = [_("up to 1 day"), _("2 or 3 days"), _("4 to 7 days"), _("1 to 3 weeks"), _("longer")]
    within = [0, *(found[f"{name}_{span}"] for span in SPANS), found[f"{name}_all"]]
    counts = [more - less for less, more in pairwise(within)]
    median = found[f"{name}_median"]
    text = _("Half of them took at most %(time)s.") % {"time": duration(median)} if median is not None else ""
    return Chart(
        name=name,
        title=title,
        text=text,
        bars=[Bar(label, count) for label, count in zip(words, counts, strict=True)],
        head=[_("Time"), _("Matches")],
        rows=list(zip(words, counts, strict=True)),
        empty=_("No first answer in this period yet."),
    )


def duration(time: timedelta) -> str:
    """In days and hours, as it is said."""
    begin = datetime(2000, 1, 1)  # noqa: DTZ001 - only the distance counts
    return timesince(begin, begin + time, depth=2)


# What waits


def ageing(found: Mapping[str, Mapping[str, Any]]) -> Chart:
    names = (
        _("Matches for a broker"),
        _("Questions to a side"),
        _("Needs nothing fits yet"),
        _("Running cases, by their last change"),
    )
    words = dict(zip(WAITING, names, strict=True))
    nothing = {"all": 0, "week": 0, "fortnight": 0, "month": 0, "oldest": None}
    rows = {name: found.get(name, nothing) for name in WAITING}
    return Chart(
        name="waiting",
        title=_("What waits today"),
        text=_("The dark part of a bar has waited for more than two weeks."),
        bars=[Bar(words[name], row["all"], _waits(row), row["fortnight"]) for name, row in rows.items()],
        head=[
            _("What waits"),
            _("up to a week"),
            _("1 to 2 weeks"),
            _("2 weeks to 30 days"),
            _("longer"),
            _("in all"),
        ],
        rows=[[words[name], *_by_age(row)] for name, row in rows.items()],
        empty=_("Nothing waits."),
    )


def _waits(row: Mapping[str, Any]) -> str:
    if not row["all"]:
        return ""
    oldest = _("age of the oldest: %(time)s") % {"time": timesince(row["oldest"], depth=1)}
    old = ngettext("%d longer than two weeks", "%d longer than two weeks", row["fortnight"]) % row["fortnight"]
    return f"{old}, {oldest}" if row["fortnight"] else oldest


def _by_age(row: Mapping[str, Any]) -> list[Cell]:
    limits = [row["all"], row["week"], row["fortnight"], row["month"], 0]
    return [*(more - less for more, less in pairwise(limits)), row["all"]]


# Reasons for a no


def reasons(found: Mapping[str, Counter[str]]) -> Chart:
    said = [
        (str(Reason(reason).label), *(counts[who] for who in ("broker", "side", "case")))
        for reason, counts in found.items()
    ]
    said = sorted(said, key=lambda row: -sum(row[1:]))
    return Chart(
        name="reasons",
        title=_("Reasons for a no"),
        text=_("Said in this period: by brokers, by the sides that were asked, or after an introduction."),
        bars=[Bar(label, sum(counts)) for label, *counts in said if sum(counts)],
        head=[_("Reason"), _("Brokers"), _("Sides asked"), _("After an introduction"), _("in all")],
        rows=[[label, *counts, sum(counts)] for label, *counts in said],
        empty=_("Nobody said no in this period."),
    )


# Needs that nothing meets


def unmet_concepts(found: Iterable[tuple[Concept, int]]) -> Chart:
    names = names_of([concept for concept, _count in found])
    rows = [(names[concept.pk], count) for concept, count in found]
    title = _("What unmet needs are about")
    text = _("Open needs with no match on its way, and those closed in this period because nothing met them.")
    return _unmet("concepts", title, text, _("Concept"), rows, _("No concept was found in an unmet need."))


def unmet_regions(found: Mapping[tuple[str, str], int]) -> Chart:
    rows = [(_place(country, region), count) for (country, region), count in found.items()]
    title = _("Where unmet needs come from")
    text = ngettext("%d need in all.", "%d needs in all.", sum(found.values())) % sum(found.values())
    return _unmet("regions", title, text, _("Region"), rows, _("No need is unmet."))


def _unmet(name: str, title: str, text: str, first: str, rows: list[tuple[str, int]], empty: str) -> Chart:
    bars = [Bar(label, count) for label, count in rows[:SHOWN]]
    return Chart(name, title, text, bars, [first, _("Needs")], rows, empty)


def _place(country: str, region: str) -> str:
    known = str(Country(country).label) if country in Country.values else country
    return f"{known}, {region}" if region else known
