"""Remembering the vectors of sentences."""

import numpy as np
import pytest
from django.core.cache import cache

from catalog.encoding import encoder
from catalog.sentence_vectors import sentence_vectors

SENTENCES = ["Ceramic membranes keep indigo in the loop.", "The dryer's waste heat warms the hall."]


@pytest.fixture
def counted(monkeypatch) -> list[list[str]]:
    """The sentences that the encoder was asked for, call by call."""
    asked: list[list[str]] = []
    real = encoder()

    class Counting:
        def encode_query(self, texts: list[str]) -> np.ndarray:
            asked.append(list(texts))
            return real.encode_query(texts)

    monkeypatch.setattr("catalog.sentence_vectors.encoder", Counting)
    cache.clear()
    return asked


def test_a_sentence_is_encoded_once_and_its_vector_is_that_of_the_encoder(counted):
    first = sentence_vectors([SENTENCES[0], SENTENCES[0]])
    again = sentence_vectors(SENTENCES)
    assert counted == [[SENTENCES[0]], [SENTENCES[1]]]
    assert np.array_equal(first[0], again[0])
    assert np.allclose(again, encoder().encode_query(SENTENCES), atol=1e-3)


def test_no_sentences_give_no_rows(counted):
    assert sentence_vectors([]).shape == (0, encoder().dimension)
    assert counted == []


def test_the_cache_does_not_hold_the_text(monkeypatch):
    kept = {}

    class Spy:
        get_many = staticmethod(lambda keys: {})
        set_many = staticmethod(lambda values, timeout: kept.update(values))

    monkeypatch.setattr("catalog.sentence_vectors.cache", Spy)
    sentence_vectors(SENTENCES[:1])
    assert kept
    assert not any("membranes" in key or b"membranes" in value for key, value in kept.items())
