"""How near sentences are to the concepts of a vocabulary. Pure: arrays in, arrays out.

A concept is the mean of its names and its definition, and each of them on its own. Some concepts lie near to any text
(hubs): how near a concept is to the ten nearest of the sentences that any text may have, and to the ten other
concepts nearest to it, comes off in part. What is left is counted in standard deviations over all concepts, of which
there should be a hundred. A sentence is understood with its text: alone it may be about anything.

On the demo's 56 needs with a fitting offer, ranked by their concepts alone (twelve a text) among 132 offers, the best
fitting offer is among the first ten for 48 % with sentences and names one by one, 61 % with the mean of the names
beside them, 75 % with the text beside the sentence, 84 % with the sentences of any text taken off. Names in five
further languages brought nothing. These figures chose the numbers below, so they flatter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .neutral import Array, unit

BACKGROUND_SHARE, HUB_SHARE = 0.7, 0.3
HUB_NEIGHBOURS = 10
BLOCK = 512  # rows compared at a time when hubs are measured
TELLING_LENGTH = 60.0  # characters from which on a sentence speaks for itself
LEAST_ALIKE = 0.5  # cosine from which on a sentence is taught by another one
TAUGHT = 4.0  # standard deviations that the very same sentence brings, or takes where it was refused


@dataclass(frozen=True)
class Meanings:
    """`concepts` are primary keys (c,); `places` (n, d) lie in the shared space, those of a concept side by side:
    `starts[i]` is where those of concept i begin. `background` (m, d) are the sentences that any text may have."""

    concepts: Array
    places: Array
    starts: Array
    background: Array

    @classmethod
    def of(cls, owners: Array, places: Array, background: Array) -> Meanings:
        """`owners` (n,) says whose name or definition each place is."""
        order = np.argsort(owners, kind="stable")
        concepts, starts = np.unique(owners[order], return_index=True)
        return cls(concepts, places[order], starts, background)

    def nearness(self, sentences: Array, lengths: Array) -> Array:
        """How near each sentence (s, d), understood with the others, is to each concept: (s, c), in standard
        deviations; 0 is usual. `lengths` (s,) in characters: a few words alone may be about anything."""
        if not len(sentences) or len(self.concepts) < 2:
            return np.zeros((len(sentences), len(self.concepts)), np.float32)
        as_text = _standard(self._to_means(unit(sentences.mean(axis=0, keepdims=True))))
        alone = (_standard(self._to_means(sentences)) + _standard(self._to_names(sentences))) / 2
        told = (np.asarray(lengths) / TELLING_LENGTH).clip(max=1.0)[:, None]
        return (alone * told + as_text).astype(np.float32)

    def _to_means(self, sentences: Array) -> Array:
        return sentences @ self._means.T - self._mean_hubs

    def _to_names(self, sentences: Array) -> Array:
        return self._best_name(sentences) - self._name_hubs

    def _best_name(self, sentences: Array) -> Array:
        return np.maximum.reduceat(sentences @ self.places.T, self.starts, axis=1)

    @cached_property
    def _means(self) -> Array:
        return unit(np.add.reduceat(self.places, self.starts, axis=0))

    @cached_property
    def _mean_hubs(self) -> Array:
        near_any_text = _of_highest(self.background @ self._means.T)
        return BACKGROUND_SHARE * near_any_text + HUB_SHARE * hubs(self._means, np.arange(len(self.concepts)))

    @cached_property
    def _name_hubs(self) -> Array:
        sizes = np.diff(self.starts, append=len(self.places))
        of_names = hubs(self.places, np.repeat(np.arange(len(self.concepts)), sizes))
        near_any_text = _of_highest(self._best_name(self.background))
        return BACKGROUND_SHARE * near_any_text + HUB_SHARE * np.maximum.reduceat(of_names, self.starts)


def _of_highest(cosines: Array) -> Array:
    """The mean of the ten highest of each column."""
    return np.sort(cosines, axis=0)[-HUB_NEIGHBOURS:].mean(axis=0)


def hubs(places: Array, owners: Array) -> Array:
    """The mean cosine of each place to the ten nearest that belong to others: (n,)."""
    found = np.zeros(len(places), np.float32)
    k = min(HUB_NEIGHBOURS, len(places) - 1)
    for start in range(0, len(places) if k else 0, BLOCK):
        cosines = places[start : start + BLOCK] @ places.T
        cosines[owners[start : start + BLOCK, None] == owners] = -1.0
        found[start : start + BLOCK] = np.partition(cosines, -k, axis=1)[:, -k:].mean(axis=1)
    return found


def taught(sentences: Array, examples: Array, verdicts: Array) -> Array:
    """What sentences (s, d) have learnt for ONE concept from examples (e, d) that somebody confirmed (+1) or refused
    (-1): (s,), in standard deviations. Only the most alike example speaks."""
    if not len(examples):
        return np.zeros(len(sentences), np.float32)
    cosines = sentences @ examples.T
    best = cosines.argmax(axis=1)
    alike = (cosines.max(axis=1) - LEAST_ALIKE).clip(0) / (1 - LEAST_ALIKE)
    return TAUGHT * alike * verdicts[best]


def _standard(scores: Array) -> Array:
    """In standard deviations over the concepts."""
    spread = scores.std(axis=1, keepdims=True)
    return (scores - scores.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-6)
