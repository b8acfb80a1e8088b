"""Metrics against scikit-learn and against figures worked out by hand."""

import random
from math import log2

import pytest
from sklearn.metrics import ndcg_score

from matchmaking.evaluation import evaluate, mrr, ndcg, order, recall


@pytest.mark.parametrize("seed", range(20))
def test_ndcg_is_that_of_scikit_learn(seed: int):
    chance = random.Random(seed)
    documents = [f"d{n}" for n in range(30)]
    grades = {document: chance.choice([0, 0, 0, 1, 2, 3]) for document in documents} | {"d0": 1}
    scores = {document: chance.random() for document in documents}
    expected = ndcg_score([[grades[d] for d in documents]], [[scores[d] for d in documents]], k=10)
    assert ndcg(order(scores), grades, 10) == pytest.approx(expected)


def test_ndcg_by_hand():
    grades = {"a": 3, "b": 1}
    gained = 1 / log2(2) + 3 / log2(4)
    ideal = 3 / log2(2) + 1 / log2(3)
    assert ndcg(["b", "x", "a"], grades, 10) == pytest.approx(gained / ideal)
    assert ndcg(["x", "a"], grades, 1) == 0
    assert ndcg(["spam", "b", "a"], grades | {"spam": -2}, 10) == ndcg(["x", "b", "a"], grades, 10)


def test_recall_counts_what_is_relevant_at_all():
    grades = {"a": 1, "b": 3, "c": 0, "d": 2}
    assert recall(["a", "c", "b"], grades, 2) == pytest.approx(1 / 3)
    assert recall(["a", "c", "b"], grades, 3) == pytest.approx(2 / 3)


def test_mrr_is_one_over_the_first_rank():
    assert mrr(["x", "a", "b"], {"a": 1, "b": 1}, 10) == 0.5
    assert mrr(["x", "a"], {"a": 1}, 1) == 0


def test_equal_scores_are_ordered_by_name_and_not_by_luck():
    assert order({"b": 1.0, "a": 1.0, "c": 2.0}) == ["c", "a", "b"]


def test_a_query_without_an_answer_is_a_miss_and_one_without_a_relevant_document_is_left_out():
    qrels = {"q1": {"a": 1}, "q2": {"a": 1}, "q3": {"a": 0}}
    figures = evaluate({"q1": {"a": 1.0}}, qrels)
    assert figures == {"ndcg@10": 0.5, "recall@10": 0.5, "recall@100": 0.5, "mrr@10": 0.5}


def test_nothing_to_judge_is_zero_and_no_failure():
    assert set(evaluate({}, {}).values()) == {0}
