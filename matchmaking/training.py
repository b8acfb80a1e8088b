"""From reviews to a version of the ranker: learnt, measured, kept, put to use. The one writer of `RankerVersion`."""

from . import lessons
from .learning import Ranker, cross_validated, pairs
from .models import RankerVersion


def train() -> RankerVersion:
    """Learn from all that was judged and keep it, not yet in use. The same judgements give the same version. Raises
    learning.TooFewJudgements."""
    matches = list(lessons.judged_matches())
    judged = lessons.judgements(matches)
    report = cross_validated(judged)
    return RankerVersion.objects.create(
        learnt=Ranker().fit(pairs(judged)).learnt_,
        metrics=report._asdict(),
        counts=lessons.counted(matches),
        is_better=report.is_better,
    )
