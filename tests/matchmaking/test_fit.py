"""The wishes of both sides, judged one by one and taken together."""

from dataclasses import replace
from math import log

import pytest

from matchmaking.fit import MOST_AGAINST, MOST_FOR, Side, both, direction, judge

NEED = Side(
    country="DE",
    kinds=frozenset({"sme_10"}),
    ecosystems=frozenset({"textiles"}),
    stage="demonstration",
    band="25k_100k",
    days=365,
    partnership_types=frozenset({"supplier"}),
    partner_kinds=frozenset({"sme_49"}),
    countries=frozenset({"DE", "FR"}),
)
OFFER = Side(
    country="FR",
    kinds=frozenset({"sme_49"}),
    ecosystems=frozenset({"textiles", "health"}),
    stage="market",
    band="5k_25k",
    partnership_types=frozenset({"supplier", "outsourcing"}),
    partner_kinds=frozenset({"sme_10"}),
    countries=frozenset({"DE"}),
)


@pytest.mark.parametrize(
    ("need", "offer", "expected"),
    [
        (Side(), Side(), {}),
        (Side(ecosystems=frozenset("a")), Side(), {}),
        (Side(ecosystems=frozenset("ab")), Side(ecosystems=frozenset("bc")), {"ecosystem": 1.0}),
        (Side(ecosystems=frozenset("a")), Side(ecosystems=frozenset("b")), {"ecosystem": -1.0}),
        (Side(stage="lab_tested"), Side(stage="market"), {"stage": 1.0}),
        (Side(stage="demonstration"), Side(stage="lab_tested"), {"stage": -0.25}),
        (Side(stage="lab_tested"), Side(stage="development"), {"stage": 0.5}),
        (Side(stage="market"), Side(stage="concept"), {"stage": -1.0}),
        (Side(band="25k_100k"), Side(band="under_5k"), {"budget": 1.0}),
        (Side(band="under_5k"), Side(band="5k_25k"), {"budget": 0.0}),
        (Side(band="under_5k"), Side(band="over_100k"), {"budget": -1.0}),
        (Side(band="under_5k"), Side(band="on_request"), {}),
        (Side(days=200), Side(stage="market"), {"deadline": 1.0}),
        (Side(days=200), Side(stage="concept"), {"deadline": -1.0}),
        (Side(days=450), Side(stage="lab_tested"), {"deadline": pytest.approx(0.6)}),
        (Side(days=-3), Side(stage="market"), {"deadline": -1.0}),
        (Side(languages=frozenset({"de"})), Side(languages=frozenset({"de", "fr"})), {"language": 1.0}),
        (Side(languages=frozenset({"de"})), Side(languages=frozenset({"fr"})), {"language": -0.5}),
        (Side(country="DE", region="DE6"), Side(country="DE", region="DE6"), {"nearness": 1.0}),
        (Side(country="DE"), Side(country="DE"), {"nearness": 0.6}),
        (Side(country="DE"), Side(country="FR"), {"nearness": 0.2}),
        (Side(country="DE"), Side(country="PT"), {"nearness": -0.2}),
        (Side(partner_kinds=frozenset({"university"})), Side(kinds=frozenset({"university"})), {"kind": 1.0}),
        (Side(kinds=frozenset({"sme_10"})), Side(partner_kinds=frozenset({"big_company"})), {"kind": -1.0}),
    ],
)
def test_wishes_are_judged_where_both_sides_said_something(need: Side, offer: Side, expected: dict):
    assert judge(need, offer).worst == expected


def test_a_wish_that_one_side_denies_is_not_met():
    fit = judge(Side(country="PL", countries=frozenset({"DE"})), Side(country="DE", countries=frozenset({"AT"})))
    assert (fit.need["country"], fit.offer["country"], fit.worst["country"]) == (1.0, -1.0, -1.0)


def test_what_nobody_said_is_neither_for_nor_against():
    assert judge(Side(), Side()).components() == {"need_met": 0.5, "offer_met": 0.5, "wishes": 0.0}


def test_one_weak_side_pulls_the_whole_down():
    assert both(0.9, 0.1) < both(0.5, 0.5) == 0.5
    glad, refused = judge(NEED, OFFER), judge(NEED, replace(OFFER, countries=frozenset({"AT"})))
    assert refused.components()["need_met"] == glad.components()["need_met"] > 0.8
    assert refused.lean() < 0 < glad.lean()


@pytest.mark.parametrize("unmet", [{"countries": frozenset({"AT"})}, {"partner_kinds": frozenset({"big_company"})}])
def test_who_excludes_the_other_side_at_least_halves_the_odds_whatever_else_fits(unmet: dict):
    assert judge(NEED, replace(OFFER, **unmet)).lean() < -log(2)


def test_no_wish_moves_the_odds_further_than_the_bounds():
    against = Side(country="PT", kinds=frozenset({"university"}), ecosystems=frozenset({"digital"}), stage="concept",
                   band="over_100k", partner_kinds=frozenset({"other"}), countries=frozenset({"PT"}))  # fmt: skip
    assert -MOST_AGAINST <= judge(NEED, against).lean() < -1.5
    assert 0.3 < judge(NEED, OFFER).lean() <= MOST_FOR
    assert judge(NEED, OFFER).lean({"wish_budget": 50.0}) == MOST_FOR
    assert judge(NEED, against).lean({"wish_stage": 50.0}) == -MOST_AGAINST


@pytest.mark.parametrize("name", ["country", "budget", "kind", "stage", "deadline", "ecosystem", "partnership"])
def test_meeting_a_wish_never_lowers_a_direction(name: str):
    wishes = judge(NEED, OFFER).need
    weights = dict.fromkeys(wishes, 1.0)
    steps = [direction({**wishes, name: value}, weights) for value in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    assert steps == sorted(steps)
    assert steps[0] < steps[-1]


def test_what_was_learnt_adds_to_the_wishes_it_is_about_and_to_no_other():
    fit = judge(NEED, replace(OFFER, band="over_100k"))
    assert fit.worst["budget"] == 0.0
    assert fit.lean({"wish_budget": 0.4}) == fit.lean()
    assert fit.lean({"wish_ecosystem": 0.1}) == pytest.approx(fit.lean() + 0.1)
