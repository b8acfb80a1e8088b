"""Which concept joins two sentences of a match: read when it is shown, so that what people confirm or remove counts
at once. What documents are about is found in `catalog`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import get_language

from catalog.codes import UseState
from catalog.models import Concept, NeedConcept, OfferConcept
from catalog.models.concept import ConceptUse
from catalog.naming import labels

from .models import Match

# Of both weights together. On the demo's true pairs 8 of the 11 concepts named above it join what they stand between,
# by one reader; below it most do not.
LEAST_WEIGHT = 0.3
HOP = 0.5  # of a concept and one that is broader than it, against one that both texts are about

READ = ("state", "weight", "sentence")


class Use(NamedTuple):
    """How much a document is about a concept, and the sentence that says so."""

    weight: float
    sentence: str


Uses = Mapping[int, Use]  # by concept


class SharedConcepts:
    """The concepts between the sentences of some matches, by name; a few queries for all."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._matches = list(matches)

    def name(self, match: Match, pair: dict) -> str:
        """In the reader's language; empty where no concept joins the two."""
        return self._names.get(self._chosen(match, pair), "")

    def _chosen(self, match: Match, pair: dict) -> int | None:
        if "concept" in pair:
            return pair["concept"]
        return joining(self._of_needs[match.need_id], self._of_offers[match.offer_id], pair, self._broader)

    @cached_property
    def _of_needs(self) -> Mapping[int, Uses]:
        return _uses(NeedConcept, {match.need_id for match in self._matches})

    @cached_property
    def _of_offers(self) -> Mapping[int, Uses]:
        return _uses(OfferConcept, {match.offer_id for match in self._matches})

    @cached_property
    def _broader(self) -> set[tuple[int, int]]:
        """(narrower, broader) among what both sides are about."""
        sides = (self._of_needs, self._of_offers)
        every = {concept for side in sides for uses in side.values() for concept in uses}
        through = Concept.broader.through.objects.filter(from_concept__in=every, to_concept__in=every)
        return set(through.values_list("from_concept", "to_concept")) if every else set()

    @cached_property
    def _names(self) -> dict[int | None, str]:
        chosen = {self._chosen(match, pair) for match in self._matches for pair in match.bridge}
        return concept_names(chosen - {None})


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


def _uses(model: type[ConceptUse], documents: set[int]) -> Mapping[int, Uses]:
    found: dict[int, dict[int, Use]] = defaultdict(dict)
    rows = model.objects.standing().filter(document__in=documents)
    for document, concept, state, weight, sentence in rows.values_list("document", "concept", *READ):
        found[document][concept] = Use(1.0 if state == UseState.CONFIRMED else weight, sentence)
    return found


def concept_names(concepts: Iterable[int]) -> dict[int, str]:
    """By primary key, in the reader's language or else in English."""
    pks = list(concepts)
    return labels(pks, (get_language() or "en")[:2]) if pks else {}


def concepts_of(match: Match) -> set[int]:
    """Primary keys of what need and offer are about."""
    of_need = (
        NeedConcept.objects.standing().filter(document=match.need_id).order_by().values_list("concept", flat=True)
    )
    of_offer = OfferConcept.objects.standing().filter(document=match.offer_id).order_by()
    return set(of_need.union(of_offer.values_list("concept", flat=True)))
