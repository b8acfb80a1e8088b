"""The plain texts written in every language: a line that lacks one, or says a thing twice, would bend the maps."""

import json
import unicodedata
from collections import Counter

import pytest

from catalog.aligning import FILES
from catalog.language import LANGUAGES
from catalog.remembering import TEXTS
from catalog.vocabulary_files import FOLDER

WORDS = [json.loads(line) for name in FILES for line in (TEXTS / name).read_text(encoding="utf-8").splitlines()]
SCRIPTS = {"bg": "CYRILLIC", "el": "GREEK"}


def vocabulary_labels() -> set[str]:
    lines = (line for file in FOLDER.glob("*.jsonl") for line in file.read_text(encoding="utf-8").splitlines())
    return {json.loads(line)["label"]["en"].casefold() for line in lines}


def test_every_line_has_all_languages_and_nothing_else():
    assert len(WORDS) >= 1400
    assert [words["en"] for words in WORDS if set(words) != set(LANGUAGES)] == []


def test_no_text_is_empty_or_untidy():
    untidy = [text for words in WORDS for text in words.values() if not text or text != " ".join(text.split())]
    assert untidy == []


def test_no_english_text_is_said_twice():
    counts = Counter(words["en"].casefold() for words in WORDS)
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_label_of_the_vocabulary_is_repeated():
    labels = vocabulary_labels()
    assert len(labels) > 500
    assert [words["en"] for words in WORDS if words["en"].casefold() in labels] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_written_in_its_own_letters(language: str):
    script = SCRIPTS.get(language, "LATIN")
    letters = {letter for words in WORDS for letter in words[language] if letter.isalpha()}
    assert sorted(letter for letter in letters if not unicodedata.name(letter).startswith(script)) == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_few_texts_are_the_english_ones(language: str):
    same = [words["en"] for words in WORDS if words[language] == words["en"]]
    assert len(same) < len(WORDS) / 20
