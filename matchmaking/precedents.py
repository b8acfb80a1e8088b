"""What was decided before: on the two sides of a match, and on needs that lie near to this one.

For whoever decides. Only matches that the person decides on as well are told, because reasons belong to brokers; of
the other side of each no more than its reference.
"""

from typing import NamedTuple

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from pgvector.django import CosineDistance

from accounts.models import User
from catalog.codes import State
from catalog.models import Need

from .codes import INTRODUCED_STATES, Answer, MatchState, Reason
from .models import Ask, Match, Review
from .progress import Status, match_status
from .queue import decided_by

EARLIER = 6  # matches of the same need or the same offer
ALIKE = 4  # matches of other needs
SEARCHED = 2000  # the latest matches of which the nearest are taken: each costs a comparison of two vectors
OUTCOMES = (MatchState.REJECTED, MatchState.DECLINED, MatchState.LAPSED, *INTRODUCED_STATES)
DECIDED = (*OUTCOMES, MatchState.PARKED, MatchState.ACCEPTED)


class Precedent(NamedTuple):
    """One match with what became of it."""

    match: Match
    is_of_need: bool  # the same need, with another offer
    status: Status
    reason: str


def earlier_with_either(match: Match, user: User) -> list[Precedent]:
    """Decisions and answers on this need with other offers and on this offer with other needs, the latest first."""
    either = Q(need=match.need_id) | Q(offer=match.offer_id)
    found = decided_by(user).filter(either, state__in=DECIDED).exclude(pk=match.pk)
    return _told(found.order_by(F("decided_at").desc(nulls_last=True), "-pk")[:EARLIER], match)


def alike(match: Match, user: User) -> list[Precedent]:
    """Decided matches of the needs nearest to this one, best first; none while it has no vector."""
    latest = decided_by(user).filter(state__in=OUTCOMES).exclude(need=match.need_id)
    latest = latest.exclude(need__state=State.DRAFT).order_by("-decided_at")[:SEARCHED]
    place = Need.objects.filter(pk=match.need_id).values("place")[:1]
    near = Match.objects.filter(pk__in=latest.values("pk"), need__place__isnull=False)
    near = near.filter(need__embedding_dimension=match.need.embedding_dimension)
    return _told(near.order_by(CosineDistance("need__place", Subquery(place)), "-decided_at")[:ALIKE], match)


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
