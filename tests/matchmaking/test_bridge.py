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


def test_the_best_pairs_come_first_and_no_sentence_twice():
    need = [Sentence("title", "a"), Sentence("description", "b")]
    offer = [Sentence("title", "x"), Sentence("description", "y")]
    found = pairs(need, offer, np.array([[0.9, 0.8], [0.7, 0.1]]))
    assert [(pair["need"], pair["offer"], pair["score"]) for pair in found] == [("a", "x", 0.9), ("b", "y", 0.1)]
    assert found[1]["need_field"] == found[1]["offer_field"] == "description"


def test_at_most_five_pairs_and_none_of_sentences_that_have_nothing_to_say_to_each_other():
    many = [Sentence("description", str(n)) for n in range(9)]
    assert len(pairs(many, many, np.eye(9))) == PAIRS
    assert pairs(many, many, np.zeros((9, 9))) == []
    assert pairs([], many, np.zeros((0, 9))) == []
