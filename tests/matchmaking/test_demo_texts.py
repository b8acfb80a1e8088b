"""What the demo has to hold: enough of everything, and judgements that words or one language alone do not win."""

import json

import pytest

from catalog.codes import Ecosystem
from catalog.models.document import TEXT_FIELDS
from catalog.words import shared_words, telling_words
from matchmaking.demo.evidence import HALVES, HERE

LANGUAGES = {"de", "en", "es", "fr", "it", "nl", "pl", "pt"}
FITS = ("2", "3")


def rows(name: str) -> dict[str, dict]:
    lines = [line for half in HALVES for line in (HERE / f"{name}-{half}.jsonl").read_text().splitlines()]
    return {row["key"]: row for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def needs() -> dict[str, dict]:
    return rows("needs")


@pytest.fixture(scope="module")
def offers() -> dict[str, dict]:
    return rows("offers")


@pytest.fixture(scope="module")
def judgements() -> list[list[str]]:
    """[need, offer, grade]"""
    return [line.split("\t") for half in HALVES for line in (HERE / f"qrels-{half}.tsv").read_text().splitlines()]


def test_there_are_enough_texts_of_all_sectors_and_languages(needs, offers):
    organisations = rows("organisations").values()
    assert len(organisations) >= 60
    assert len(offers) >= 120
    assert len(needs) >= 60
    for texts in (needs, offers):
        assert {row["language"] for row in texts.values()} >= LANGUAGES
        assert {name for row in texts.values() for name in row["ecosystems"]} == set(Ecosystem.values)
    assert len({slug for row in organisations for slug in row["clusters"]}) == 3


def test_enough_pairs_fit_and_enough_needs_find_nothing(needs, offers, judgements):
    pairs = [(need, offer) for need, offer, grade in judgements if grade in FITS]
    nothing = {need for need, offer, _grade in judgements if offer == "none"}
    assert len(pairs) >= 40
    assert len(nothing) >= 15
    assert {need for need, _offer in pairs} | nothing <= needs.keys()
    assert {offer for _need, offer in pairs} <= offers.keys()
    assert not nothing & {need for need, _offer in pairs}


def test_half_of_the_pairs_cross_languages_and_half_share_no_content_word(needs, offers, judgements):
    pairs = [(needs[need], offers[offer]) for need, offer, grade in judgements if grade in FITS]
    assert sum(need["language"] != offer["language"] for need, offer in pairs) * 2 >= len(pairs)
    assert sum(not content_words_in_common(need, offer) for need, offer in pairs) * 2 >= len(pairs)


def content_words_in_common(need: dict, offer: dict) -> set[str]:
    """Equal stems, and words that are spelt alike in two languages; no numbers."""
    texts = [" ".join(row.get(name, "") for name in TEXT_FIELDS) for row in (need, offer)]
    (one, other), (here, there) = texts, (need["language"], offer["language"])
    alike = set(telling_words(one, here)) & set(telling_words(other, there))
    return set(shared_words(one, here, other, there).values()) | {word for word in alike if word.isalpha()}
