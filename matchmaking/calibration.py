"""From scores to the probability that an offer is right for a need. A pure module.

Scores of two needs cannot be compared: a long text agrees with everything a little, and some offers agree with every
need. Three signals can, two of a pair and one of a need, because each of them measures against something else:

    distinction    log of how well the need is met, over how well the ten needs nearest to the offer are met by it
    prominence     how far the score stands out among the candidates of this need, in their standard deviations
    belonging      log of how well the need and the WITNESSES offers that agree most with it do so, over the same with
                   the nearest texts that are never an answer (`catalog/elsewhere.py`)

The probability is the product of two logistic functions: that the pair fits (distinction, prominence), and that the
need belongs to what is dealt with here at all (belonging). All weights are positive, so more of a signal never makes
a pair less probable. Belonging is asked of several offers together, not of each, because a single misspelt word moves
what the encoder makes of all the others: of one pair by 4 %, which a steep function made a different answer of.

`recalibration.py` moves the probabilities to what an installation's own reviews say. It also looks at where the offer
stands among the others (`behind` the best, `clear` of the next), which says nothing by itself: one collection has a
single answer to a need and another twenty. Reviews tell which.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .ranking import GLOSSARY, Candidate

VERSION = "3"  # rises with whatever changes a probability or what is kept of it

# Chosen together, one set of values for all: by calibration error and Brier skill on the demo and five public sets,
# by what of the demo's true pairs is kept where 5 % of tests/off_topic get a proposal, and by how far one misspelt
# word in a need of the demo moves what is said of it. See README.
FITS, DISTINCTION, PROMINENCE = -3.3, 5.5, 0.2
BELONGS, BELONGING = 0.4, 4.0
WITNESSES = 10
# How right answers usually are, for what cannot be seen yet: the distinction of an offer whose hub nobody has
# measured, and standing out among few candidates, which are filled up with FEW imaginary ones. Round, not tuned.
USUAL_DISTINCTION, USUAL_PROMINENCE, FEW = 0.4, 3.0, 20
LEAST = 0.01  # agreement below which nothing can be told apart

SIGNALS = ("distinction", "prominence", "belonging", "behind", "clear")
# By which reviews move a probability, as a match keeps them among its components.
FEATURES = (*SIGNALS, "text_score", "agreement", "answered", "meaning")


def judged(
    candidates: Sequence[Candidate], scores: Mapping[int, float], elsewhere: float
) -> dict[int, dict[str, float]]:
    """By the key of each candidate its FEATURES and `text_probability`, that it is right by the texts alone.
    `elsewhere` is how well the need and the nearest texts that are never an answer agree, see `elsewhere.nearest`."""
    if not candidates:
        return {}
    found = signals(candidates, scores, elsewhere)
    said = probabilities(found)
    texts = [(scores[one.pk], one.agreement, one.answered, one.meaning) for one in candidates]
    rows = np.column_stack([found, texts, said]).tolist()
    names = (*FEATURES, "text_probability")
    return {one.pk: dict(zip(names, row, strict=True)) for one, row in zip(candidates, rows, strict=True)}


def signals(candidates: Sequence[Candidate], scores: Mapping[int, float], elsewhere: float) -> np.ndarray:
    """Of shape (candidates, 5), in the order of SIGNALS."""
    met = np.array([candidate.agreement + GLOSSARY * candidate.glossary for candidate in candidates]).clip(LEAST)
    hubs = np.array([candidate.token_hub for candidate in candidates])
    distinction = np.where(hubs > 0, np.log(met / hubs.clip(LEAST)), USUAL_DISTINCTION)
    own = np.array([scores[candidate.pk] for candidate in candidates])
    belonging = np.full(len(own), _belonging(candidates, elsewhere))
    return np.stack([distinction, _prominence(own), belonging, own.max() - own, _clear(own)], axis=1)


def _belonging(candidates: Sequence[Candidate], elsewhere: float) -> float:
    """What a broker has joined to words of the need belongs here, however few offers say it."""
    agreed = np.sort([candidate.agreement + candidate.answered for candidate in candidates])[-WITNESSES:].mean()
    taught = GLOSSARY * max(candidate.glossary for candidate in candidates)
    return float(np.log(max(agreed + taught, LEAST) / max(elsewhere, LEAST)))


def _prominence(scores: np.ndarray) -> np.ndarray:
    seen = (scores - np.median(scores)) / (scores.std() + 1e-9)
    return (len(scores) * seen + FEW * USUAL_PROMINENCE) / (len(scores) + FEW)


def _clear(scores: np.ndarray) -> np.ndarray:
    """How far each stands before the next one below it; the last one before nobody."""
    order = np.argsort(-scores, kind="stable")
    found = np.zeros(len(scores))
    found[order[:-1]] = -np.diff(scores[order])
    return found


def probabilities(found: np.ndarray) -> np.ndarray:
    """Of signals (n, 5): (n,), each between 0 and 1."""
    fits = FITS + DISTINCTION * found[:, 0] + PROMINENCE * found[:, 1]
    return logistic(fits) * logistic(BELONGING * (found[:, 2] - BELONGS))


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def logit(probabilities: np.ndarray) -> np.ndarray:
    within = np.clip(np.asarray(probabilities, float), 1e-6, 1 - 1e-6)
    return np.log(within / (1 - within))


def features_of(parts: Mapping[str, float]) -> list[float]:
    """Of a match, by its components, in the order of FEATURES. Raises KeyError for one of an earlier engine."""
    return [parts[name] for name in FEATURES]
