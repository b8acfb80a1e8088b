"""The sentences of documents with their vectors, encoded once."""

import numpy as np
import pytest

from catalog import sentence_vectors
from catalog.encoding import encoder
from catalog.measuring import current_space
from catalog.models import Need, NeedSentences, OfferSentences
from catalog.sentence_vectors import told
from tests.factories import make_need, make_offer

pytestmark = pytest.mark.django_db
TEXT = "Ceramic membranes keep indigo in the loop. The dryer's waste heat warms the hall."


@pytest.fixture
def asked(monkeypatch) -> list[list[str]]:
    """The sentences that the encoder was asked for, call by call."""
    calls: list[list[str]] = []
    real = encoder()

    class Counting:
        def encode_query(self, texts: list[str]) -> np.ndarray:
            calls.append(list(texts))
            return real.encode_query(texts)

    monkeypatch.setattr(sentence_vectors, "encoder", Counting)
    return calls


def test_the_sentences_of_both_sides_are_encoded_once_and_kept(asked):
    need, offer = make_need(), make_offer(description=TEXT)
    first, again = told([need, offer]), told([need, offer])
    assert len(asked) == 1
    assert all(np.array_equal(one.vectors, other.vectors) for one, other in zip(first, again, strict=True))
    assert [sentence.text for sentence in first[1].sentences] == [offer.title, *split(TEXT)]


def split(text: str) -> list[str]:
    first, second = text.split(". ")
    return [f"{first}.", second]


def test_their_vectors_are_the_encoders_in_the_shared_space_read_as_a_needs():
    (one,) = told([make_offer(title="", description=TEXT, language="en")])
    expected = current_space().place("need", "en", encoder().encode_query(split(TEXT)))
    assert np.allclose(one.vectors, expected, atol=0.01)  # kept as float16


def test_a_changed_text_is_encoded_anew(asked):
    offer = make_offer(description=TEXT)
    told([offer])
    offer.description = "The dryer's waste heat warms the hall."
    offer.save()
    offer.refresh_from_db()
    assert [sentence.text for sentence in told([offer])[0].sentences] == [offer.title, offer.description]
    assert len(asked) == 2
    assert OfferSentences.objects.count() == 1


def test_a_text_that_is_only_tried_out_is_not_kept():
    need = Need(description=TEXT, language="en")
    assert told([need])[0].vectors.shape == (2, encoder().dimension)
    assert not NeedSentences.objects.exists()


def test_a_text_without_sentences_has_no_vectors(asked):
    silent = make_offer(title="?", description="…")
    assert told([silent])[0].vectors.shape == (0, encoder().dimension)
    assert told([]) == []
    assert asked == []
