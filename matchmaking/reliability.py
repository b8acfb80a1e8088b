"""How far probabilities can be believed, and what a cut on them costs. A pure module: numpy in, plain numbers out.

`probabilities` and `outcomes` are arrays of equal length: what was said of each pair, and whether it was right (0 or
1).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .recalibration import Recalibration

BINS = 10
POINTS = 50  # of a curve
PARTS = 5  # of the needs, each of which is said with what the others taught
DRAWS = 200
FALSE_SHARE = 0.05  # of the needs that nothing fits, which may get a proposal all the same


class Bin(NamedTuple):
    """Pairs of similar probability: how many, what was said of them on average, and how many were right."""

    pairs: int
    said: float
    right: float


def bins(probabilities: np.ndarray, outcomes: np.ndarray, count: int = BINS) -> list[Bin]:
    """Of equal mass, the least probable first; equal probabilities may be split between two of them."""
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, count) if len(part)]
    return [Bin(len(part), float(probabilities[part].mean()), float(outcomes[part].mean())) for part in parts]


def expected_calibration_error(probabilities: np.ndarray, outcomes: np.ndarray) -> float:
    """Mean distance between said and right over the bins, by their size (Naeini and others, 2015); 0 is best."""
    parts = bins(probabilities, outcomes)
    return sum(part.pairs * abs(part.said - part.right) for part in parts) / max(len(outcomes), 1)


def brier_skill(probabilities: np.ndarray, outcomes: np.ndarray) -> float:
    """1 - (mean squared error) / (that of always saying the share of right pairs); 1 is best, 0 is worth nothing.

    NaN where all outcomes are equal, because there is nothing to tell apart.
    """
    if not len(outcomes) or outcomes.min() == outcomes.max():
        return float("nan")
    return float(1 - np.mean((probabilities - outcomes) ** 2) / outcomes.var())


def error_by_chance(probabilities: np.ndarray) -> float:
    """The calibration error that these very probabilities show on average where every one of them holds: in a bin of
    few pairs, more or fewer are right by chance. The same probabilities give the same figure."""
    numbers = np.random.default_rng(0)
    draws = (numbers.random(len(probabilities)) < probabilities for _ in range(DRAWS))
    return float(np.mean([expected_calibration_error(probabilities, one.astype(float)) for one in draws]))


def after_reviews(
    probabilities: np.ndarray, features: np.ndarray, outcomes: np.ndarray, needs: np.ndarray, offers: np.ndarray
) -> np.ndarray:
    """What would be said of each pair had the pairs of the other needs been reviewed: `Recalibration`, fitted on all
    parts of the needs but the pair's own. `features` are of shape (pairs, f), `needs` numbers the need of each pair
    from 0, `offers` are keys."""
    said = probabilities.astype(float)
    for part in range(PARTS):
        own = needs % PARTS == part
        fitted = Recalibration().fit(probabilities[~own], features[~own], outcomes[~own], offers[~own])
        said[own] = fitted.predict(probabilities[own], features[own], offers[own])
    return said


def cut_against(strongest: Sequence[float], share: float = FALSE_SHARE) -> float:
    """The lowest cut at which at most `share` of these needs, each given by its strongest proposal, get one.

    A proposal at the cut itself is made, so the cut lies just above the strongest that is to be refused.
    """
    falling = np.sort(np.asarray(strongest, float))[::-1]
    allowed = int(share * len(falling) + 1e-9)
    return float(np.nextafter(falling[allowed], np.inf)) if allowed < len(falling) else 0.0


def share_from(values: Sequence[float], cut: float) -> float:
    """How many of the values reach the cut; 0 of none."""
    return float(np.mean(np.asarray(values, float) >= cut)) if len(values) else 0.0


def coverage_curve(probabilities: np.ndarray, outcomes: np.ndarray) -> list[dict[str, float]]:
    """What a cut keeps of the right answers (`coverage`), and how many of those it lets through are right
    (`precision`); POINTS cuts at most, evenly spread over the pairs, the highest first."""
    falling = np.sort(probabilities)[::-1]
    places = np.unique(np.linspace(0, len(falling) - 1, POINTS).round().astype(int)) if len(falling) else []
    return [_at_cut(float(falling[place]), probabilities, outcomes) for place in places]


def _at_cut(cut: float, probabilities: np.ndarray, outcomes: np.ndarray) -> dict[str, float]:
    kept = outcomes[probabilities >= cut]
    return {"cut": cut, "coverage": float(kept.sum() / max(outcomes.sum(), 1)), "precision": float(kept.mean())}


def summary(
    probabilities: np.ndarray, features: np.ndarray, outcomes: np.ndarray, needs: np.ndarray, offers: np.ndarray
) -> dict[str, Any]:
    """The figures that `evaluate` reports; `features`, `needs` and `offers` as in `after_reviews`."""
    taught = after_reviews(probabilities, features, outcomes, needs, offers)
    return {
        "pairs": len(outcomes),
        "base_rate": float(outcomes.mean()) if len(outcomes) else 0.0,
        "ece": expected_calibration_error(probabilities, outcomes),
        "ece_by_chance": error_by_chance(probabilities),
        "brier_skill": brier_skill(probabilities, outcomes),
        "after_reviews": {
            "ece": expected_calibration_error(taught, outcomes),
            "brier_skill": brier_skill(taught, outcomes),
        },
        "bins": [part._asdict() for part in bins(probabilities, outcomes)],
    }
