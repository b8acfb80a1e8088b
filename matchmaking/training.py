"""From reviews to a version of the ranker: learnt, measured, kept, put to use. The one writer of `RankerVersion`."""

from collections.abc import Iterable

import numpy as np
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

from . import lessons
from .calibration import Platt
from .learning import Ranker, cross_validated, pairs
from .models import Match, RankerVersion

LEAST_OUTCOMES = 30  # pairs found relevant or not, before the probabilities are moved at all


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
    """How to move the probabilities of the texts to what was found relevant: `slope` and `shift` of their log-odds;
    nothing while too little is known."""
    known = [(match.components.get("text_probability"), lessons.relevance_of(match)) for match in matches]
    known = [(said, right) for said, right in known if said is not None and right is not None]
    if len(known) < LEAST_OUTCOMES:
        return {}
    said, right = zip(*known, strict=True)
    platt = Platt().fit(np.array(said, float), np.array(right, float))
    return {"slope": platt.slope_, "shift": platt.shift_}
