"""Probabilities of `calibration.py`, moved to what an installation's own reviews say. A pure module.

Two things are learnt: what the probability and the features of a pair are worth here, and how each offer has done
with the needs for which somebody judged it: its record. Where some offers suit whoever asks in their field and others
only look as if they did, a good record makes the next match more probable; where each offer answers one need, less.
Reviews tell which, as the record is a feature like the others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .calibration import FEATURES, features_of, logistic, logit

SAME = 1e-9  # standard deviation below which a feature is the same everywhere


class Recalibration:
    """Probabilities moved to what was seen: logistic(slope · logit(p) + shift + weights · features + w · record).

    Platt's scaling (1999) with features beside it. All are drawn towards doing nothing (slope 1, the rest 0) by
    normal priors of the given standard deviations, those of the weights by standard deviation of their feature, so
    that a handful of outcomes changes little. The slope stays positive: of two pairs that are alike in everything
    else, the one that was more probable stays so.

    An offer's record is its random intercept, in log-odds, in a mixed logistic regression (Breslow and Clayton,
    1993): one step of Newton's method from 0 towards the most probable, with a normal prior of `record_spread`. A
    pair is learnt from with what the offer's OTHER outcomes make of its record.
    """

    def __init__(
        self,
        slope_spread: float = 0.25,
        shift_spread: float = 0.5,
        weight_spread: float = 0.2,
        record_spread: float = 0.5,
    ) -> None:
        self.slope_spread, self.shift_spread = slope_spread, shift_spread
        self.weight_spread, self.record_spread = weight_spread, record_spread

    def fit(
        self,
        probabilities: np.ndarray,
        features: np.ndarray,
        outcomes: np.ndarray,
        offers: np.ndarray | None = None,
    ) -> "Recalibration":
        """Maximum a posteriori by Newton's method; `features` are of shape (pairs, f), `outcomes` are 0 or 1,
        `offers` the key of each pair's offer; without them none occurs twice."""
        outcomes = np.asarray(outcomes, float)
        offers = np.arange(len(outcomes)) if offers is None else offers
        self._weigh(probabilities, features, outcomes)
        self.record_weight_ = 0.0
        unexplained = outcomes - self.predict(probabilities, features)
        others = self._keep_records(unexplained, outcomes, offers)
        self._weigh(probabilities, np.column_stack([features, others]), outcomes)
        self.weights_, self.record_weight_ = self.weights_[:-1], float(self.weights_[-1])
        return self

    def _weigh(self, probabilities: np.ndarray, features: np.ndarray, outcomes: np.ndarray) -> None:
        middle, spread = np.zeros(features.shape[1]), np.ones(features.shape[1])
        if len(features):
            middle, spread = features.mean(axis=0), features.std(axis=0)
            spread[spread < SAME] = 1.0
        columns = [logit(probabilities), np.ones(len(features)), (features - middle) / spread]
        found = self._most_probable(np.column_stack(columns), outcomes)
        self.slope_, self.weights_ = max(float(found[0]), 0.05), found[2:] / spread
        self.shift_ = float(found[1] - self.weights_ @ middle)

    def _keep_records(self, unexplained: np.ndarray, outcomes: np.ndarray, offers: np.ndarray) -> np.ndarray:
        """Of each pair its offer's record by all other outcomes (pairs,)."""
        keys, at = np.unique(offers, return_inverse=True)
        said = outcomes - unexplained
        known, prior = said * (1 - said), self.record_spread**-2
        sums, weights = np.bincount(at, unexplained, len(keys)), np.bincount(at, known, len(keys))
        self.records_ = dict(zip(keys.tolist(), (sums / (weights + prior)).tolist(), strict=True))
        return (sums[at] - unexplained) / (weights[at] - known + prior)

    def _most_probable(self, inputs: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
        prior = np.zeros(inputs.shape[1])
        prior[0] = 1.0
        spreads = np.full(len(prior), self.weight_spread)
        spreads[:2] = self.slope_spread, self.shift_spread
        precision, found = spreads**-2.0, prior.copy()
        for _ in range(50):
            said = logistic(inputs @ found)
            gradient = inputs.T @ (outcomes - said) - precision * (found - prior)
            hessian = (inputs * (said * (1 - said))[:, None]).T @ inputs + np.diag(precision)
            step = np.linalg.solve(hessian, gradient)
            found = found + step * min(1.0, 1.0 / np.abs(step).max(initial=1e-12))
            if np.abs(step).max() < 1e-9:
                break
        return found

    def predict(
        self, probabilities: np.ndarray, features: np.ndarray, offers: Sequence[int] | np.ndarray | None = None
    ) -> np.ndarray:
        """(n,). An offer without a record is like one as good as its texts promise."""
        moved = self.slope_ * logit(probabilities) + self.shift_ + features @ self.weights_
        if offers is None or not self.record_weight_:
            return logistic(moved)
        return logistic(moved + self.record_weight_ * np.array([self.records_.get(int(one), 0.0) for one in offers]))


def kept(fitted: Recalibration) -> dict[str, Any]:
    """What `recalibrated` needs of it, for JSON: `slope`, `shift`, the weight of each of FEATURES and of the
    `record`, and the `records` by the keys of offers."""
    weights = dict(zip(FEATURES, fitted.weights_.tolist(), strict=True)) | {"record": fitted.record_weight_}
    records = {str(pk): round(record, 4) for pk, record in fitted.records_.items()}
    return {"slope": fitted.slope_, "shift": fitted.shift_, "records": records} | weights


def recalibrated(judged: Mapping[int, Mapping[str, float]], moved: Mapping[str, Any]) -> dict[int, float]:
    """By an offer's key, what a fitted `Recalibration` says of it; `text_probability` where `moved` is empty. `moved`
    is what `kept` made; a weight that is missing is 0."""
    said = {pk: parts["text_probability"] for pk, parts in judged.items()}
    if not moved or not said:
        return said
    fitted = Recalibration()
    fitted.slope_, fitted.shift_ = moved["slope"], moved["shift"]
    fitted.weights_ = np.array([moved.get(name, 0.0) for name in FEATURES])
    fitted.record_weight_ = moved.get("record", 0.0)
    fitted.records_ = {pk: moved.get("records", {}).get(str(pk), 0.0) for pk in said}
    features = np.array([features_of(parts) for parts in judged.values()])
    return dict(zip(said, fitted.predict(np.array(list(said.values())), features, list(said)).tolist(), strict=True))
