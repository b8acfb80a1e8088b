"""How often needs that nothing fits get a proposal all the same, and what refusing them costs. For `evaluate`.

The needs come from another set, and are asked like a text that somebody only tries out: they are not stored, so they
change nothing of what the corpus knows. Use it where the offers of a set are loaded (`comparison.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings

from catalog.encoding import encoder
from catalog.language import detect
from catalog.models import Need
from catalog.placing import query_from

from .candidates import retrieve
from .evaluation import Qrels
from .evaluation_data import Text
from .pipeline import offers_for, rank
from .ranking import Ranked
from .reliability import FALSE_SHARE, cut_against, share_from

FIRST = 10  # of a need's offers are proposed
AT_ONCE = 64  # texts that are encoded together

First = Mapping[str, Mapping[str, Ranked]]  # by query and document, of the first ten


def strongest_for(texts: Sequence[Text], say: Callable[[str], None]) -> list[float]:
    """For each text the highest probability among the first ten offers; 0 where nothing is found."""
    found = []
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        needs = [_need(text) for text in some]
        readings = encoder().read_query([need.text for need in needs])
        for need, reading in zip(needs, readings, strict=True):
            offers = retrieve(need, query_from(reading, need.language), offers_for(need), settings.CANDIDATES)
            found.append(max((one.probability for one in rank(need, offers)[:FIRST]), default=0.0))
        say(f"asked {len(found)} of {len(texts)} needs that nothing fits")
    return found


def _need(text: Text) -> Need:
    return Need(description=text.text, language=text.language or detect(text.text, settings.LANGUAGE_CODE))


def refusals(first: First, qrels: Qrels, strongest: Sequence[float]) -> dict[str, Any]:
    """Two points of the same curve, at the cut that is set and at the one that lets FALSE_SHARE through.

    Each says which share of these needs gets a proposal (`proposed`), and which share of the right answers among the
    first ten is still proposed, by pairs and by needs that keep one."""
    return {
        "needs": len(strongest),
        "as_set": _point(first, qrels, strongest, settings.LEAST_PROBABILITY),
        f"at_{FALSE_SHARE:.0%}": _point(first, qrels, strongest, cut_against(strongest)),
    }


def own_refusals(first: First, qrels: Qrels) -> dict[str, dict[str, Any]]:
    """The same of the set's own needs that are judged to have no answer at all, where there are any."""
    unanswerable = [query for query in first if query in qrels and not any(qrels[query].values())]
    strongest = [max((one.probability for one in first[query].values()), default=0.0) for query in unanswerable]
    return {"own needs without an answer": refusals(first, qrels, strongest)} if strongest else {}


def _point(first: First, qrels: Qrels, strongest: Sequence[float], cut: float) -> dict[str, float]:
    right = [found for query, shown in first.items() if (found := right_among(shown, qrels.get(query, {})))]
    return {
        "cut": cut,
        "proposed": share_from(strongest, cut),
        "pairs_kept": share_from([chance for own in right for chance in own], cut),
        "needs_kept": share_from([max(own) for own in right], cut),
    }


def right_among(shown: Mapping[str, Ranked], grades: Mapping[str, float]) -> list[float]:
    """The probabilities of those that are right."""
    return [one.probability for document, one in shown.items() if grades.get(document, 0.0) > 0]
