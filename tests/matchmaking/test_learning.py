"""Learning the weights of the ranking from judged pairs, on made-up pairs whose truth is known."""

from random import Random

import numpy as np
import pytest

from matchmaking.learning import (
    FEATURES,
    TEXTS,
    Judgement,
    Ranker,
    TooFewJudgements,
    by_prior,
    cross_validated,
    pairs,
)
from matchmaking.ranking import WEIGHTS

RELEVANCE = frozenset((*TEXTS, "wish_ecosystem"))


def parts(rnd: Random, **overrides: float) -> dict[str, float]:
    """Components of a match as `ranking.rank` keeps them, drawn by chance."""
    found = {name: rnd.uniform(0.0, 0.3) for name in TEXTS}
    found |= {"text_score": sum(WEIGHTS[name] * found[name] for name in TEXTS), "need_met": 0.5, "offer_met": 0.5}
    return found | overrides


def judged(needs: int, seed: int, **truth: float) -> list[Judgement]:
    """Of eight matches a need the best three by the true weights are good."""
    rnd, found = Random(seed), []
    weights = WEIGHTS | truth
    for need in range(needs):
        matches = [parts(rnd) for _ in range(8)]
        matches.sort(key=lambda own: -sum(weights[name] * own[name] for name in TEXTS))
        found += [Judgement(need, own, True) for own in matches[:3]]
        found += [Judgement(need, own, False, 1.0, RELEVANCE) for own in matches[3:]]
    return found


def right(learnt: dict[str, float], judgements: list[Judgement]) -> float:
    """Share of pairs in the right order."""
    known = pairs(judgements)
    ranker = Ranker()
    ranker.learnt_ = learnt
    return float((ranker.margins(known) > 0).mean())


def test_without_judgements_nothing_is_learnt():
    assert Ranker().fit(pairs([])).learnt_ == {}


def test_the_same_judgements_teach_the_same_in_whatever_order():
    judgements = judged(12, seed=1, grams=0.0)
    forth, back = Ranker().fit(pairs(judgements)).learnt_, Ranker().fit(pairs(judgements[::-1])).learnt_
    assert forth == Ranker().fit(pairs(judgements)).learnt_
    assert forth == pytest.approx(back, abs=1e-3)


def test_two_hundred_consistent_reviews_help_on_needs_that_were_not_learnt_from():
    truth = {"words": 0.1, "grams": 0.05, "meaning": 0.3}
    fitted = Ranker().fit(pairs(judged(25, seed=2, **truth))).learnt_
    unseen = judged(200, seed=3, **truth)
    assert fitted["words"] < 0 < fitted["meaning"]
    assert right(fitted, unseen) > right({}, unseen) + 0.01


def test_reviews_that_agree_with_the_prior_change_the_order_of_hardly_any_pair():
    unseen = judged(200, seed=5)
    fitted = Ranker().fit(pairs(judged(25, seed=4))).learnt_
    assert right(fitted, unseen) > right({}, unseen) - 0.02


def test_ten_adversarial_reviews_change_the_order_of_less_than_one_pair_in_a_hundred():
    unseen = judged(200, seed=7)
    against = [Judgement(one.need, one.parts, not one.is_good, 1.0, RELEVANCE) for one in judged(40, seed=6)]
    ten = [one for need in range(5) for one in (against[8 * need], against[8 * need + 7])]
    assert len({one.is_good for one in ten}) == 2
    fitted = Ranker().fit(pairs(ten)).learnt_
    assert right(fitted, unseen) > 0.99 * right({}, unseen)


def test_no_weight_turns_its_sign_or_more_than_doubles_however_many_reviews_say_so():
    against = [Judgement(one.need, one.parts, not one.is_good) for one in judged(300, seed=8)]
    fitted = Ranker(prior_reviews=0.01).fit(pairs(against)).learnt_
    for name in TEXTS:
        changed = WEIGHTS[name] + fitted.get(name, 0.0)
        assert 0 <= changed * np.sign(WEIGHTS[name]) <= 2 * abs(WEIGHTS[name]) + 1e-6


def test_a_no_for_the_price_teaches_the_budget_and_nothing_else():
    rnd = Random(9)
    judgements = []
    for need in range(20):
        judgements.append(Judgement(need, parts(rnd, wish_budget=1.0, wish_country=-1.0), True))
        dear = parts(rnd, wish_budget=-1.0, wish_country=1.0)
        judgements.append(Judgement(need, dear, False, 1.0, frozenset({"wish_budget"})))
    assert Ranker().fit(pairs(judgements)).learnt_.keys() == {"wish_budget"}
    assert Ranker().fit(pairs(judgements)).learnt_["wish_budget"] > 0


def test_a_no_that_teaches_nothing_makes_no_pair():
    rnd = Random(10)
    judgements = [Judgement(1, parts(rnd), True), Judgement(1, parts(rnd), False, 1.0, frozenset())]
    assert len(pairs(judgements).prior) == 0


def test_a_bad_one_weighs_once_however_many_good_ones_its_need_has():
    rnd = Random(11)
    bad = Judgement(1, parts(rnd), False, 1.0, RELEVANCE)
    good = [Judgement(1, parts(rnd), True, weight) for weight in (1.0, 3.0)]
    assert pairs([bad, *good]).weights.sum() == pytest.approx(1.0)
    assert pairs([bad, *good]).weights.tolist() == pytest.approx([0.25, 0.75])


def test_what_an_earlier_version_added_is_not_learnt_from():
    plain = parts(Random(12))
    ranked_by_a_version = plain | {"learnt": 0.2}
    assert by_prior(ranked_by_a_version) == pytest.approx(by_prior(plain))


def test_cross_validation_tells_a_better_ranker_from_one_that_is_not():
    better = cross_validated(judged(60, seed=13, words=0.0, grams=0.0, meaning=0.3))
    assert better.is_better
    assert better.loss_after < better.loss_before
    assert better.ndcg_after >= better.ndcg_before
    rnd = Random(14)
    chance = [Judgement(need, parts(rnd), i == 0, 1.0, frozenset(FEATURES)) for need in range(30) for i in range(3)]
    assert not cross_validated(chance).is_better


def test_too_few_needs_are_said_so():
    with pytest.raises(TooFewJudgements, match="3 needs"):
        cross_validated(judged(3, seed=15))
