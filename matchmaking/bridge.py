"""The sentences of a need and an offer that speak to each other. A pure module: texts and vectors in, pairs out."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from catalog.sentences import Sentence

VERSION = "1"  # rises with whatever changes the pairs: every need is then matched anew
PAIRS = 5  # shown for a match
LEAST_COSINE = 0.1  # of directions without their language: below, two sentences have nothing to say to each other

# What makes a pair of sentences worth showing beside their cosine. Chosen on half a of the demo, confirmed on half b
# (`manage.py evaluate_bridge`): with the bare cosine the first pair is right in half of the matches.
HUB = 0.7  # of a sentence's mean cosine with all of the other text: what is near to everything answers nothing
LENGTH = 0.1  # for each factor e in length: a short sentence lies near to others because it says little
USUAL_LENGTH = 100  # characters
LATER = 0.05  # from the need's first sentence to its last: first comes who writes, then what is wrong
LEAST_STRENGTH = 0.08  # below, further pairs are wrong more often than right

JOINED = 10.0  # what a broker has joined comes before any other pair
LEAST = -9.0  # of the first pair: any but those that would show nothing
NOTHING: Mapping = MappingProxyType({})

# What names the text or speaks of something else: no evidence unless there is nothing else. What a provider says of
# its partner's role is what customers must bring along, not what the offer does for them.
CONTEXT = {"need": {"title"}, "offer": {"title", "partner_role"}}


def pairs(
    need: Sequence[Sentence],
    offer: Sequence[Sentence],
    cosines: np.ndarray,
    *,
    joined: Mapping[tuple[int, int], dict] = NOTHING,
    wrong: Collection[tuple[int, int]] = (),
) -> list[dict]:
    """The best pairs, at most five, best first, no sentence twice; weak ones only where there is no better.

    `cosines` has shape (len(need), len(offer)). Pairs at the positions of `joined` come first, with its facts;
    those at the positions of `wrong` do not come at all.
    """
    left = strengths(need, offer, cosines)
    for position in joined:
        left[position] = JOINED
    for position in wrong:
        left[position] = -np.inf
    found: list[dict] = []
    while len(found) < PAIRS and left.size and left.max() >= (LEAST_STRENGTH if found else LEAST):
        row, column = map(int, np.unravel_index(left.argmax(), left.shape))
        found.append(_pair(need[row], offer[column], float(cosines[row, column])) | joined.get((row, column), {}))
        left[row, :] = left[:, column] = -np.inf
    return found


def strengths(need: Sequence[Sentence], offer: Sequence[Sentence], cosines: np.ndarray) -> np.ndarray:
    """How well each pair would show why the two texts fit; -inf where it would not."""
    if not cosines.size:
        return cosines
    near_to_all = cosines.mean(axis=0, keepdims=True) + cosines.mean(axis=1, keepdims=True)
    later = LATER * np.arange(len(need)) / len(need)
    own = cosines - HUB * near_to_all + _told(need)[:, None] + _told(offer)[None, :] + later[:, None]
    speaks = np.outer(_is_evidence(need, "need"), _is_evidence(offer, "offer"))
    return np.where(speaks & (cosines >= LEAST_COSINE), own, -np.inf)


def _told(sentences: Sequence[Sentence]) -> np.ndarray:
    return LENGTH * np.log([len(sentence.text) / USUAL_LENGTH for sentence in sentences])


def _is_evidence(sentences: Sequence[Sentence], side: str) -> np.ndarray:
    found = np.array([sentence.field not in CONTEXT[side] for sentence in sentences])
    return found if found.any() else ~found


def _pair(need: Sentence, offer: Sentence, cosine: float) -> dict:
    return {
        "need": need.text,
        "offer": offer.text,
        "need_field": need.field,
        "offer_field": offer.field,
        "score": round(cosine, 4),
    }
