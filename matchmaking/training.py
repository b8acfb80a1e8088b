"""From reviews to a version of the ranker: learnt, measured, kept, put to use. The one writer of `RankerVersion`."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

from . import lessons
from .calibration import FEATURES, features_of, logit
from .learning import SURE, Ranker, cross_validated, pairs
from .models import Match, RankerVersion
from .recalibration import Recalibration, kept
from .reliability import PARTS, after_reviews

LEAST_OUTCOMES = 30  # pairs found relevant or not, before the probabilities are moved at all
KEPT = {*FEATURES, "text_probability"}


def train() -> RankerVersion:
    """Learn from all that was judged and keep it, not yet in use: what moves the order and what moves the
    probabilities, each if it helped on needs not learnt from. The same judgements give the same version. Raises
    learning.TooFewJudgements."""
    matches = list(lessons.judged_matches())
    judged = lessons.judgements(matches)
    report, outcomes = cross_validated(judged), outcomes_of(matches)
    learnt = Ranker().fit(pairs(judged)).learnt_ if report.is_better else {}
    said = judged_again(outcomes)
    calibration = calibration_from(outcomes) if said and said.is_better else {}
    return RankerVersion.objects.create(
        learnt=learnt,
        calibration=calibration,
        metrics=report._asdict() | (said._asdict() if said else {}),
        counts=lessons.counted(matches),
        is_better=bool(learnt or calibration),
    )


def put_to_use(version: RankerVersion, *, by: User) -> None:
    """Rank with it from now on. Raises ValidationError for one that was not better."""
    if not version.is_better:
        raise ValidationError(_("It was not better on needs it had not seen, so it is not used."))
    version.activate(by=by)


# Probabilities


class Outcomes(NamedTuple):
    """What was said of pairs and what became of them: probabilities (n,), features (n, f), right or not (n,), the
    number of each pair's need, from 0 (n,), and the key of its offer (n,)."""

    said: np.ndarray
    features: np.ndarray
    right: np.ndarray
    needs: np.ndarray
    offers: np.ndarray


class SaidReport(NamedTuple):
    """Of pairs whose need was not learnt from: mean log-loss of the probabilities before and after."""

    outcomes: int
    said_before: float
    said_after: float
    said_error: float  # standard error of the gain

    @property
    def is_better(self) -> bool:
        """By more than chance (one-sided, 97.7 %)."""
        return self.said_before - self.said_after > SURE * self.said_error


def outcomes_of(matches: Iterable[Match]) -> Outcomes | None:
    """None while too little is known. What an earlier engine matched has no features and is left out, and so is what
    brokers have picked by hand: that is nearly always right."""
    found = [(match, lessons.relevance_of(match)) for match in matches if match.suggested_at is None]
    known = [(match, right) for match, right in found if right is not None and match.components.keys() >= KEPT]
    if len(known) < LEAST_OUTCOMES:
        return None
    parts = [match.components for match, _right in known]
    return Outcomes(
        np.array([one["text_probability"] for one in parts]),
        np.array([features_of(one) for one in parts]),
        np.array([right for _match, right in known], float),
        np.unique([match.need_id for match, _right in known], return_inverse=True)[1],
        np.array([match.offer_id for match, _right in known]),
    )


def judged_again(outcomes: Outcomes | None) -> SaidReport | None:
    """What reviews of the other needs would have changed; None where nothing could be learnt or measured."""
    if outcomes is None or outcomes.needs.max() + 1 < PARTS:
        return None
    gains = _loss(outcomes.said, outcomes.right) - _loss(after_reviews(*outcomes), outcomes.right)
    before = _loss(outcomes.said, outcomes.right).mean()
    by_need = np.bincount(outcomes.needs, gains)
    error = by_need.std(ddof=1) * len(by_need) ** 0.5 / len(gains)
    return SaidReport(len(gains), float(before), float(before - gains.mean()), float(error))


def _loss(said: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, np.where(right > 0, -1, 1) * logit(said))


def calibration_from(outcomes: Outcomes) -> dict[str, Any]:
    """How to move the probabilities of the texts to what was found relevant: see `recalibration.kept`."""
    return kept(Recalibration().fit(outcomes.said, outcomes.features, outcomes.right, outcomes.offers))
