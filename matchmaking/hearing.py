"""Whether a phrase is said in a text, in these words or others, in this language or another. A pure module.

A phrase is read like a need, piece by piece; it is said where its pieces are met by those of the text.
"""

import numpy as np

from catalog.neutral import SHARPNESS
from catalog.tokens import Query, Shelf, agreement

# From the demo: phrases that say what a need says in other words come to 0.31 to 0.52 of agreement with it, everyday
# phrases of the vocabulary to 0.22 to 0.35 with whichever of the 76 needs is nearest.
UNSAID, SAID = 0.32, 0.45


def certainty(agreement_: np.ndarray | float) -> np.ndarray:
    """0 to 1."""
    return ((np.asarray(agreement_) - UNSAID) / (SAID - UNSAID)).clip(0, 1)


def said_in(phrase: Query, text: Query) -> float:
    """How certainly the text says the phrase, 0 to 1."""
    weights = np.where(phrase.weights > 0, phrase.weights, 0)
    if not weights.any() or not len(text.tokens):
        return 0.0
    met = (phrase.tokens @ text.tokens.T).max(axis=1).clip(0) ** SHARPNESS
    return float(certainty(weights @ met / weights.sum()))


def said_on(phrase: Query, shelf: Shelf) -> np.ndarray:
    """The same for many offers: (offers,)."""
    return certainty(agreement(phrase, shelf)[0])
