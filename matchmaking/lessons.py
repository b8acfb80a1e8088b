"""What reviews and answers say about matches, as judgements to learn from. Reads only.

Each reason for a no teaches what it is about and nothing else:

    not relevant                      the texts do not fit
    too expensive                     the budget weighs more
    too far                           country and nearness weigh more
    too early, no capacity, have it, benefit unclear, text unclear, closed, other
                                      nothing about the ranking: the pair may have been right
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Prefetch

from .codes import INTRODUCED_STATES, Answer, MatchState, Reason, Verdict
from .learning import TEXTS, Judgement
from .models import Ask, Match, Review

TEACHES = {
    Reason.NOT_RELEVANT: frozenset((*TEXTS, "wish_ecosystem")),
    Reason.TOO_EXPENSIVE: frozenset({"wish_budget"}),
    Reason.TOO_FAR: frozenset({"wish_country", "wish_nearness"}),
}
YES_WEIGHT, INTRODUCED_WEIGHT, AGREEMENT_WEIGHT = 0.5, 1.0, 2.0  # added to the 1 of a broker's acceptance


def judged_matches() -> Iterable[Match]:
    """Those that somebody decided on and whose components are kept, with what was said of them."""
    decided = Match.objects.exclude(state__in=(MatchState.PROPOSED, MatchState.WITHDRAWN, MatchState.PARKED))
    reviews = Prefetch("reviews", Review.objects.order_by("created_at"))
    with_parts = decided.filter(components__has_key="agreement").order_by("pk")
    with_parts = with_parts.only("need", "offer", "state", "components", "probability", "suggested_at")
    return with_parts.prefetch_related(reviews, "asks", "case")


def judgements(matches: Iterable[Match]) -> list[Judgement]:
    return [one for match in matches for one in judgements_of(match)]


def judgements_of(match: Match) -> Iterator[Judgement]:
    """Good, if a broker accepted it and no side called it irrelevant; and one for each no that teaches something."""
    reasons = reasons_of(match)
    if _is_accepted(match) and Reason.NOT_RELEVANT not in reasons:
        yield Judgement(match.need_id, match.components, True, _weight(match))
    for reason in reasons:
        if reason in TEACHES:
            yield Judgement(match.need_id, match.components, False, 1.0, TEACHES[Reason(reason)])


def reasons_of(match: Match) -> list[str]:
    """Of every no, the broker's first, and last why nothing came of an introduction."""
    last = _last_review(match)
    of_broker = [last.reason] if last and last.verdict == Verdict.REJECT else []
    of_sides = [ask.reason for ask in _asks(match) if ask.answer == Answer.NO]
    case = getattr(match, "case", None)
    return of_broker + of_sides + ([case.reason] if case and case.reason else [])


def relevance_of(match: Match) -> bool | None:
    """Whether the two texts fit, as far as somebody has said so."""
    if Reason.NOT_RELEVANT in reasons_of(match):
        return False
    return True if _is_accepted(match) else None


def _is_accepted(match: Match) -> bool:
    last = _last_review(match)
    return last is not None and last.verdict == Verdict.ACCEPT


def _last_review(match: Match) -> Review | None:
    return max(match.reviews.all(), key=lambda review: (review.created_at, review.pk), default=None)


def _asks(match: Match) -> list[Ask]:
    return sorted(match.asks.all(), key=lambda ask: ask.side)


def _weight(match: Match) -> float:
    weight = 1.0 + YES_WEIGHT * sum(ask.answer == Answer.YES for ask in _asks(match))
    weight += INTRODUCED_WEIGHT * (match.state in INTRODUCED_STATES)
    return weight + AGREEMENT_WEIGHT * (match.state == MatchState.AGREEMENT)


def counted(matches: Iterable[Match]) -> dict[str, int]:
    """How many were accepted, and how many noes of each reason there are."""
    counts: Counter[str] = Counter()
    for match in matches:
        counts["accepted"] += _is_accepted(match)
        counts.update(reason for reason in reasons_of(match) if reason)
    return dict(sorted(counts.items()))
