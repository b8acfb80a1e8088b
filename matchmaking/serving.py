"""The other way round: from an offer, the needs it could serve.

Each need that would look at the offer is asked as the pipeline asks it: the same candidates, scores and cut, so that
a pair has one score whichever side one comes from. Nothing is stored here, and nobody is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from catalog.encoding import identity
from catalog.models import Need, Offer
from catalog.models.document import DocumentQuerySet
from catalog.placing import query_of

from .candidates import needs_near
from .disclosure import needs_visible_to
from .explaining import explain
from .glossary import Saying, sayings_in
from .models import Match
from .pipeline import cluster_of, good_enough, look, offers_for
from .ranking import Ranked
from .viewer import Seen, seen_by

SHOWN = 10  # needs
LOOKED_AT = 16  # needs: each costs one search among the offers, about 0.1 s


def needs_for(offer: Offer) -> DocumentQuerySet:
    """Open needs of others that have been read by the present encoder."""
    needs = Need.objects.open().up_to_date(identity().fingerprint).filter(reading__isnull=False)
    return needs.exclude(organisation=offer.organisation_id)


def needs_served_by(offer: Offer, needs: DocumentQuerySet, top: int) -> list[Match]:
    """Matches that are not stored, best first, of `needs` for which the offer is good enough, open, within reach and
    not decided on. `rank` is the place of the offer among all offers for the need."""
    if not (offer.is_open and offer.embedded_from.startswith(f"{identity().fingerprint}:")):
        return []
    near = needs.filter(pk__in=needs_near(offer, needs, LOOKED_AT)).nearest(offer.place, LOOKED_AT, exact=True)
    asked = [_asked(need, offer) for need in near.select_related("organisation", "cluster")]
    found = sorted(filter(None, asked), key=lambda one: (-one.ranked.score, one.need.pk))
    return [_match(one) for one in found[:top]]


def served_to(user: User, offer: Offer) -> list[Seen]:
    """Only needs of which the person may see anything, and of each as much as that."""
    visible = needs_for(offer).filter(pk__in=needs_visible_to(user).values("pk"))
    return seen_by(user, needs_served_by(offer, visible, SHOWN))


@dataclass(frozen=True)
class _Asked:
    """A need for which the offer is good enough, at its place among all offers."""

    need: Need
    ranked: Ranked
    place: int
    sayings: Sequence[Saying]


def _asked(need: Need, offer: Offer) -> _Asked | None:
    query = query_of(need)
    sayings = sayings_in(need, query, cluster_of(need))
    order = good_enough(need, look(need, query, offers_for(need), sayings))
    places = enumerate(order, start=1)
    return next((_Asked(need, one, place, sayings) for place, one in places if one.pk == offer.pk), None)


def _match(asked: _Asked) -> Match:
    (told,) = explain(asked.need, [asked.ranked], asked.sayings)
    return Match(
        need=asked.need, offer=told.offer, rank=asked.place, score=told.score, probability=told.probability,
        components=told.components, reasons=told.reasons, bridge=told.bridge,
    )  # fmt: skip
