"""How far probabilities hold, by hand; and moving them to what was seen."""

import numpy as np
import pytest

from matchmaking.calibration import FEATURES, SIGNALS, judged, probabilities, signals
from matchmaking.ranking import Candidate, Ranked
from matchmaking.recalibration import Recalibration, kept, recalibrated
from matchmaking.refusals import own_refusals, refusals
from matchmaking.reliability import (
    after_reviews,
    bins,
    brier_skill,
    coverage_curve,
    cut_against,
    error_by_chance,
    expected_calibration_error,
    share_from,
    summary,
)

HONEST = np.array([0.2] * 10 + [0.8] * 10)
OUTCOMES = np.array([1.0] * 2 + [0.0] * 8 + [1.0] * 8 + [0.0] * 2)


def test_probabilities_that_hold_have_no_calibration_error():
    assert [tuple(part) for part in bins(HONEST, OUTCOMES, 2)] == [
        (10, pytest.approx(0.2), pytest.approx(0.2)),
        (10, pytest.approx(0.8), pytest.approx(0.8)),
    ]
    assert brier_skill(HONEST, OUTCOMES) == pytest.approx(1 - 0.16 / 0.25)


def test_the_error_is_the_mean_distance_of_the_bins():
    said = np.linspace(0.0, 0.9, 10)
    assert expected_calibration_error(said, np.ones(10)) == pytest.approx(np.mean(1 - said))


def test_nothing_can_be_told_apart_where_all_outcomes_are_equal():
    assert np.isnan(brier_skill(np.array([0.3, 0.4]), np.zeros(2)))
    assert np.isnan(brier_skill(np.zeros(0), np.zeros(0)))
    assert summary(np.zeros(0), np.zeros((0, 2)), np.zeros(0), np.zeros(0), np.zeros(0))["pairs"] == 0


def test_few_pairs_show_an_error_where_every_probability_holds_and_many_do_not():
    said = np.random.default_rng(7).uniform(0.2, 0.8, 4000)
    assert 0.04 < error_by_chance(said[:200]) < 0.12
    assert error_by_chance(said) < 0.03
    assert error_by_chance(np.ones(50)) == 0


def test_a_cut_lets_no_more_than_the_share_through():
    strongest = [index / 100 for index in range(100)]
    cut = cut_against(strongest, 0.05)
    assert share_from(strongest, cut) == 0.05
    assert share_from([0.7] * 20, cut_against([0.7] * 20, 0.05)) == 0.0  # all equal: none may pass
    assert cut_against([], 0.05) == 0.0


def test_the_curve_ends_with_everything_kept_at_the_base_rate():
    curve = coverage_curve(HONEST, OUTCOMES)
    assert curve[0] == {"cut": 0.8, "coverage": 0.8, "precision": 0.8}
    assert curve[-1] == {"cut": 0.2, "coverage": 1.0, "precision": 0.5}
    assert coverage_curve(np.zeros(0), np.zeros(0)) == []


def test_refusing_is_weighed_against_the_right_answers_that_go_with_it(settings):
    settings.LEAST_PROBABILITY = 0.3
    chances = {"a": {"x": 0.9, "y": 0.4, "z": 0.2}, "b": {"x": 0.25}, "none": {"x": 0.35}}
    said = {query: {one: Ranked(0, 0.0, {}, chance) for one, chance in own.items()} for query, own in chances.items()}
    qrels = {"a": {"x": 1.0, "z": 1.0}, "b": {"x": 1.0}, "none": {"x": 0.0}}
    found = refusals(said, qrels, [0.1, 0.5])
    assert found["as_set"] == {"cut": 0.3, "proposed": 0.5, "pairs_kept": pytest.approx(1 / 3), "needs_kept": 0.5}
    assert found["at_5%"]["proposed"] == 0.0
    assert own_refusals(said, qrels)["own needs without an answer"]["as_set"]["proposed"] == 1.0
    assert own_refusals({"a": said["a"]}, qrels) == {}


# The signals


def candidate(pk: int, agreement: float, hub: float = 0.2) -> Candidate:
    return Candidate(pk, meaning=0.5, words=0.1, agreement=agreement, token_hub=hub)


def chances(candidates: list[Candidate], scores: dict[int, float], elsewhere: float) -> dict[int, float]:
    return {pk: parts["text_probability"] for pk, parts in judged(candidates, scores, elsewhere).items()}


def test_a_better_met_need_is_more_probable_and_nothing_leaves_the_bounds():
    found = chances([candidate(1, 0.5), candidate(2, 0.3), candidate(3, 0.0)], {1: 0.6, 2: 0.3, 3: 0.1}, 0.1)
    assert 1 > found[1] > found[2] > found[3] >= 0
    assert chances([], {}, 0.1) == {}


def test_a_need_that_lies_nearer_to_everyday_talk_than_to_any_offer_is_improbable():
    offers, scores = [candidate(1, 0.3), candidate(2, 0.2)], {1: 0.4, 2: 0.2}
    assert chances(offers, scores, elsewhere=0.1)[1] > 5 * chances(offers, scores, elsewhere=0.35)[1]
    assert chances(offers, scores, elsewhere=0.1)[1] > 20 * chances(offers, scores, elsewhere=0.6)[1]


def test_whether_a_need_belongs_here_is_asked_of_several_offers_together():
    offers, scores = [candidate(n, 0.3, hub=0.3) for n in range(10)], dict.fromkeys(range(10), 0.3)
    better = [candidate(0, 0.33, hub=0.33), *offers[1:]]  # as distinct and as prominent as it was
    before, after = chances(offers, scores, elsewhere=0.3)[0], chances(better, scores, elsewhere=0.3)[0]
    assert before < after < 1.05 * before


def test_an_offer_whose_hub_nobody_has_measured_is_taken_for_a_usual_one():
    unknown, usual = candidate(1, 0.3, hub=0.0), candidate(2, 0.3, hub=0.3 / np.exp(0.4))
    assert chances([unknown, usual], {1: 0.4, 2: 0.4}, 0.1)[1] == pytest.approx(
        chances([unknown, usual], {1: 0.4, 2: 0.4}, 0.1)[2]
    )


def test_the_only_offer_of_a_new_installation_is_proposed_if_it_fits():
    assert chances([candidate(1, 0.25, hub=0.0)], {1: 0.3}, elsewhere=0.12)[1] > 0.1


def test_more_of_any_signal_never_makes_a_pair_less_probable():
    middle = signals([candidate(1, 0.3), candidate(2, 0.2)], {1: 0.4, 2: 0.2}, 0.1)
    for column in range(len(SIGNALS)):
        more = middle.copy()
        more[:, column] += 0.1
        assert (probabilities(more) >= probabilities(middle)).all()


def test_where_an_offer_stands_is_told_by_the_best_and_by_the_next():
    offers = [candidate(n, 0.3) for n in range(3)]
    found = judged(offers, {0: 0.2, 1: 0.5, 2: 0.4}, 0.1)
    assert [found[pk]["behind"] for pk in range(3)] == pytest.approx([0.3, 0.0, 0.1])
    assert [found[pk]["clear"] for pk in range(3)] == pytest.approx([0.0, 0.1, 0.2])
    assert found[0].keys() == {*FEATURES, "text_probability"}


# Reviews


def no_features(count: int) -> np.ndarray:
    return np.zeros((count, 0))


def test_a_handful_of_reviews_changes_little_and_many_are_followed():
    said = np.array([0.5, 0.5, 0.6])
    features = np.array([[0.1, 3.0], [0.2, 1.0], [0.0, 2.0]])
    few = Recalibration().fit(said, features, np.zeros(3)).predict(said, features)
    assert (few < said).all()
    assert (few > said - 0.2).all()
    chance = np.random.default_rng(7)
    many = chance.uniform(0.05, 0.95, 2000)
    outcomes = (chance.uniform(size=2000) < many / 2).astype(float)  # half as often as was said
    learnt = Recalibration().fit(many, no_features(2000), outcomes).predict(many, no_features(2000))
    assert expected_calibration_error(many, outcomes) > 0.2
    assert expected_calibration_error(learnt, outcomes) < 0.05


def test_where_only_the_first_offer_is_ever_right_reviews_teach_that():
    behind = np.tile(np.linspace(0.0, 0.45, 10), 60)[:, None]
    said, outcomes = np.full(600, 0.4), (behind[:, 0] == 0).astype(float)
    learnt = Recalibration().fit(said, behind, outcomes).predict(said, behind)
    assert brier_skill(learnt, outcomes) > 0.3 > 0 > brier_skill(said, outcomes)
    assert learnt[0] > 0.3 > 0.02 > learnt[9]


def test_a_feature_in_another_unit_teaches_the_same_and_one_that_never_differs_nothing():
    chance = np.random.default_rng(7)
    said, feature = chance.uniform(0.05, 0.95, 300), chance.normal(size=(300, 1))
    outcomes = (chance.uniform(size=300) < said).astype(float)
    same = np.full((300, 1), 7.0)
    plain = Recalibration().fit(said, feature, outcomes).predict(said, feature)
    other = np.hstack([feature * 1000 + 5, same])
    assert Recalibration().fit(said, other, outcomes).predict(said, other) == pytest.approx(plain)


def test_reviews_of_other_needs_move_what_is_said_and_those_of_the_need_itself_do_not():
    chance = np.random.default_rng(7)
    said, needs = chance.uniform(0.05, 0.95, 1000), np.repeat(np.arange(100), 10)
    features = chance.normal(size=(1000, 2))
    outcomes = (chance.uniform(size=1000) < said / 2).astype(float)
    offers = np.tile(np.arange(10), 100)
    taught = after_reviews(said, features, outcomes, needs, offers)
    assert expected_calibration_error(taught, outcomes) < expected_calibration_error(said, outcomes) / 3
    own = needs == 7
    turned = after_reviews(said, features, np.where(own, 1 - outcomes, outcomes), needs, offers)
    assert (turned[own] == taught[own]).all()
    alone = after_reviews(said[:10], features[:10], outcomes[:10], needs[:10], offers[:10])
    assert alone == pytest.approx(said[:10])  # there are no others


def test_what_became_of_an_offer_with_others_moves_what_is_said_of_it_next():
    chance = np.random.default_rng(7)
    quality, offers = np.linspace(0.1, 0.9, 40), np.repeat(np.arange(40), 10)
    outcomes = (chance.uniform(size=400) < quality[offers]).astype(float)
    fitted = Recalibration().fit(np.full(400, 0.5), no_features(400), outcomes, offers)
    *judged, unknown = fitted.predict(np.full(41, 0.5), no_features(41), np.arange(41))
    assert np.corrcoef(judged, quality)[0, 1] > 0.85
    assert min(judged) < 0.4 < 0.6 < max(judged)
    without_offers = Recalibration().fit(np.full(400, 0.5), no_features(400), outcomes)
    assert unknown == pytest.approx(without_offers.predict(np.array([0.5]), no_features(1))[0], abs=0.03)


def test_where_each_offer_is_the_answer_to_one_need_a_former_success_makes_the_next_less_probable():
    offers, needs = np.repeat(np.arange(60), 10), np.tile(np.arange(10), 60)
    outcomes = (needs == offers % 10).astype(float)
    fitted = Recalibration().fit(np.full(600, 0.1), no_features(600), outcomes, offers)
    assert fitted.record_weight_ < 0
    never = Recalibration().fit(np.full(600, 0.1), no_features(600), np.where(offers == 3, 0, outcomes), offers)
    after_one, after_none = (one.predict(np.array([0.1]), no_features(1), [3])[0] for one in (fitted, never))
    assert after_one < after_none


def test_chance_makes_no_record_and_what_is_kept_says_the_same():
    chance = np.random.default_rng(7)
    said, offers = chance.uniform(0.05, 0.95, 400), np.repeat(np.arange(200), 2)
    features = chance.normal(size=(400, len(FEATURES)))
    outcomes = (chance.uniform(size=400) < said).astype(float)
    fitted = Recalibration().fit(said, features, outcomes, offers)
    with_records, without = (fitted.predict(said, features, given) for given in (offers, None))
    assert np.abs(with_records - without).mean() < 0.03
    judged = {
        pk: dict(zip(FEATURES, features[pk], strict=True)) | {"text_probability": said[pk]} for pk in (0, 3, 250)
    }
    again = recalibrated(judged, kept(fitted))
    theirs = fitted.predict(said[list(judged)], features[list(judged)], list(judged))
    assert list(again.values()) == pytest.approx(theirs.tolist(), abs=1e-4)


def test_nothing_learnt_changes_nothing_and_the_order_never_turns():
    said = np.array([0.1, 0.4, 0.9])
    untaught = Recalibration().fit(np.zeros(0), np.zeros((0, 2)), np.zeros(0))
    assert untaught.predict(said, np.ones((3, 2))) == pytest.approx(said)
    up, down = np.linspace(0.01, 0.99, 200), np.linspace(1, 0, 200).round()
    turned = Recalibration(slope_spread=10).fit(up, no_features(200), down)
    assert (np.diff(turned.predict(said, no_features(3))) > 0).all()


def test_certainty_in_either_direction_can_be_learnt_from():
    certain = np.array([0.0, 1.0])
    fitted = Recalibration().fit(certain, no_features(2), certain[::-1])
    assert np.isfinite(fitted.predict(certain, no_features(2))).all()
