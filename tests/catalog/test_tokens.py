"""Texts compared piece by piece, with figures worked out by hand."""

import numpy as np
import pytest

from catalog.tokens import KEPT, Query, Shelf, agreement, from_bytes, in_context, most_telling, pack, to_bytes, unit

E = np.eye(3, dtype=np.float32)


def shelf(*texts: list) -> Shelf:
    return Shelf.of([pack(np.array(text, np.float32)) for text in texts], [np.ones(len(text)) for text in texts])


def test_agreement_by_hand():
    need = Query(E[0], np.stack([E[0], E[1]]), np.array([3.0, 1.0]))
    offers = shelf([E[0]], [E[1], E[2]], [unit(np.array([1.0, 1.0, 0.0]))])
    met, answered = agreement(need, offers)
    half = 0.5**0.75  # a cosine of √½, to the power of 1.5
    assert met == pytest.approx([0.75, 0.25, half], abs=1e-3)
    assert answered == pytest.approx([1.0, 0.5, half], abs=1e-3)


def test_a_need_of_silent_pieces_only_is_compared_all_the_same():
    met, _answered = agreement(Query(E[0], np.stack([E[0], E[1]]), np.zeros(2)), shelf([E[0]]))
    assert met == pytest.approx([0.5], abs=1e-3)


def test_opposite_pieces_are_no_agreement_and_no_penalty():
    met, answered = agreement(Query(E[0], E[:1], np.ones(1)), shelf([-E[0]]))
    assert (met[0], answered[0]) == (0, 0)


def test_neighbours_make_a_phrase():
    mixed = in_context(E)
    assert np.allclose(mixed[1], unit(np.array([0.3, 1.0, 0.3])))
    assert np.allclose(mixed[0], unit(np.array([1.0, 0.3, 0.0])))
    assert np.allclose(in_context(E[:1]), E[:1])


def test_the_most_telling_pieces_are_kept_in_reading_order():
    weights = np.array([0.0, 2.0, 1.0] * 40)
    kept = most_telling(weights)
    assert len(kept) == KEPT
    assert np.all(np.diff(kept) > 0)
    assert set(np.flatnonzero(weights == 2)) <= set(kept)
    assert not np.any(weights[kept] == 0)


def test_packing_loses_half_a_step_at_most_and_survives_being_stored():
    vectors = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    packed = pack(vectors)
    again = from_bytes(to_bytes(packed), 3)
    assert np.array_equal(again.numbers, packed.numbers)
    error = np.abs(again.unpacked() - vectors)
    assert np.all(error <= 0.5 * packed.scales[:, None] + 1e-6)
    assert not pack(np.zeros((2, 3), np.float32)).unpacked().any()
