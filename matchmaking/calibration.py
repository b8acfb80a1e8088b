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

`Platt` moves the probabilities to what an installation's own reviews say.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from .ranking import GLOSSARY, Candidate

VERSION = "2"  # rises with whatever changes a probability

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


def chances(candidates: Sequence[Candidate], scores: Mapping[int, float], elsewhere: float) -> dict[int, float]:
    """The probability of each candidate by its key. `elsewhere` is how well the need and the nearest texts that are
    never an answer agree, see `elsewhere.nearest`."""
    if not candidates:
        return {}
    found = probabilities(signals(candidates, scores, elsewhere))
    return dict(zip((candidate.pk for candidate in candidates), found.tolist(), strict=True))


def signals(candidates: Sequence[Candidate], scores: Mapping[int, float], elsewhere: float) -> np.ndarray:
    """Of shape (candidates, 3), in the order of the module's text."""
    met = np.array([candidate.agreement + GLOSSARY * candidate.glossary for candidate in candidates]).clip(LEAST)
    hubs = np.array([candidate.token_hub for candidate in candidates])
    distinction = np.where(hubs > 0, np.log(met / hubs.clip(LEAST)), USUAL_DISTINCTION)
    own = np.array([scores[candidate.pk] for candidate in candidates])
    return np.stack([distinction, _prominence(own), np.full(len(own), _belonging(candidates, elsewhere))], axis=1)


def _belonging(candidates: Sequence[Candidate], elsewhere: float) -> float:
    """What a broker has joined to words of the need belongs here, however few offers say it."""
    agreed = np.sort([candidate.agreement + candidate.answered for candidate in candidates])[-WITNESSES:].mean()
    taught = GLOSSARY * max(candidate.glossary for candidate in candidates)
    return float(np.log(max(agreed + taught, LEAST) / max(elsewhere, LEAST)))


def _prominence(scores: np.ndarray) -> np.ndarray:
    seen = (scores - np.median(scores)) / (scores.std() + 1e-9)
    return (len(scores) * seen + FEW * USUAL_PROMINENCE) / (len(scores) + FEW)


def probabilities(found: np.ndarray) -> np.ndarray:
    """Of signals (n, 3): (n,), each between 0 and 1."""
    fits = FITS + DISTINCTION * found[:, 0] + PROMINENCE * found[:, 1]
    return logistic(fits) * logistic(BELONGING * (found[:, 2] - BELONGS))


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def logit(probabilities: np.ndarray) -> np.ndarray:
    within = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return np.log(within / (1 - within))


class Platt:
    """Probabilities moved to what was seen: logistic(slope · logit(p) + shift), after Platt (1999).

    Both are drawn towards doing nothing (slope 1, shift 0) by normal priors of the given standard deviations, so that
    a handful of outcomes changes little. The slope stays positive: the order of probabilities never turns.
    """

    def __init__(self, slope_spread: float = 0.25, shift_spread: float = 0.5) -> None:
        self.slope_spread, self.shift_spread = slope_spread, shift_spread

    def fit(self, probabilities: np.ndarray, outcomes: np.ndarray) -> "Platt":
        """Maximum a posteriori by Newton's method; `outcomes` are 0 or 1."""
        inputs = np.stack([logit(np.asarray(probabilities, float)), np.ones(len(probabilities))], axis=1)
        prior, precision = np.array([1.0, 0.0]), np.array([self.slope_spread**-2.0, self.shift_spread**-2.0])
        found = prior.copy()
        for _ in range(50):
            said = logistic(inputs @ found)
            gradient = inputs.T @ (np.asarray(outcomes, float) - said) - precision * (found - prior)
            hessian = (inputs * (said * (1 - said))[:, None]).T @ inputs + np.diag(precision)
            step = np.linalg.solve(hessian, gradient)
            found = found + step * min(1.0, 1.0 / np.abs(step).max(initial=1e-12))
            if np.abs(step).max() < 1e-9:
                break
        self.slope_, self.shift_ = max(float(found[0]), 0.05), float(found[1])
        return self

    def predict(self, probabilities: np.ndarray) -> np.ndarray:
        return logistic(self.slope_ * logit(np.asarray(probabilities, float)) + self.shift_)


def recalibrated(chances: Mapping[int, float], moved: Mapping[str, float]) -> dict[int, float]:
    """By key, as a fitted `Platt` would say it; unchanged where `moved` holds no `slope` and `shift`."""
    if not moved or not chances:
        return dict(chances)
    platt = Platt()
    platt.slope_, platt.shift_ = moved["slope"], moved["shift"]
    said = platt.predict(np.array(list(chances.values())))
    return dict(zip(chances, said.tolist(), strict=True))
