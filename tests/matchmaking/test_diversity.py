"""Which offers are proposed: few of one provider, no text twice, and perhaps those seen less."""

import numpy as np
import pytest

from matchmaking.diversity import Chosen, Facts, almost_same, gini, pulled, spread, varied


def facts(provider: int, words: str = "", *, at: int | None = None, seen: int = 0) -> Facts:
    """An offer at its own place, with the letters as its terms."""
    place = np.eye(40, dtype=np.float32)[provider if at is None else at]
    return Facts(provider, place, frozenset(map(ord, words)), seen)


def chosen(offers: dict[int, Facts], top: int = 10, limit: int = 2, pull: float = 0.0) -> list[int]:
    """Best first in the order given."""
    scores = {pk: 1.0 - 0.01 * rank for rank, pk in enumerate(offers)}
    return [one.pk for one in varied(scores, offers, top, limit=limit, pull=pull)]


def test_of_one_provider_no_more_are_proposed_than_is_set():
    offers = {1: facts(7, "abc"), 2: facts(7, "def"), 3: facts(7, "ghi"), 4: facts(8, "jkl")}
    assert chosen(offers) == [1, 2, 4]
    assert chosen(offers, limit=1) == [1, 4]
    assert chosen(offers, limit=3) == [1, 2, 3, 4]


def test_a_place_freed_by_the_limit_goes_to_the_next_provider():
    offers = {pk: facts(7, chr(97 + pk)) for pk in range(5)} | {9: facts(8, "z")}
    assert chosen(offers, top=3) == [0, 1, 9]


def test_of_almost_the_same_texts_the_best_is_proposed_and_names_the_others():
    offers = {1: facts(1, "abcdefghij"), 2: facts(2, "zyx"), 3: facts(3, "abcdefghik", at=1)}
    found = varied({1: 0.5, 2: 0.6, 3: 0.4}, offers, 10, limit=2, pull=0.0)
    assert found == [Chosen(2), Chosen(1, [3])]
    assert varied({1: 0.5, 2: 0.6, 3: 0.4}, offers, 1, limit=2, pull=0.0) == [Chosen(2)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (facts(1, "abcdefghij"), facts(1, "abcdefghij"), True),
        (facts(1, "abcdefghij"), facts(1, "abcdefghik"), True),  # 9 of 11 terms
        (facts(1, "abcdefghij"), facts(1, "abcdefgkl"), False),
        (facts(1, "abcdefghij"), facts(2, "abcdefghij"), False),  # the same words, another meaning
        (facts(1, ""), facts(1, ""), False),  # texts without terms are not known to be the same
    ],
)
def test_almost_the_same_means_words_and_meaning(one: Facts, other: Facts, same: bool):
    assert almost_same(one, other) is same


def test_without_a_pull_the_order_is_that_of_the_scores():
    scores = {1: 0.5, 2: 0.5, 3: 0.7}
    assert pulled(scores, {1: 9, 2: 9, 3: 900}, 0.0) == [3, 1, 2]


def test_the_pull_lets_a_provider_seen_less_pass_where_the_scores_are_close():
    scores = {1: 0.50, 2: 0.49, 3: 0.30}
    seen = {1: 90, 2: 0, 3: 0}
    assert pulled(scores, seen, 0.05) == [2, 1, 3]
    assert pulled(scores, seen, 0.005) == [1, 2, 3]


def test_the_pull_takes_no_more_than_it_says():
    assert pulled({1: 0.50, 2: 0.39}, {1: 10**9, 2: 0}, 0.1) == [1, 2]


def test_the_list_does_not_depend_on_the_order_of_the_offers():
    offers = {1: facts(1, "ab"), 2: facts(2, "cd"), 3: facts(1, "ef"), 4: facts(1, "gh")}
    scores = {1: 0.5, 2: 0.5, 3: 0.4, 4: 0.4}
    back = dict(reversed(scores.items()))
    assert varied(scores, offers, 3, limit=2, pull=0.1) == varied(back, offers, 3, limit=2, pull=0.1)


# How evenly a ranking spreads


def test_a_ranking_that_shows_everything_equally_often_is_even():
    assert spread([[1, 2], [3, 4], [5, 1], [2, 3], [4, 5]], 5) == {"coverage": 1.0, "long_tail": 0.8, "gini": 0.0}


def test_a_ranking_that_shows_one_document_only_is_as_uneven_as_can_be():
    found = spread([[1]] * 9, 10)
    assert found == {"coverage": 0.1, "long_tail": 0.0, "gini": pytest.approx(0.9)}


def test_where_nothing_is_shown_there_is_nothing_to_spread():
    assert spread([], 10) == {"coverage": 0.0, "long_tail": 0.0, "gini": 0.0}
    assert gini([]) == gini([0, 0]) == 0.0


def test_the_gini_coefficient_by_hand():
    assert gini([1, 3]) == pytest.approx(0.25)
    assert gini([3, 1]) == pytest.approx(0.25)
