"""Texts that look like given ones to everything that counts words, and their terms and grams. No database.

Some long words of a real text stay, the others are invented: an invented word follows the letters of the real ones of
its language (three letters tell the next), so that the groups of letters by which words are heard across languages
stay as frequent as they are. How often it stands in texts follows Zipf's law, as that of real words does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from catalog import grams, words

WORD = re.compile(r"\w+")
LONG = 5  # letters: shorter words are mostly those that every text needs, and stay
KEPT = 0.5  # of a text's long words
VOCABULARY = 4_000  # invented words a language
LONGEST = 14
OTHERS = 300_000  # invented terms of which a document made from another gets some
SWAPPED = 0.2  # of the terms of such a document
OFFSET = 2.7  # Mandelbrot's form of Zipf's law: 1 / (rank + offset)


class Inventor:
    """Writes texts around those it was made from: `texts` by language."""

    def __init__(self, texts: Mapping[str, Sequence[str]], random: np.random.Generator) -> None:
        self.random = random
        self.vocabularies = {language: self._vocabulary(own) for language, own in texts.items()}
        self.chances = zipf(VOCABULARY)

    def _vocabulary(self, texts: Sequence[str]) -> list[str]:
        following = defaultdict(list)
        for word in WORD.findall(" ".join(texts).lower()):
            edged = f"^^^{word}$"
            for i in range(3, len(edged)):
                following[edged[i - 3 : i]].append(edged[i])
        return [self._word(following) for _ in range(VOCABULARY)]

    def _word(self, following: Mapping[str, list[str]]) -> str:
        word = "^^^"
        while len(word) < LONGEST + 3:
            letters = following[word[-3:]]
            if (letter := letters[int(self.random.random() * len(letters))]) == "$":
                break
            word += letter
        return word[3:]

    def text_like(self, text: str, language: str) -> str:
        """Half of the long words and all signs of `text` stay where they are."""
        vocabulary = self.vocabularies[language]
        drawn = iter(drawn_from(self.chances, len(text), self.random).tolist())
        keeps = iter((self.random.random(len(text)) < KEPT).tolist())

        def other(match: re.Match) -> str:
            word = match.group()
            return word if len(word) < LONG or next(keeps) else vocabulary[next(drawn)]

        return WORD.sub(other, text)


def zipf(size: int) -> np.ndarray:
    """Cumulated chances of the ranks, ending with 1."""
    chances = np.cumsum(1 / (np.arange(1, size + 1) + OFFSET))
    return chances / chances[-1]


def drawn_from(chances: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    return np.searchsorted(chances, random.random(count))


@dataclass(frozen=True)
class Bag:
    """Ids of terms, ascending, the document's half of their BM25 weights, and how many words there were."""

    ids: np.ndarray
    weights: np.ndarray
    total: int

    @classmethod
    def of_words(cls, text: str, language: str, mean: float) -> Bag:
        return cls._of(words.count(text, language), mean)

    @classmethod
    def of_grams(cls, text: str, language: str, mean: float) -> Bag:
        return cls._of(grams.count(text, language), mean)

    @classmethod
    def _of(cls, counts: Mapping[int, int], mean: float) -> Bag:
        weights = words.document_weights(counts, mean)
        ids = np.array(sorted(weights), np.int64)
        return cls(ids, np.array([weights[one] for one in ids.tolist()]), sum(counts.values()))

    def with_others(self, others: np.ndarray, random: np.random.Generator) -> Bag:
        """Some terms are replaced by those of `others`, so that two documents made from one text differ."""
        ids = self.ids.copy()
        ids[random.integers(len(ids), size=len(others))] = others
        ids, first = np.unique(ids, return_index=True)
        return Bag(ids, self.weights[first], self.total)
