"""From reviews to a version of the ranker: learnt, measured, kept, put to use. The one writer of `RankerVersion`."""

from collections.abc import Iterable

import numpy as np
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

from . import lessons
from .calibration import FEATURES, Recalibration, features_of
from .learning import Ranker, cross_validated, pairs
from .models import Match, RankerVersion

LEAST_OUTCOMES = 30  # pairs found relevant or not, before the probabilities are moved at all
KEPT = {*FEATURES, "text_probability"}


def train() -> RankerVersion:
    """Learn from all that was judged and keep it, not yet in use. The same judgements give the same version. Raises
    learning.TooFewJudgements."""
    matches = list(lessons.judged_matches())
    judged = lessons.judgements(matches)
    report = cross_validated(judged)
    return RankerVersion.objects.create(
        learnt=Ranker().fit(pairs(judged)).learnt_,
        calibration=calibration_from(matches),
        metrics=report._asdict(),
        counts=lessons.counted(matches),
        is_better=report.is_better,
    )


def put_to_use(version: RankerVersion, *, by: User) -> None:
    """Rank with it from now on. Raises ValidationError for one that was not better."""
    if not version.is_better:
        raise ValidationError(_("It was not better on needs it had not seen, so it is not used."))
    version.activate(by=by)


def calibration_from(matches: Iterable[Match]) -> dict[str, float]:
    """How to move the probabilities of the texts to what was found relevant: `slope` and `shift` of their log-odds,
    and the weights of `calibration.FEATURES`; nothing while too little is known. What an earlier engine matched has
    no features and is left out."""
    known = [(match.components, lessons.relevance_of(match)) for match in matches]
    known = [(parts, right) for parts, right in known if right is not None and parts.keys() >= KEPT]
    if len(known) < LEAST_OUTCOMES:
        return {}
    said = np.array([parts["text_probability"] for parts, _right in known])
    features = np.array([features_of(parts) for parts, _right in known])
    fitted = Recalibration().fit(said, features, np.array([right for _parts, right in known], float))
    weights = dict(zip(FEATURES, fitted.weights_.tolist(), strict=True))
    return {"slope": fitted.slope_, "shift": fitted.shift_} | weights
