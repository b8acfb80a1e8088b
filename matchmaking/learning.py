"""What judged pairs teach about the weights of the ranking. A pure module: numbers in, changes of the weights out.

Pairwise logistic regression (as RankNet, Burges and others, 2005, without a net): in one need, what was found good
is to stand above what was found bad. Not the weights are kept small but their difference from those set by hand, so
that a few reviews change next to nothing and no review is wasted when there are many. A review may be wrong, which
the loss knows: a pair that the weights and all others speak against pulls little.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .evaluation import ndcg
from .fit import WISHES, prior_lean
from .ranking import LOG_ODDS, WEIGHTS

TEXTS = tuple(WEIGHTS)
FEATURES = TEXTS + tuple(f"wish_{name}" for name in WISHES)
# How many reviews the prior weighs as much as: a change by one spread of a feature costs half of this in log-loss.
# And the share of reviews that are taken to be wrong. Ten adversarial reviews and no other take 0.6 % of the demo's
# nDCG@10 on average and 1.8 % in the worst of 25 draws, 200 honest ones add 0.020 to it on needs not reviewed. With
# 100 and none wrong it is 1.1 %, 2.2 % and 0.014 (tests/matchmaking/test_learning_demo.py).
PRIOR_REVIEWS = 60.0
WRONG = 0.1
MOST_WISH = 1.0  # log-odds that may be learnt about a wish
FOLDS = 5
LEAST_NEEDS = FOLDS  # with a good and a bad pair each
SURE = 2.0  # standard errors
LEAST_SPREAD = 0.05  # in log-odds: a feature that is the same everywhere teaches nothing


@dataclass(frozen=True)
class Judgement:
    """A pair that somebody judged: good or bad, how much that weighs, and which features a bad one is about."""

    need: int
    parts: Mapping[str, float]  # the match's components
    is_good: bool
    weight: float = 1.0
    teaches: frozenset[str] = field(default=frozenset(FEATURES))


class Pairs(NamedTuple):
    """A good and a bad one of the same need, as rows: differences of features as log-odds (n, f), what the prior says
    of them (n,), weights (n,), needs (n,)."""

    differences: np.ndarray
    prior: np.ndarray
    weights: np.ndarray
    needs: np.ndarray


def features(parts: Mapping[str, float]) -> np.ndarray:
    """In log-odds by unit of weight, in the order of FEATURES; what a match does not know is 0."""
    texts = [LOG_ODDS * parts.get(name, 0.0) for name in TEXTS]
    return np.array(texts + [parts.get(name, 0.0) for name in FEATURES[len(TEXTS) :]])


def by_prior(parts: Mapping[str, float]) -> float:
    """Log-odds of a match by the weights set by hand, whatever ranked it."""
    wishes = prior_lean(parts.get("need_met", 0.5), parts.get("offer_met", 0.5))
    return LOG_ODDS * parts.get("text_score", 0.0) + wishes


def pairs(judgements: Sequence[Judgement]) -> Pairs:
    """Each bad one weighs once, however many good ones its need has."""
    rows, prior, weights, needs = [], [], [], []
    for good, bad, share in _couples(judgements):
        taught = np.array([name in bad.teaches for name in FEATURES])
        rows.append((features(good.parts) - features(bad.parts)) * taught)
        prior.append(by_prior(good.parts) - by_prior(bad.parts))
        weights.append(share)
        needs.append(bad.need)
    return Pairs(np.array(rows).reshape(-1, len(FEATURES)), np.array(prior), np.array(weights), np.array(needs))


def _couples(judgements: Sequence[Judgement]) -> list[tuple[Judgement, Judgement, float]]:
    by_need: dict[int, list[Judgement]] = {}
    for one in judgements:
        by_need.setdefault(one.need, []).append(one)
    found = []
    for own in by_need.values():
        good = [one for one in own if one.is_good]
        mass = sum(one.weight for one in good)
        bad = [one for one in own if not one.is_good and one.teaches]
        found += [(one, other, other.weight * one.weight / mass) for one in good for other in bad]
    return found


class Ranker:
    """`fit` learns `learnt_`: what is to be added to the weights of the prior, by feature."""

    def __init__(self, prior_reviews: float = PRIOR_REVIEWS) -> None:
        self.prior_reviews = prior_reviews

    def fit(self, judged: Pairs) -> "Ranker":
        """The same pairs give the same result. No part's weight changes its sign or more than doubles."""
        from scipy.optimize import minimize

        spread = _spread(judged.differences)
        lows, highs = _bounds()
        found = minimize(
            _loss, np.zeros(len(FEATURES)), args=(judged, self.prior_reviews * spread**2), jac=True,
            method="L-BFGS-B", bounds=list(zip(lows, highs, strict=True)),
        )  # fmt: skip
        moved = np.where(spread > LEAST_SPREAD, found.x, 0.0)
        self.learnt_ = {name: round(float(d), 6) for name, d in zip(FEATURES, moved, strict=True) if abs(d) > 1e-6}
        return self

    def margins(self, judged: Pairs) -> np.ndarray:
        """Log-odds by which each good one stands above the bad one."""
        return judged.prior + self.moved(judged.differences)

    def moved(self, rows: np.ndarray) -> np.ndarray:
        """Log-odds that were learnt to be added, for features (…, f)."""
        return rows @ np.array([self.learnt_.get(name, 0.0) for name in FEATURES])


def _spread(differences: np.ndarray) -> np.ndarray:
    """Root mean square of each feature's difference, in log-odds, where there is any."""
    counts = np.maximum((differences != 0).sum(axis=0), 1)
    return np.maximum(np.sqrt((differences**2).sum(axis=0) / counts), LEAST_SPREAD)


def _bounds() -> tuple[np.ndarray, np.ndarray]:
    texts = np.array([WEIGHTS[name] for name in TEXTS])
    wishes = np.full(len(FEATURES) - len(TEXTS), MOST_WISH)
    return np.concatenate([-np.abs(texts), -wishes]), np.concatenate([np.abs(texts), wishes])


def _loss(moved: np.ndarray, judged: Pairs, precision: np.ndarray) -> tuple[float, np.ndarray]:
    """Log-loss of the pairs, of which a share is WRONG, and the distance from the prior, with their gradient."""
    above = 1 / (1 + np.exp(-np.clip(judged.prior + judged.differences @ moved, -30, 30)))
    said = WRONG + (1 - 2 * WRONG) * above
    pull = judged.weights * (1 - 2 * WRONG) * above * (1 - above) / said
    loss = -(judged.weights * np.log(said)).sum() + 0.5 * (precision * moved**2).sum()
    return float(loss), precision * moved - judged.differences.T @ pull


# Is it better?


class Report(NamedTuple):
    """On needs not learnt from, before and after: mean log-loss of a pair and nDCG@10 of what was judged relevant."""

    needs: int
    pairs: int
    loss_before: float
    loss_after: float
    ndcg_before: float
    ndcg_after: float
    gain_error: float  # standard error of the gain in nDCG@10, over needs

    @property
    def is_better(self) -> bool:
        """The order gained by more than chance (one-sided, 97.7 %), and the log-loss is no larger: that alone could
        fall by trusting everything less."""
        gain = self.ndcg_after - self.ndcg_before
        return gain > SURE * self.gain_error and self.loss_after <= self.loss_before


class TooFewJudgements(ValueError):
    """Nothing can be learnt yet; the message says what is missing."""


def cross_validated(judgements: Sequence[Judgement], ranker: Callable[[], Ranker] = Ranker) -> Report:
    """Learn on four fifths of the needs, measure on the rest, in turn. Raises TooFewJudgements."""
    from sklearn.model_selection import GroupKFold

    judged = pairs(judgements)
    count = len(set(judged.needs.tolist()))
    if count < LEAST_NEEDS:
        raise TooFewJudgements(
            f"{count} needs have both an accepted and a relevantly rejected match; {LEAST_NEEDS} are needed."
        )
    after, learnt = np.zeros(len(judged.prior)), {}
    for train, test in GroupKFold(FOLDS).split(judged.differences, groups=judged.needs):
        fitted = ranker().fit(Pairs(*(column[train] for column in judged)))
        after[test] = fitted.margins(Pairs(*(column[test] for column in judged)))
        learnt |= {int(need): fitted.learnt_ for need in judged.needs[test]}
    return _report(judgements, judged, after, learnt)


def _report(judgements: Sequence[Judgement], judged: Pairs, after: np.ndarray, learnt: Mapping[int, dict]) -> Report:
    before = np.array([_ndcg(judgements, need, {}) for need in sorted(learnt)])
    later = np.array([_ndcg(judgements, need, learnt[need]) for need in sorted(learnt)])
    return Report(
        needs=len(learnt),
        pairs=len(judged.prior),
        loss_before=float(np.logaddexp(0, -judged.prior).mean()),
        loss_after=float(np.logaddexp(0, -after).mean()),
        ndcg_before=float(before.mean()),
        ndcg_after=float(later.mean()),
        gain_error=float(np.std(later - before, ddof=1) / len(learnt) ** 0.5),
    )


def _ndcg(judgements: Sequence[Judgement], need: int, learnt: Mapping[str, float]) -> float:
    ranker = Ranker()
    ranker.learnt_ = learnt
    own = [one for one in judgements if one.need == need and (one.is_good or one.teaches.issuperset(TEXTS))]
    scores = np.array([by_prior(one.parts) + ranker.moved(features(one.parts)) for one in own])
    grades = {str(i): float(one.is_good) for i, one in enumerate(own)}
    return ndcg([str(i) for i in np.argsort(-scores, kind="stable")], grades, 10)
