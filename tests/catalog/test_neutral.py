"""Taking language, role and register out of vectors, with figures worked out by hand."""

import numpy as np
import pytest

from catalog.neutral import (
    REGISTERS,
    SHARPNESS,
    Space,
    cold_middles,
    middles,
    neutral,
    overall,
    register_span,
    unit,
)
from catalog.priors import needs_by_language, prior

NOTHING = np.zeros((0, 3), np.float32)


def test_what_a_language_shares_is_taken_out():
    found = neutral(np.array([[0.8, 0.6, 0.0]]), np.array([0.8, 0.0, 0.0]), NOTHING)
    assert found.tolist() == [[0.0, 1.0, 0.0]]


def test_registers_are_projected_out_and_the_rest_has_length_one():
    registers = np.array([[0.0, 1.0, 0.0]])
    found = neutral(np.array([[0.6, 0.8, 0.0], [0.0, 0.6, 0.8]]), np.zeros(3), registers)
    assert np.allclose(found, [[1, 0, 0], [0, 0, 1]])


def test_a_vector_that_says_nothing_of_its_own_stays_zero():
    assert not neutral(np.array([[0.5, 0.5, 0.0]]), np.array([0.5, 0.5, 0.0]), NOTHING).any()


def test_few_texts_are_drawn_towards_the_prior_by_hand():
    prior_of = {"": np.array([0.0, 0.0]), "de": np.array([1.0, 0.0])}
    found = middles({"de": (np.array([3.0, 0.0]), 20)}, prior_of, shrink=20)
    # the shift is 20 · (3 - 1) / 40 = 1, so 2 is expected in German, and (20 · 3 + 20 · 2) / 40 = 2.5 is believed
    assert found["de"].tolist() == [2.5, 0.0]
    assert found[""].tolist() == [1.0, 0.0]


def test_without_any_text_the_prior_is_all_there_is():
    sentences = {"": np.array([0.0, 2.0]), "pl": np.array([2.0, 2.0])}
    cold = cold_middles(sentences, offers=np.array([1.0, 0.0]))
    assert cold["pl"].tolist() == [1.5, 1.0]
    assert middles({}, cold, shrink=20)["pl"].tolist() == [1.5, 1.0]
    assert overall({}, np.array([1.0, 2.0]), shrink=20).tolist() == [1.0, 2.0]


def test_many_texts_outweigh_the_prior():
    found = middles({"fr": (np.array([1.0]), 10_000)}, {"": np.array([0.0])}, shrink=20)
    assert found["fr"][0] == pytest.approx(1, abs=1e-4)


def test_a_language_without_texts_follows_what_all_texts_differ_by():
    prior_of = {"": np.array([0.0]), "de": np.array([1.0]), "fr": np.array([2.0])}
    found = middles({"de": (np.array([1.5]), 60)}, prior_of, shrink=20)
    assert found["fr"][0] == pytest.approx(2 + 60 * 0.5 / 80)


def test_the_span_of_registers_holds_what_differs_by_register_only():
    subjects, registers = np.eye(12)[:4], 0.5 * np.eye(12)[4:10]
    told = subjects[:, None] + registers[None]
    span = register_span(told, told)
    assert span.shape == (REGISTERS, 12)
    assert np.allclose(span @ span.T, np.eye(REGISTERS), atol=1e-6)
    assert np.allclose(span[:, :4], 0, atol=1e-6)


def test_rare_pieces_weigh_more_and_silent_ones_nothing():
    space = Space("1.0", 0, {}, NOTHING, np.array([3, 8]), np.array([1, 9]), texts=9)
    weights = space.weights(np.array([3, 8, 0, 5]))
    assert weights[0] == pytest.approx(np.log(10 / 1.5) ** SHARPNESS)
    assert weights[1] == pytest.approx(np.log(10 / 9.5) ** SHARPNESS)
    assert weights[2] == 0
    assert weights[3] == pytest.approx(np.log(10 / 0.5) ** SHARPNESS)


def test_the_projects_sentences_are_the_same_twelve_in_every_language():
    sentences = needs_by_language()
    assert len(sentences) == 28
    assert {len(own) for own in sentences.values()} == {12}


def test_the_prior_brings_the_same_sentence_in_two_languages_together():
    known = prior()
    english, german = known.needs["en"], known.needs["de"]
    assert not np.allclose(english, german, atol=1e-2)
    assert np.allclose(np.linalg.norm(unit(english)), 1)
    assert known.registers.shape == (REGISTERS, len(english))
    assert np.all(np.diff(known.pieces) > 0)
