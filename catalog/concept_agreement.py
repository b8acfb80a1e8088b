"""How far a need and an offer are about the same, by their concepts. Pure: weights in, a number out.

Weights are by concept, 0 to 1. Which concepts a document has is in the database (`NeedConcept`, `OfferConcept`); how
rare they are and which lie beside them, too (`concept_statistics.py`).
"""

from collections.abc import Mapping
from math import log

HOP = 0.3  # weight of a concept one step broader or narrower than one that is meant

Weights = Mapping[int, float]


def agreement(need: Weights, offer: Weights, idf: Weights) -> float:
    """The share of what the need is about that the offer is about as well, rare concepts counting more: 0 to 1.

    Σ idf·min(need, offer) / Σ idf·need; 0 for a need without concepts. A concept without an idf counts nothing.
    """
    asked = sum(idf.get(concept, 0.0) * weight for concept, weight in need.items())
    met = sum(idf.get(pk, 0.0) * min(weight, offer[pk]) for pk, weight in need.items() if pk in offer)
    return met / asked if asked else 0.0


def widened(weights: Weights, neighbours: Mapping[int, set[int]]) -> dict[int, float]:
    """With the concepts one step broader or narrower, at HOP of the weight, wherever that is more than they have."""
    found = dict(weights)
    for concept, weight in weights.items():
        for near in neighbours.get(concept, ()):
            found[near] = max(found.get(near, 0.0), HOP * weight)
    return found


def idf_of(frequencies: Mapping[int, int], documents: int) -> dict[int, float]:
    """ln(1 + (N - n + ½) / (n + ½)) by concept, as for words: `frequencies` says how many offers have a concept."""
    return {
        concept: log(1 + (documents - min(count, documents) + 0.5) / (min(count, documents) + 0.5))
        for concept, count in frequencies.items()
    }
