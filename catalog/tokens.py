"""Texts compared piece by piece: which pieces are kept, how they are packed, how far two texts agree. Pure.

Late interaction as in ColBERT (Khattab and Zaharia, 2020), with the pieces weighed by how much they tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .neutral import SHARPNESS, Array, Space, unit

CONTEXT = 0.3  # weight of each of the two neighbouring pieces
KEPT = 64  # pieces of an offer, those that tell most


@dataclass(frozen=True)
class Query:
    """A need in the shared space: its vector (d,), and the pieces' vectors (t, d) and weights (t,). `nearest` are the
    primary keys of the offers nearest to it, best first, where somebody has looked for many needs at once."""

    vector: Array
    tokens: Array
    weights: Array
    nearest: tuple[int, ...] = ()


@dataclass(frozen=True)
class Packed:
    """Vectors as small integers: `scales[i] * numbers[i]`; an error of at most half a scale a component."""

    numbers: Array  # int8 (t, d)
    scales: Array  # float32 (t,)

    def unpacked(self) -> Array:
        return self.numbers.astype(np.float32) * self.scales[:, None]


def pack(vectors: Array) -> Packed:
    scales = np.abs(vectors).max(axis=1) / 127
    numbers = np.rint(vectors / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
    return Packed(numbers, scales.astype(np.float32))


def to_bytes(packed: Packed) -> bytes:
    """Scales, then numbers."""
    return packed.scales.astype("<f4").tobytes() + packed.numbers.tobytes()


def from_bytes(data: bytes, dimension: int) -> Packed:
    count = len(data) // (dimension + 4)
    numbers = np.frombuffer(data, np.int8, offset=4 * count).reshape(count, dimension)
    return Packed(numbers, np.frombuffer(data, "<f4", count))


def in_context(tokens: Array) -> Array:
    """The pieces of ONE text (t, d), each with something of its neighbours, so that a phrase looks like one."""
    mixed = tokens.copy()
    mixed[1:] += CONTEXT * tokens[:-1]
    mixed[:-1] += CONTEXT * tokens[1:]
    return unit(mixed)


def placed(space: Space, side: str, language: str, vectors: Array, kept: Array | slice = slice(None)) -> Array:
    """The pieces of ONE text (t, d) in the shared space, in context; only the `kept` ones are drawn towards English,
    which costs most."""
    mixed = in_context(space.neutral(f"{side} tokens", language, vectors))
    return space.aligned(language, mixed[kept])


def most_telling(weights: Array) -> Array:
    """Positions of the pieces worth keeping, in reading order; the earlier of equals."""
    return np.sort(np.argsort(-weights, kind="stable")[:KEPT])


@dataclass(frozen=True)
class Shelf:
    """The kept pieces of many offers, end to end: `starts[i]` is where those of offer i begin."""

    packed: Packed
    weights: Array
    starts: Array

    @classmethod
    def of(cls, texts: Sequence[Packed], weights: Sequence[Array]) -> Shelf:
        """Every text has one piece at least."""
        numbers = np.concatenate([text.numbers for text in texts])
        scales = np.concatenate([text.scales for text in texts])
        starts = np.cumsum([0, *(len(text.scales) for text in texts)])[:-1]
        return cls(Packed(numbers, scales), np.concatenate(weights), starts)


def agreement(query: Query, shelf: Shelf) -> tuple[Array, Array]:
    """How well the need's pieces are met in each offer, and the offer's in the need, 0 to 1: two arrays (offers,)."""
    tokens, weights = _speaking(query)
    cosines = tokens @ shelf.packed.numbers.T.astype(np.float32)
    cosines *= shelf.packed.scales
    met = np.maximum.reduceat(cosines, shelf.starts, axis=1).clip(0) ** SHARPNESS
    best = cosines.max(axis=0).clip(0) ** SHARPNESS
    mass = np.add.reduceat(shelf.weights, shelf.starts)
    answered = np.add.reduceat(shelf.weights * best, shelf.starts) / np.maximum(mass, 1e-9)
    return weights @ met / weights.sum(), answered


def _speaking(query: Query) -> tuple[Array, Array]:
    """The pieces that tell something; all of them, equally, if none does."""
    speaks = query.weights > 0
    if not speaks.any():
        return query.tokens, np.ones(len(query.tokens), np.float32)
    return query.tokens[speaks], query.weights[speaks]
