"""How good a ranking is. A pure module of plain Python.

A run is `{query: {document: score}}`, higher is better; qrels are `{query: {document: grade}}`, where a document that
is not listed has grade 0. Each metric is the mean over the queries that have a relevant document at all.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from math import log2
from random import Random

Run = Mapping[str, Mapping[str, float]]
Qrels = Mapping[str, Mapping[str, float]]
Metric = Callable[[Sequence[str], Mapping[str, float]], float]

DRAWS = 1000


def evaluate(run: Run, qrels: Qrels) -> dict[str, float]:
    """The four figures that are reported everywhere; 0 for every one of them where there is nothing to judge."""
    return {name: mean(values.values()) for name, values in by_query(run, qrels).items()}


def by_query(run: Run, qrels: Qrels) -> dict[str, dict[str, float]]:
    """Each metric for each query."""
    judged = {query: grades for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    orders = {query: order(run.get(query, {})) for query in judged}
    return {
        name: {query: metric(orders[query], grades) for query, grades in judged.items()}
        for name, metric in METRICS.items()
    }


def mean(values: Collection[float]) -> float:
    return sum(values) / max(len(values), 1)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Within which the mean lies with 95 %, by drawing the queries anew (percentile bootstrap, Efron 1979). The same
    values give the same interval."""
    if not values:
        return 0.0, 0.0
    chance = Random(0)  # noqa: S311 - no secret
    means = sorted(mean(chance.choices(values, k=len(values))) for _ in range(DRAWS))
    return means[int(0.025 * DRAWS)], means[int(0.975 * DRAWS)]


def order(scores: Mapping[str, float]) -> list[str]:
    """Documents by falling score; by name where scores are equal."""
    return sorted(scores, key=lambda document: (-scores[document], document))


def ndcg(ranked: Sequence[str], grades: Mapping[str, float], k: int) -> float:
    """Normalised discounted cumulative gain with the grade itself as gain, as in Järvelin and Kekäläinen (2002). A
    grade below 0, as some collections give to spam, gains nothing."""
    gains = {document: max(grade, 0.0) for document, grade in grades.items()}
    ideal = sorted(gains.values(), reverse=True)
    return _dcg([gains.get(document, 0.0) for document in ranked[:k]]) / _dcg(ideal[:k])


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def recall(ranked: Sequence[str], grades: Mapping[str, float], k: int) -> float:
    """The share of the relevant documents that stand among the first k."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranked[:k])) / len(relevant)


def mrr(ranked: Sequence[str], grades: Mapping[str, float], k: int) -> float:
    """One over the rank of the first relevant document, 0 if it does not stand among the first k."""
    ranks = (rank for rank, document in enumerate(ranked[:k], start=1) if grades.get(document, 0.0) > 0)
    return next((1 / rank for rank in ranks), 0.0)


METRICS: dict[str, Metric] = {
    "ndcg@10": lambda ranked, grades: ndcg(ranked, grades, 10),
    "recall@10": lambda ranked, grades: recall(ranked, grades, 10),
    "recall@100": lambda ranked, grades: recall(ranked, grades, 100),
    "mrr@10": lambda ranked, grades: mrr(ranked, grades, 10),
}
