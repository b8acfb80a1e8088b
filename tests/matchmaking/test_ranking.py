"""From candidates to a ranking with reasons."""

from dataclasses import replace

import numpy as np
import pytest
from django.utils.translation import override

from matchmaking import ranking
from matchmaking.fit import MOST_AGAINST, Side, judge
from matchmaking.ranking import Candidate, Ranked, rank, reasons, score, with_learnt
from matchmaking.reasons import WORDS, sentence

GERMAN = Side(language="de", country="DE", ecosystems=frozenset({"textiles"}))


def test_equal_scores_are_ordered_the_same_way_every_time():
    candidates = [Candidate(pk, 0.8, 1.0) for pk in (3, 1, 2)]
    assert [one.pk for one in rank(candidates, dict.fromkeys((1, 2, 3), 0.5), GERMAN, {})] == [1, 2, 3]
    assert ranking.best({3: 1.0, 1: 1.0, 2: 2.0}) == [2, 1, 3]


def test_fit_decides_between_offers_whose_texts_score_alike():
    candidates = [Candidate(1, 0.85, 3.0), Candidate(2, 0.85, 3.0)]
    offers = {1: Side(ecosystems=frozenset({"health"})), 2: Side(ecosystems=frozenset({"textiles"}))}
    assert [one.pk for one in rank(candidates, {1: 0.85, 2: 0.85}, GERMAN, offers)] == [2, 1]


def test_wishes_move_a_score_by_their_log_odds_and_no_further():
    (plain,) = rank([Candidate(1, 0.5, 0.1)], {1: 0.3}, GERMAN, {})
    excluded = Side(country="DE", countries=frozenset({"FR"}))
    (moved,) = rank([Candidate(1, 0.5, 0.1)], {1: 0.3}, GERMAN, {1: excluded})
    assert plain.score == 0.3
    assert moved.score == pytest.approx(0.3 + moved.components["wishes"] / ranking.LOG_ODDS)
    assert -MOST_AGAINST <= moved.components["wishes"] < -1


def test_every_part_of_a_score_is_kept():
    candidate = Candidate(1, 0.6, 0.2, grams=0.3, agreement=0.5, answered=0.4, token_hub=0.45)
    offer = Side(country="DE")
    (one,) = rank([candidate], {1: 1.0}, GERMAN, {1: offer})
    parts = {"meaning": 0.6, "words": 0.2, "grams": 0.3, "agreement": 0.5, "answered": 0.4}
    hubs = {"token_hub": 0.45, "meaning_hub": 0.0, "glossary": 0.0}
    assert one.components == parts | hubs | {"text_score": 1.0} | judge(GERMAN, offer).components()
    assert one.components["wish_nearness"] == 0.6


def places(*directions: int) -> np.ndarray:
    return np.eye(4, dtype=np.float32)[list(directions)]


def test_a_score_by_hand():
    candidate = Candidate(1, 0.5, 0.1, grams=0.2, agreement=0.4, answered=0.3, token_hub=0.2)
    plain = 0.4 + 0.14 * 0.3 + 0.18 * 0.5 + 0.6 * 0.1 + 0.5 * 0.2
    assert score([candidate], places(0), trust=1.0) == {1: pytest.approx(plain - 0.45 * 0.2)}
    assert score([candidate], places(0), trust=0.4) == {1: pytest.approx(plain - 0.4 * 0.45 * 0.2)}


def test_what_was_learnt_moves_each_pair_by_its_own_parts_and_leaves_the_score_of_the_texts():
    near, other = Candidate(1, 0.5, 0.1, grams=0.2), Candidate(2, 0.4, 0.1, grams=0.1)
    plain = score([near, other], places(0, 1), trust=1.0)
    learnt = {"meaning": 0.1, "grams": -0.2, "wish_budget": 1.0}
    moved = with_learnt([near, other], plain, learnt)
    assert moved[1] == pytest.approx(plain[1] + 0.1 * 0.5 - 0.2 * 0.2)
    (one,) = rank([near], plain, GERMAN, {}, learnt)
    assert one.score == pytest.approx(moved[1])
    assert one.components["learnt"] == pytest.approx(moved[1] - plain[1])
    assert one.components["text_score"] == plain[1]


def test_of_two_offers_as_near_the_one_that_is_near_to_every_need_comes_last():
    hub = Candidate(1, 0.5, 0.1, agreement=0.5, meaning_hub=0.5, token_hub=0.5)
    telling = Candidate(2, 0.5, 0.1, agreement=0.5, meaning_hub=0.1, token_hub=0.3)
    assert ranking.best(score([hub, telling], places(0, 1), trust=1.0)) == [2, 1]


def test_a_candidate_lends_half_of_its_score_to_one_just_like_it():
    good, alike, other = Candidate(1, 1.0, 1.0), Candidate(2, 0.0, 0.0), Candidate(3, 0.0, 0.0)
    found = score([good, alike, other], places(0, 0, 1), trust=1.0)
    assert found == {1: pytest.approx(0.78), 2: pytest.approx(0.39), 3: pytest.approx(0.0)}


def test_scores_do_not_depend_on_the_order_of_candidates():
    candidates = [Candidate(pk, 0.1 * pk, 0.05 * pk, agreement=0.03 * pk) for pk in (1, 2, 3, 4)]
    forth = score(candidates, places(0, 1, 0, 2), trust=1.0)
    back = score(candidates[::-1], places(2, 0, 1, 0), trust=1.0)
    assert forth == pytest.approx(back)


def every_reason() -> list[dict]:
    everything = {
        "country": "DE",
        "region": "DE30",
        "languages": frozenset({"de", "en"}),
        "kinds": frozenset({"sme_10"}),
        "ecosystems": frozenset({"health", "digital"}),
        "stage": "market",
        "band": "under_5k",
        "partnership_types": frozenset({"commercial"}),
        "partner_kinds": frozenset({"sme_10"}),
        "countries": frozenset({"DE"}),
    }
    need, offer = Side(language="de", days=400, **everything), Side(language="pl", **everything)
    across = reasons_of(need, offer, ["EN 1090", "316L"])
    return (
        across
        + reasons_of(need, need)
        + [
            *reasons_of(need, replace(need, region="")),
            *reasons_of(need, replace(need, region="", country="PL")),
            *reasons_of(
                replace(need, band="under_5k"),
                replace(offer, country="FR", kinds=frozenset({"university"}), band="over_100k", stage="concept"),
            ),
        ]
    )


def reasons_of(need: Side, offer: Side, shared: tuple[str, ...] | list[str] = ()) -> list[dict]:
    return reasons(need, offer, Ranked(1, 1.0, {"meaning": 0.9} | judge(need, offer).components()), shared)


def test_reasons_come_strongest_first():
    need = Side(language="de", country="DE", ecosystems=frozenset({"health"}), stage="market")
    weights = [reason["weight"] for reason in reasons_of(need, need, ["one", "two"])]
    assert weights[0] == 0.9
    assert weights == sorted(weights, reverse=True)


def test_every_reason_there_can_be_has_a_sentence():
    assert {reason["code"] for reason in every_reason()} == WORDS.keys()
    for reason in every_reason():
        assert sentence(reason).endswith(".")


def test_a_reason_names_what_it_is_about():
    words = [sentence(reason) for reason in every_reason()]
    assert "Both use the words “EN 1090” and “316L”." in words
    assert "The texts resemble each other in meaning, across languages (German and Polish)." in words
    assert "The cost to start with is within the budget: under €5,000." in words


def test_languages_are_named_in_that_of_the_reader():
    with override("fr"):
        words = [sentence(reason) for reason in every_reason()]
    assert any("(allemand et polonais)" in reason for reason in words)


def test_a_wish_that_is_met_in_part_is_no_reason_and_one_that_is_not_speaks_against():
    need, offer = Side(stage="market", band="under_5k"), Side(stage="lab_tested", band="25k_100k")
    assert [reason["code"] for reason in reasons_of(need, offer)] == ["meaning", "budget_not", "stage_not"]
    assert [reason["code"] for reason in reasons_of(need, Side(stage="demonstration"))] == ["meaning"]
