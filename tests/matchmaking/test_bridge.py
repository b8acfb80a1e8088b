"""The sentences that speak to each other."""

import numpy as np
import pytest

from catalog.sentences import SENTENCES, Sentence, sentences, split
from matchmaking.bridge import PAIRS, pairs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Wir brauchen z. B. Holz. Am 3. Oktober ist Schluss!",
            ["Wir brauchen z. B. Holz.", "Am 3. Oktober ist Schluss!"],
        ),
        ("It costs ca. 5 euro a day. We pay.\nA new line here", ["It costs ca. 5 euro a day.", "A new line here"]),
        ("Търсим решение бързо. Имаме проблем с водата.", ["Търсим решение бързо.", "Имаме проблем с водата."]),
        ('He said "It smells." Nobody listened to him…', ['He said "It smells."', "Nobody listened to him…"]),
        ("IEC 61850. One gateway too many? Certainly!", ["IEC 61850. One gateway too many?"]),
        ("", []),
    ],
)
def test_a_text_is_split_where_a_reader_would(text: str, expected: list[str]):
    assert split(text) == expected
    assert all(part in text for part in split(text))


def test_sentences_know_their_field_and_stand_only_once():
    fields = {
        "title": "We waste too much dough",
        "description": "We waste too much dough\nEvery evening it is thrown away.",
    }
    assert sentences(fields) == [
        Sentence("title", "We waste too much dough"),
        Sentence("description", "Every evening it is thrown away."),
    ]


def test_a_very_long_text_costs_no_more_than_its_first_sentences():
    assert len(sentences({"description": "\n".join(f"This is sentence number {n}" for n in range(500))})) == SENTENCES


def described(*texts: str) -> list[Sentence]:
    return [Sentence("description", text) for text in texts]


def test_the_best_pairs_come_first_and_no_sentence_twice():
    need, offer = described("a" * 200, "b" * 200), described("x" * 200, "y" * 200)
    found = pairs(need, offer, np.array([[0.9, 0.3], [0.2, 0.7]]))
    assert [(pair["need"][0] + pair["offer"][0], pair["score"]) for pair in found] == [("ax", 0.9), ("by", 0.7)]
    assert found[1]["need_field"] == found[1]["offer_field"] == "description"


def test_a_sentence_that_is_near_to_everything_gives_way_to_one_that_answers():
    need, offer = described("a" * 50, "b" * 50), described("x" * 50, "y" * 50)
    assert pairs(need, offer, np.array([[0.6, 0.6], [0.1, 0.55]]))[0]["need"].startswith("b")


def test_of_two_equally_near_sentences_the_one_that_says_more_comes_first():
    found = pairs(described("We need help here."), described("Of course.", "x" * 90), np.array([[0.5, 0.5]]))
    assert found[0]["offer"] == "x" * 90


def test_titles_and_what_a_provider_expects_of_customers_are_no_evidence():
    offer = [Sentence("title", "x" * 50), Sentence("partner_role", "y" * 50), Sentence("summary", "z" * 50)]
    (pair,) = pairs(described("a" * 50), offer, np.array([[0.9, 0.9, 0.3]]))
    assert pair["offer_field"] == "summary"


def test_a_text_that_is_nothing_but_a_title_shows_it():
    (pair,) = pairs(described("a" * 50), [Sentence("title", "x" * 50)], np.array([[0.9]]))
    assert pair["offer_field"] == "title"


def test_at_most_five_pairs_and_none_of_sentences_that_have_nothing_to_say_to_each_other():
    many = described(*(f"{n} is a sentence of a usual length, which may say something or other" for n in range(9)))
    assert len(pairs(many, many, np.eye(9))) == PAIRS
    assert pairs(many, many, np.zeros((9, 9))) == []
    assert pairs([], many, np.zeros((0, 9))) == []


def test_a_weak_pair_is_shown_only_where_there_is_no_better():
    need = described("a" * 50, "b" * 50)
    (only,) = pairs(need, described("x" * 50, "y" * 50), np.array([[0.9, 0.1], [0.1, 0.15]]))
    assert only["score"] == 0.9
    assert len(pairs(need, described("Well, then."), np.array([[0.12], [0.11]]))) == 1
