"""How far reviews move the ranking of the demo, really encoded: a few wrong ones hardly, many right ones well."""

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest
from django.conf import settings

from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents
from catalog.models import Need, Offer
from catalog.placing import query_of
from matchmaking import demo
from matchmaking.candidates import retrieve
from matchmaking.demo.loading import load
from matchmaking.evaluation import evaluate
from matchmaking.learning import TEXTS, Judgement, Ranker, by_prior, features, pairs
from matchmaking.pipeline import offers_for, rank

pytestmark = [pytest.mark.django_db, pytest.mark.long]

IRRELEVANT = frozenset((*TEXTS, "wish_ecosystem"))
Ranking = dict[str, dict[str, dict[str, float]]]  # {need: {offer: components}}


def qrels() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for file in sorted(Path(demo.__file__).parent.glob("qrels-*.tsv")):
        for line in file.read_text().splitlines():
            need, offer, grade = line.split("\t")
            found.setdefault(need, {})[offer] = float(grade)
    return {need: grades for need, grades in found.items() if any(grades.values())}


def ranked(needs: Iterable[str]) -> Ranking:
    names = dict(Offer.objects.values_list("pk", "external_id"))
    found = {}
    for need in Need.objects.filter(external_id__in=list(needs)).select_related("organisation", "cluster"):
        order = rank(need, retrieve(need, query_of(need), offers_for(need), settings.CANDIDATES))
        found[need.external_id] = {names[one.pk]: dict(one.components) for one in order}
    return found


def ndcg(ranking: Ranking, grades: dict, learnt: dict[str, float]) -> float:
    ranker = Ranker()
    ranker.learnt_ = learnt
    run = {
        need: {offer: by_prior(parts) + ranker.moved(features(parts)) for offer, parts in own.items()}
        for need, own in ranking.items()
    }
    return evaluate(run, {need: grades[need] for need in ranking})["ndcg@10"]


def test_ten_adversarial_reviews_take_less_than_two_percent_of_the_demo_and_two_hundred_honest_ones_help():
    load()
    while embed_stale_documents():
        pass
    refresh_if_grown()
    grades = qrels()
    ranking = ranked(grades)
    plain = ndcg(ranking, grades, {})
    for seed in range(25):
        learnt = Ranker().fit(pairs(adversarial(ranking, grades, Random(seed)))).learnt_
        assert ndcg(ranking, grades, learnt) > 0.98 * plain
    gains = []
    for seed in range(8):
        seen = set(Random(seed).sample(sorted(ranking), 25))
        learnt = Ranker().fit(pairs(honest({need: ranking[need] for need in seen}, grades))).learnt_
        unseen = {need: own for need, own in ranking.items() if need not in seen}
        gains.append(ndcg(unseen, grades, learnt) - ndcg(unseen, grades, {}))
    assert sum(gains) / len(gains) > 0.01


def adversarial(ranking: Ranking, grades: dict, rnd: Random) -> list[Judgement]:
    """Ten reviews: in five needs the fitting offer is turned down and one that does not fit is accepted."""
    found: list[Judgement] = []
    for number, need in enumerate(rnd.sample(sorted(ranking), len(ranking))):
        first = list(ranking[need])[:10]
        good = [offer for offer in first if grades[need].get(offer)]
        bad = [offer for offer in first if not grades[need].get(offer)]
        if good and bad and len(found) < 10:
            found.append(Judgement(number, ranking[need][bad[-1]], True))
            found.append(Judgement(number, ranking[need][good[0]], False, 1.0, IRRELEVANT))
    return found


def honest(ranking: Ranking, grades: dict) -> list[Judgement]:
    """Two hundred reviews: of each of 25 needs the first eight offers, as the demo marks them."""
    found = []
    for number, (need, own) in enumerate(sorted(ranking.items())):
        for offer, parts in list(own.items())[:8]:
            is_good = bool(grades[need].get(offer))
            found.append(Judgement(number, parts, is_good, 1.0, frozenset() if is_good else IRRELEVANT))
    return found
