"""The shared space: vectors without language, role and register, so that only what a text is about remains. Pure.

Texts of one language, and needs against offers, share a direction that has nothing to do with their subject: the mean
of role and language is taken out. What is left of the manner of speaking (a name, a question, a complaint) is a span
of a few directions, known from the same subjects told in several registers; it is projected out. At last each
language is drawn towards English, see `alignment.py`.

Where means are few-voiced they are drawn towards what is known beforehand: that of the project's own sentences in the
language, shifted by what the texts in store differ from theirs. One rule from the first text on: at n texts of a
language the prior weighs SHRINK / (n + SHRINK).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .alignment import Alignment

Array = np.ndarray
Means = Mapping[str, tuple[Array, int]]  # by language: mean and how many it is made from
Middles = dict[str, Array]  # by language; "" for every other language

VERSION = "3"  # rises with whatever changes a place in the space
SHRINK_TEXTS = 20.0
SHRINK_TOKENS = 500.0
PRIOR_SHARE = 0.5  # of our own sentences in the mean of needs that nobody has written yet; the rest is the offers'
REGISTERS = 5  # directions of style that are projected out
SHARPNESS = 1.5  # exponent of the idf of a piece


@dataclass(frozen=True)
class Prior:
    """What is known of needs before the first one: from the project's own texts (`catalog/prior/`)."""

    needs: Middles  # mean vector of sentences read as needs, by language
    need_tokens: Middles  # mean vector of their pieces
    offers: Middles  # the same sentences read as offers
    offer_tokens: Middles
    registers: Array  # (REGISTERS, d), orthonormal
    pieces: Array  # ids of pieces, ascending
    frequencies: Array  # number of texts that hold each
    texts: int


@dataclass(frozen=True)
class Space:
    """What takes language, role and register out. `middles` by role: need, offer, and the pieces of either."""

    version: str
    needs: int  # texts of needs it was measured on
    middles: Mapping[str, Middles]
    registers: Array
    pieces: Array = field(default_factory=lambda: np.zeros(0, np.int64))  # ascending ids
    frequencies: Array = field(default_factory=lambda: np.zeros(0))
    texts: int = 0
    alignments: Mapping[str, Alignment] = field(default_factory=dict)  # what draws a language towards English

    def place(self, role: str, language: str, vectors: Array) -> Array:
        """The vectors (n, d) or (d,) in the shared space, of length 1."""
        return self.aligned(language, self.neutral(role, language, vectors))

    def neutral(self, role: str, language: str, vectors: Array) -> Array:
        """Without language, role and register, but not yet drawn towards English."""
        return neutral(np.asarray(vectors, np.float32), self.middle(role, language), self.registers)

    def aligned(self, language: str, vectors: Array) -> Array:
        """Drawn towards English; as they are in a language of which nothing is known."""
        alignment = self.alignments.get(language)
        return vectors if alignment is None else alignment.aligned(vectors)

    def middle(self, role: str, language: str) -> Array:
        middles = self.middles[role]
        return middles.get(language, middles[""])

    def weights(self, pieces: Array) -> Array:
        """How much each piece tells: idf^SHARPNESS; nothing for the silent ones, whose id is 0."""
        return self._weights[np.minimum(pieces, len(self._weights) - 1)]

    @cached_property
    def _weights(self) -> Array:
        """By id, up to the first one that stands in no text, which speaks for all further ones: 1 MB, made once,
        because one need asks for those of ten thousand pieces."""
        frequencies = np.zeros(int(self.pieces[-1] if len(self.pieces) else 0) + 2)
        frequencies[self.pieces] = self.frequencies
        idf = np.log((self.texts + 1) / (frequencies + 0.5)).clip(0)
        return (idf**SHARPNESS * (np.arange(len(idf)) > 0)).astype(np.float32)

    @cached_property
    def dimension(self) -> int:
        return self.registers.shape[1]


def unit(vectors: Array) -> Array:
    """Rows scaled to length one; a row of zeros stays."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def neutral(vectors: Array, middle: Array, registers: Array) -> Array:
    """The vectors without `middle` and without the span of `registers`, of length 1."""
    centred = unit(vectors - middle)
    return unit(centred - (centred @ registers.T) @ registers).astype(np.float32)


def register_span(as_needs: Array, as_offers: Array) -> Array:
    """Directions in which the same subject differs by register, orthonormal: (REGISTERS, d). Both arguments are of
    shape (subjects, registers, d): one text told in several registers, read with either prompt."""
    shifts = [vectors.mean(axis=0) - vectors.mean(axis=(0, 1)) for vectors in (as_needs, as_offers)]
    return np.linalg.svd(np.concatenate(shifts), full_matrices=False)[2][:REGISTERS].astype(np.float32)


def middles(measured: Means, prior: Middles, shrink: float) -> Middles:
    """Of every language of the prior or in store: each language's mean, drawn by `shrink` imaginary texts towards
    that of the prior, moved by as much as the texts in store differ from theirs, which is drawn to zero likewise."""
    in_all = sum(n for _mean, n in measured.values())
    shift = sum(n * (mean - prior.get(language, prior[""])) for language, (mean, n) in measured.items())
    shift = shift / (in_all + shrink)
    expected = {language: mean + shift for language, mean in prior.items()}
    for language, (mean, n) in measured.items():
        expected[language] = (n * mean + shrink * expected.get(language, expected[""])) / (n + shrink)
    return expected


def cold_middles(sentences: Middles, offers: Array) -> Middles:
    """What the mean of needs would be before the first has arrived; `offers` is the mean of all offers."""
    return {language: PRIOR_SHARE * mean + (1 - PRIOR_SHARE) * offers for language, mean in sentences.items()}


def overall(measured: Means, prior: Array, shrink: float) -> Array:
    """The mean over all texts of all languages."""
    in_all = sum(n for _mean, n in measured.values())
    return (sum(n * mean for mean, n in measured.values()) + shrink * prior) / (in_all + shrink)
