"""Which concept joins two sentences of a match: read when it is shown, so that what people confirm or remove counts
at once. What documents are about is found in `catalog`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.utils.translation import get_language

from catalog.codes import UseState
from catalog.models import Concept, NeedConcept, OfferConcept
from catalog.models.concept import ConceptUse
from catalog.naming import label_of

from .codes import Side
from .models import Match

# Of both weights together. On the demo's true pairs 8 of the 11 concepts named above it join what they stand between,
# by one reader; below it most do not.
LEAST_WEIGHT = 0.3
HOP = 0.5  # of a concept and one that is broader than it, against one that both texts are about

TAUGHT = "taught"  # beside the two sides
READ = ("document", "concept", "state", "weight", "sentence", "concept__facet", "concept__green_aims")


class Use(NamedTuple):
    """How much a document is about a concept, and the sentence that says so; with what is known of the concept."""

    weight: float  # 1 where somebody has confirmed it
    sentence: str
    facet: str = ""
    green_aims: Sequence[str] = ()
    broader: Sequence[int] = ()
    name: str | None = None  # of the concept, in the reader's language


Uses = Mapping[int, Use]  # by concept


class SharedConcepts:
    """What need and offer of some matches are about, and the concepts between their sentences; one query for all."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._matches = list(matches)

    def name(self, match: Match, pair: dict) -> str:
        """In the reader's language; empty where no concept joins the two."""
        return self.names.get(self._chosen(match, pair), "")

    def of_need(self, match: Match) -> Uses:
        return self._uses[Side.NEED][match.need_id]

    def of_offer(self, match: Match) -> Uses:
        return self._uses[Side.OFFER][match.offer_id]

    def of(self, match: Match) -> dict[int, str]:
        """Of both sides of one match, by name."""
        about = {*self.of_need(match), *self.of_offer(match)}
        return {concept: name for concept, name in self.names.items() if concept in about}

    def _chosen(self, match: Match, pair: dict) -> int | None:
        if "concept" in pair:
            return pair["concept"]
        return joining(self.of_need(match), self.of_offer(match), pair, self._broader)

    @cached_property
    def _uses(self) -> Mapping[str, Mapping[int, Uses]]:
        """By side and document."""
        of_needs = _read(NeedConcept, Side.NEED, {match.need_id for match in self._matches})
        of_offers = _read(OfferConcept, Side.OFFER, {match.offer_id for match in self._matches})
        found: dict[str, dict[int, dict[int, Use]]] = {side: defaultdict(dict) for side in (*Side, TAUGHT)}
        for side, document, concept, state, weight, *known in of_needs.union(of_offers, *self._taught, all=True):
            found[side][document][concept] = Use(1.0 if state == UseState.CONFIRMED else weight, *known)
        return found

    @cached_property
    def _every(self) -> dict[int, Use]:
        return {
            concept: use for side in self._uses.values() for uses in side.values() for concept, use in uses.items()
        }

    @cached_property
    def _broader(self) -> set[tuple[int, int]]:
        """(narrower, broader) of what the sides are about."""
        return {(concept, wider) for concept, use in self._every.items() for wider in use.broader}

    @property
    def _taught(self) -> list[QuerySet]:
        """Concepts that brokers put between two sentences, whether or not a text is about them."""
        pks = {pair["concept"] for match in self._matches for pair in match.bridge if pair.get("concept")}
        use = (Value(0), "pk", Value(""), Value(0.0), Value(""), "facet", "green_aims")
        rows = Concept.objects.filter(pk__in=pks).values_list(Value(TAUGHT), *use, _wider("pk"), _name("pk"))
        return [rows] if pks else []

    @cached_property
    def names(self) -> dict[int, str]:
        return {concept: use.name for concept, use in self._every.items() if use.name}


def joining(need: Uses, offer: Uses, pair: Mapping[str, str], broader: set[tuple[int, int]]) -> int | None:
    """The concept that both texts are about, one exactly and the other perhaps more narrowly, and that one of the two
    sentences says; the strongest of several."""
    found: dict[int, float] = {}
    for asked, one in need.items():
        for answered, other in offer.items():
            same = 1.0 if asked == answered else HOP * ({(asked, answered), (answered, asked)} & broader != set())
            said = (one.sentence == pair["need"]) + (other.sentence == pair["offer"])
            shown = answered if (asked, answered) in broader else asked
            weight = same * one.weight * other.weight
            if said and weight >= LEAST_WEIGHT:
                found[shown] = max(found.get(shown, 0.0), said * weight)
    return max(found, key=lambda concept: (found[concept], -concept), default=None)


def _read(model: type[ConceptUse], side: Side, documents: set[int]) -> QuerySet:
    rows = model.objects.standing().filter(document__in=documents)
    return rows.values_list(Value(side.value), *READ, _wider("concept"), _name("concept"))


def _wider(concept: str) -> ArraySubquery:
    broader = Concept.broader.through.objects.filter(from_concept=OuterRef(concept))
    return ArraySubquery(broader.values("to_concept"))


def _name(concept: str) -> Subquery:
    return label_of(concept, (get_language() or "en")[:2])
