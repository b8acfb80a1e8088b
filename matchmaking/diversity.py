"""Which of the offers that are good enough are proposed, so that not one provider or one text fills the list. Pure.

    pull        offers of providers that were proposed often stand a little further down; 0 leaves the order alone
    collapse    of offers with almost the same text the best one stays, the others are named on it
    limit       no more than so many offers of one provider

Everything follows from the arguments, so the same inputs give the same list. How often a provider was proposed is
counted in `exposure.py`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

# Two texts are almost the same when both hold. With a tenth of its words replaced and a twentieth left out, a text
# keeps 0.80 or more of its terms and, nine times in ten, a cosine of 0.87 or more (25 texts of `eu_calls`, seeded).
# Different texts: in `sbir_af151` none shares more than 0.41 of its terms with another, in `awesome_selfhosted`,
# `open_sustain_orgs` and `ted_similar` under 1 % share 0.7; what shares 0.8 there is one text for several entries.
SAME_TERMS = 0.8
SAME_MEANING = 0.85
NAMED = 5  # similar offers kept with the one that is proposed


@dataclass(frozen=True)
class Facts:
    """What variety is judged by: whose offer it is, its place in the shared space (a unit vector), the ids of its
    terms, and how often its provider was proposed for other needs."""

    provider: int
    place: np.ndarray
    terms: frozenset[int]
    seen: int = 0


@dataclass(frozen=True)
class Chosen:
    """An offer that is proposed, and those that say almost the same."""

    pk: int
    similar: list[int] = field(default_factory=list)


def varied(
    scores: Mapping[int, float], facts: Mapping[int, Facts], top: int, *, limit: int, pull: float
) -> list[Chosen]:
    """At most `top` of the offers in `scores`, best first, at most `limit` of one provider. `pull` is in the unit of
    the scores: what a provider loses that was proposed without end."""
    kept: list[Chosen] = []
    providers: Counter[int] = Counter()
    for pk in pulled(scores, {pk: facts[pk].seen for pk in scores}, pull):
        twin = next((one for one in kept if almost_same(facts[one.pk], facts[pk])), None)
        if twin is not None:
            twin.similar.extend([pk] if len(twin.similar) < NAMED else [])
        elif len(kept) < top and providers[facts[pk].provider] < limit:
            kept.append(Chosen(pk))
            providers[facts[pk].provider] += 1
    return kept


def pulled(scores: Mapping[int, float], seen: Mapping[int, int], pull: float) -> list[int]:
    """Keys by falling score after the pull; of equals the one seen less, then the smaller key."""
    usual = max(sum(seen[pk] for pk in scores) / max(len(scores), 1), 1.0)
    moved = {pk: value - pull * seen[pk] / (seen[pk] + usual) for pk, value in scores.items()}
    return sorted(scores, key=lambda pk: (-moved[pk], seen[pk], pk))


def almost_same(one: Facts, other: Facts) -> bool:
    shared = len(one.terms & other.terms)
    together = len(one.terms) + len(other.terms) - shared
    if together == 0 or shared < SAME_TERMS * together:
        return False
    return float(one.place @ other.place) >= SAME_MEANING


# How evenly a ranking spreads over the catalogue


def spread(shown: Iterable[Sequence[int]], catalogue: int) -> dict[str, float]:
    """Over lists of the first ten, for a catalogue of so many documents.

    coverage     share of the catalogue that stands in some list
    long_tail    share of all places that go to the four fifths of the catalogue shown least: 0.8 is perfectly even
    gini         Gini coefficient of how often each document is shown: 0 is even, 1 is all for one
    """
    counts = Counter(pk for one in shown for pk in one)
    times = np.sort(np.pad(np.array(list(counts.values()), float), (max(catalogue - len(counts), 0), 0)))
    total = times.sum()
    if total == 0:
        return {"coverage": 0.0, "long_tail": 0.0, "gini": 0.0}
    tail = times[: round(0.8 * len(times))].sum() / total
    return {"coverage": len(counts) / catalogue, "long_tail": float(tail), "gini": gini(times)}


def gini(values: Sequence[float]) -> float:
    """Gini coefficient, by the mean difference of ordered values; 0 for nothing at all."""
    ordered = np.sort(np.asarray(values, float))
    total = ordered.sum()
    if total == 0:
        return 0.0
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))
