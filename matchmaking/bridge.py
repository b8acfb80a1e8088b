"""The sentences of a need and an offer that speak to each other. A pure module: texts and vectors in, pairs out."""

from collections.abc import Sequence

import numpy as np

from catalog.sentences import Sentence

PAIRS = 5  # shown for a match
LEAST_COSINE = 0.1  # of directions without their language: below, two sentences have nothing to say to each other


def pairs(need: Sequence[Sentence], offer: Sequence[Sentence], cosines: np.ndarray) -> list[dict]:
    """The best pairs, at most five, best first, no sentence twice. `cosines` has shape (len(need), len(offer))."""
    found: list[dict] = []
    cosines = cosines.copy()
    while len(found) < PAIRS and cosines.size and cosines.max() >= LEAST_COSINE:
        row, column = np.unravel_index(cosines.argmax(), cosines.shape)
        found.append(_pair(need[row], offer[column], float(cosines[row, column])))
        cosines[row, :] = cosines[:, column] = -1.0
    return found


def _pair(need: Sentence, offer: Sentence, cosine: float) -> dict:
    return {
        "need": need.text,
        "offer": offer.text,
        "need_field": need.field,
        "offer_field": offer.field,
        "score": round(cosine, 4),
    }
