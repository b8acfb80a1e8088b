"""What a broker's clusters did in a period, counted in the database: one query for each subject.

`course` follows the matches proposed in the period as far as they came; `waiting` is as of now; `noes` are those said
in the period; `unmet_by_region` and `unmet_by_concept` are the needs for which nothing is on its way.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Aggregate, Count, DurationField, Exists, F, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Left
from django.utils import timezone

from accounts.models import Cluster, ClusterMembership, Organisation
from catalog.codes import State
from catalog.models import Concept, Need, NeedConcept

from .codes import ASKED_STATES, INTRODUCED_STATES, REFUSED_STATES, Answer, MatchState, Reason, Side, Verdict
from .models import Ask, Case, CaseEvent, Match, Review, Scouting

CONTACT_STATES = (MatchState.IN_CONTACT, MatchState.NEGOTIATING, MatchState.AGREEMENT)
ENDED_WITH_NO = (*REFUSED_STATES, MatchState.NO_AGREEMENT)
STEPS = ("proposed", "accepted", "asked", "both_yes", "introduced", "contact", "agreement")
SPANS = {name: timedelta(days=days) for name, days in {"day": 1, "days": 3, "week": 7, "weeks": 21}.items()}
AGES = {name: timedelta(days=days) for name, days in {"week": 7, "fortnight": 14, "month": 30}.items()}
WAITING = ("review", "answer", "scouting", "case")


class Scope(NamedTuple):
    """Which clusters, and since when; `since` None is from the beginning."""

    clusters: Sequence[Cluster]
    since: datetime | None

    @property
    def matches(self) -> QuerySet[Match]:
        return Match.objects.filter(cluster__in=self.clusters)

    @property
    def organisations(self) -> QuerySet[Organisation]:
        """Members of the clusters, and those of no cluster where one of these takes care of them."""
        approved = ClusterMembership.objects.approved().filter(organisation=OuterRef("pk"))
        mine = Q(Exists(approved.filter(cluster__in=self.clusters)))
        if any(cluster.is_default for cluster in self.clusters):
            mine |= ~Exists(approved)
        return Organisation.objects.filter(mine)

    def in_period(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.since}) if self.since else Q(**{f"{field}__isnull": False})


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


# From proposal to agreement, and how long the first answers took


def course(scope: Scope) -> dict[str, Any]:
    """Of the matches proposed in the period: `STEPS`, and for `decided` and `answered` the median and `SPANS`."""
    matches = scope.matches.filter(scope.in_period("created_at")).exclude(state=MatchState.WITHDRAWN)
    return _with_course(matches).aggregate(**_steps(), **_times("decided"), **_times("answered"))


def _with_course(matches: QuerySet[Match]) -> QuerySet[Match]:
    asked = ~Q(state=MatchState.DISMISSED)  # which the side of the need turned down before anybody asked
    asked &= Q(asks__answered_at__gt=F("asks__asked_at"))  # nor is a yes before the question an answer to it
    asks, moved = Ask.objects.filter(match=OuterRef("pk")), CaseEvent.objects.filter(case__match=OuterRef("pk"))
    asks = asks.exclude(match__state=MatchState.DISMISSED)
    yes = asks.filter(answer=Answer.YES)
    return matches.annotate(
        was_asked=Exists(asks),
        yes_of_need=Exists(yes.filter(side=Side.NEED)),
        yes_of_offer=Exists(yes.filter(side=Side.OFFER)),
        was_in_contact=Exists(moved.filter(kind=CaseEvent.Kind.MOVED, state__in=CONTACT_STATES)),
        decided=Min("reviews__created_at") - F("created_at"),
        answered=Min("asks__answered_at", filter=asked) - Min("asks__asked_at"),
    )


def _steps() -> dict[str, Count]:
    reached = {
        "proposed": Q(),
        "accepted": Q(state__in=(*ASKED_STATES, *INTRODUCED_STATES)),
        "asked": Q(was_asked=True),
        "both_yes": Q(yes_of_need=True, yes_of_offer=True),
        "introduced": Q(state__in=INTRODUCED_STATES),
        "contact": Q(state__in=CONTACT_STATES) | Q(was_in_contact=True),
        "agreement": Q(state=MatchState.AGREEMENT),
    }
    return {step: Count("pk", filter=reached[step]) for step in STEPS}


def _times(name: str) -> dict[str, Aggregate]:
    within = {f"{name}_{span}": Count("pk", filter=Q(**{f"{name}__lte": most})) for span, most in SPANS.items()}
    return within | {f"{name}_all": Count(name), f"{name}_median": Median(name)}


# What waits


def waiting(scope: Scope) -> dict[str, dict[str, Any]]:
    """By `WAITING`: how many in `all`, how many of them longer than each of `AGES`, and the `oldest` moment."""
    matches = scope.matches.values("pk")
    parts = (
        _ages("review", scope.matches.awaiting_review(), "created_at"),
        _ages("answer", Ask.objects.waiting().filter(match__in=matches), "asked_at"),
        _ages("scouting", Scouting.objects.live().filter(cluster__in=scope.clusters), "created_at"),
        _ages("case", Case.objects.running().filter(match__in=matches), "touched_at"),
    )
    return {row.pop("what"): row for row in parts[0].union(*parts[1:], all=True)}


def _ages(what: str, rows: QuerySet, field: str) -> QuerySet:
    now = timezone.now()
    older = {name: Count("pk", filter=Q(**{f"{field}__lt": now - age})) for name, age in AGES.items()}
    named = rows.order_by().annotate(what=Value(what)).values("what")
    return named.annotate(all=Count("pk"), **older, oldest=Min(field))


# Reasons for a no


def noes(scope: Scope) -> dict[str, Counter[str]]:
    """By reason: how often it was said by a `broker`, an asked `side`, or after an introduction (`case`)."""
    matches = scope.matches.values("pk")
    reviews = Review.objects.filter(scope.in_period("created_at"), verdict=Verdict.REJECT, match__in=matches)
    answers = Ask.objects.filter(scope.in_period("answered_at"), answer=Answer.NO, match__in=matches)
    ended = Case.objects.filter(
        scope.in_period("touched_at"), match__state=MatchState.NO_AGREEMENT, match__in=matches
    )
    parts = (_reasons("broker", reviews), _reasons("side", answers), _reasons("case", ended))
    found: dict[str, Counter[str]] = {reason: Counter() for reason in Reason.values}
    for who, reason, count in parts[0].union(*parts[1:], all=True):
        found[reason][who] = count
    return found


def _reasons(who: str, rows: QuerySet) -> QuerySet:
    said = rows.order_by().exclude(reason="").annotate(who=Value(who))
    return said.values("who", "reason").annotate(count=Count("pk")).values_list("who", "reason", "count")


# Needs that nothing meets


def unmet_needs(scope: Scope) -> QuerySet[Need]:
    """Open needs for which no match is on its way, and those closed in the period because nothing met them."""
    on_its_way = Match.objects.filter(need=OuterRef("pk")).exclude(state__in=(*ENDED_WITH_NO, MatchState.WITHDRAWN))
    still_open = Need.objects.open().filter(~Exists(on_its_way)).values("pk")
    given_up = Q(scope.in_period("closed_at"), state=State.UNMET)
    return Need.objects.filter(given_up | Q(pk__in=still_open), organisation__in=scope.organisations.values("pk"))


def unmet_by_region(scope: Scope) -> Mapping[tuple[str, str], int]:
    """By country and NUTS 2 region of the organisation ("" where it is not known), most first."""
    needs = unmet_needs(scope).annotate(region=Left("organisation__region", 4)).order_by()
    places = needs.values_list("organisation__country", "region").annotate(n=Count("pk"))
    counted = places.order_by("-n", "organisation__country", "region")
    return {(country, region): count for country, region, count in counted}


def unmet_by_concept(scope: Scope, limit: int) -> list[tuple[Concept, int]]:
    """The concepts that most unmet needs are about, with their number."""
    uses = NeedConcept.objects.standing().filter(document__in=unmet_needs(scope).values("pk"))
    active = uses.filter(concept__in=Concept.objects.active().values("pk")).order_by().values_list("concept")
    counted = active.annotate(n=Count("document", distinct=True)).order_by("-n", "concept")[:limit]
    counts = dict(counted)
    concepts = Concept.objects.in_bulk(counts)
    return [(concepts[pk], count) for pk, count in counts.items()]
