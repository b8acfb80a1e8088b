"""What was decided before: on the two sides of a match, and on needs that lie near to this one.

For whoever decides. Only matches of the person's own clusters are told, because reasons belong to brokers; of the
other side of each no more than its reference.
"""

from typing import NamedTuple

from django.db.models import Case, FloatField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from pgvector.django import CosineDistance

from accounts.models import User
from catalog.codes import State
from catalog.models import Need

from .codes import INTRODUCED_STATES, REFUSED_STATES, Answer, MatchState, Reason
from .models import Ask, Match, Review
from .progress import Status, match_status

EARLIER = 6  # matches of the same need or the same offer
ALIKE = 4  # matches of other needs
SEARCHED = 2000  # the latest matches of which the nearest are taken: each costs a comparison of two vectors
OUTCOMES = (*REFUSED_STATES, *INTRODUCED_STATES)
DECIDED = (*OUTCOMES, MatchState.PARKED, MatchState.ACCEPTED)


class Precedent(NamedTuple):
    """One match with what became of it."""

    match: Match
    is_of_need: bool  # the same need, with another offer
    status: Status
    reason: str


class Precedents(NamedTuple):
    earlier: list[Precedent]  # this need with other offers, and this offer with other needs, the latest first
    alike: list[Precedent]  # of the needs nearest to this one, best first; none while it has no vector


def precedents_of(match: Match, user: User) -> Precedents:
    """One query for both kinds; what is with one of the two sides is no similar need besides."""
    distance = Case(When(_same_space(match), then=_distance(match)), output_field=FloatField())
    either = _with_either(match, user).values("pk").union(_nearest(match, user).values("pk"), all=True)
    told = _told(Match.objects.filter(pk__in=either).annotate(distance=distance), match)
    earlier = [one for one in told if _is_with_either(one.match, match)]
    alike = [one for one in told if not _is_with_either(one.match, match)]
    return Precedents(
        earlier=sorted(earlier, key=lambda one: (one.match.decided_at, one.match.pk), reverse=True),
        alike=sorted(alike, key=lambda one: (one.match.distance, -one.match.decided_at.timestamp())),
    )


def _with_either(match: Match, user: User) -> QuerySet[Match]:
    either = Q(need=match.need_id) | Q(offer=match.offer_id)
    found = _decided(user).filter(either, state__in=DECIDED).exclude(pk=match.pk)
    return found.order_by("-decided_at", "-pk")[:EARLIER]


def _nearest(match: Match, user: User) -> QuerySet[Match]:
    latest = _decided(user).filter(state__in=OUTCOMES).exclude(Q(need=match.need_id) | Q(offer=match.offer_id))
    latest = latest.exclude(need__state=State.DRAFT).order_by("-decided_at")[:SEARCHED]
    near = Match.objects.filter(_same_space(match), pk__in=latest.values("pk"))
    return near.order_by(_distance(match), "-decided_at")[:ALIKE]


def _decided(user: User) -> QuerySet[Match]:
    """Of the person's own clusters: what another cluster decided first shows that cluster's needs."""
    return Match.objects.led_by(user).filter(decided_at__isnull=False)


def _same_space(match: Match) -> Q:
    return Q(need__place__isnull=False, need__embedding_dimension=match.need.embedding_dimension)


def _distance(match: Match) -> CosineDistance:
    place = Need.objects.filter(pk=match.need_id).values("place")[:1]
    return CosineDistance("need__place", Subquery(place))


def _is_with_either(one: Match, match: Match) -> bool:
    return one.need_id == match.need_id or one.offer_id == match.offer_id


def _told(matches: QuerySet[Match], than: Match) -> list[Precedent]:
    of_match = {"match": OuterRef("pk")}
    refused = Ask.objects.filter(answer=Answer.NO, **of_match).values("reason")[:1]
    reviewed = Review.objects.filter(**of_match).order_by("-created_at", "-pk").values("reason")[:1]
    rows = matches.select_related("need", "offer").annotate(said=Coalesce(Subquery(refused), Subquery(reviewed)))
    shown = ("need__reference", "need__title", "need__language", "offer__reference")
    return [
        _precedent(row, than) for row in rows.only("state", "decided_at", "parked_until", "need", "offer", *shown)
    ]


def _precedent(row: Match, than: Match) -> Precedent:
    reason = Reason(row.said).label if row.said else ""
    return Precedent(row, row.need_id == than.need_id, match_status(row, decides=True), str(reason))
