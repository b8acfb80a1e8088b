"""The names of the platform's own vocabulary: written with care, and checked by the encoder."""

import random
from collections import Counter

import numpy as np
import pytest

from catalog import vocabulary_files
from catalog.encoding import encoder
from catalog.language import LANGUAGES
from catalog.translation_check import (
    MARGIN,
    Miss,
    caught_swaps,
    least_share,
    read_misses,
    scores,
    superfluous,
    unlisted,
)
from catalog.translations import checked, margins_of, preferred, read, vectors_of
from catalog.vocabulary_files import entries

CONCEPTS = list(entries())
OTHERS = [language for language in LANGUAGES if language != "en"]
SWAPS = 50
LEAST_CAUGHT = 0.9


def same_on_purpose() -> set[tuple[str, str]]:
    """Concept and language of the names that equal the English one, each with a reason."""
    lines = [line for path in vocabulary_files.FOLDER.glob("*.same.txt") for line in path.read_text().splitlines()]
    rows = [line.split("\t") for line in lines if line.strip()]
    assert all(len(row) == 3 and row[2].strip() for row in rows)
    return {(row[0], row[1]) for row in rows}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_concept_has_one_name_of_its_own_in_every_language(language):
    names = [name.strip().casefold() for name in preferred(language, CONCEPTS)]
    assert len(names) == len(CONCEPTS) >= 300
    assert all(names)
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_name_was_left_in_english_without_a_reason(language):
    pairs = zip(CONCEPTS, preferred(language, CONCEPTS), preferred("en", CONCEPTS), strict=True)
    english = {entry.identifier for entry, name, in_english in pairs if name.casefold() == in_english.casefold()}
    assert english <= {concept for concept, code in same_on_purpose() if code == language}


def test_adopters_and_experts_have_words_of_their_own_in_six_languages():
    for entry in CONCEPTS:
        said = {(name.language, name.kind) for name in entry.names}
        assert {(language, kind) for language in ("en", "de", "fr", "es", "it", "pl") for kind in ("lay",)} <= said


# The check itself, on made-up names


def made_up(count=60, noise=0.3):
    random_ = np.random.default_rng(1)
    english = random_.normal(size=(count, 48))
    return english, english + noise * random_.normal(size=(count, 48)) + 3.0  # a language's own direction


def test_names_that_mean_the_same_pass_whatever_direction_their_language_has():
    english, names = made_up()
    assert scores(names, english).share == 1


def test_a_swap_is_caught_and_no_swap_is_not():
    english, names = made_up()
    assert caught_swaps(names, english, [(3, 40), (5, 6)]) == 2
    assert caught_swaps(names, english, [(3, 3)]) == 0


def test_the_file_of_misses_may_neither_lack_nor_have_too_much():
    margins = {("a", "de"): -1.0, ("b", "de"): 1.0, ("c", "de"): MARGIN / 2}
    rows = [Miss(concept, "de", "", "", "") for concept in ("b", "c", "gone")]
    assert unlisted(margins, rows) == [("a", "de")]
    assert superfluous(margins, rows) == [("b", "de"), ("gone", "de")]


def test_every_miss_has_a_reason_and_is_of_a_name_that_is_still_there():
    names = {language: dict(zip([e.identifier for e in CONCEPTS], preferred(language, CONCEPTS), strict=True))
             for language in OTHERS}  # fmt: skip
    for miss in read_misses():
        assert miss.why
        assert names[miss.language][miss.concept] == miss.name


# With the encoder


def some_pairs(seed):
    chosen = random.Random(seed).sample(range(len(CONCEPTS)), 2 * SWAPS)
    return list(zip(chosen[::2], chosen[1::2], strict=True))


@pytest.mark.long
@pytest.mark.parametrize("language", [random.Random(7).choice(("de", "fr", "es", "it", "pl"))])
def test_names_of_one_language_mean_what_the_english_ones_do_and_swaps_are_caught(language):
    english = vectors_of("en", CONCEPTS)
    names = encoder().encode_query(preferred(language, CONCEPTS))
    assert scores(names, english).share >= least_share(language)
    assert caught_swaps(names, english, some_pairs(language)[:10]) >= 9


@pytest.mark.long
def test_names_in_all_languages_mean_what_the_english_ones_do_and_planted_swaps_are_caught():
    vectors = read()
    found = checked(vectors)
    assert {language: one.share for language, one in found.items() if one.share < least_share(language)} == {}
    margins, listed = margins_of(found), read_misses()
    assert unlisted(margins, listed) == []
    assert superfluous(margins, listed) == []
    pairs = some_pairs("swaps")
    swapped = {language: pairs[position :: len(OTHERS)] for position, language in enumerate(OTHERS)}
    caught = sum(caught_swaps(vectors[language], vectors["en"], own) for language, own in swapped.items())
    assert caught >= LEAST_CAUGHT * SWAPS
