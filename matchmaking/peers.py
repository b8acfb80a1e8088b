"""What the engine is compared with, given the same texts. A pure module.

    dense    cosine of the encoder's vectors
    bm25     the library bm25s with the Snowball stemmer and the stop words of each text's language
    rrf      reciprocal rank fusion of the two

Scores are arrays of shape (queries, documents), higher is better; -inf means: not found at all.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer

from catalog.words import SNOWBALL, stop_words

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells every step on its own, whatever the root logger says

RRF_K = 60  # Cormack, Clarke and Büttcher, Reciprocal Rank Fusion (2009)


def dense(queries: np.ndarray, documents: np.ndarray) -> np.ndarray:
    """Cosines of unit vectors, of shapes (queries, d) and (documents, d)."""
    return queries @ documents.T


class Bm25:
    """The library with its own defaults (Lucene's variant, k₁ = 1.5, b = 0.75)."""

    def fit(self, texts: Sequence[str], languages: Sequence[str]) -> "Bm25":
        self.library_ = bm25s.BM25()
        self.library_.index(tokens(texts, languages), show_progress=False)
        return self

    def score(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
        """Of shape (texts, documents)."""
        return np.stack([self._score_one(query) for query in tokens(texts, languages)])

    def _score_one(self, query: list[str]) -> np.ndarray:
        # it fails on unknown tokens, and on the empty one that it adds to its own vocabulary
        known = [token for token in query if token and token in self.library_.vocab_dict]
        if not known:
            return np.full(self.library_.scores["num_docs"], -np.inf, np.float32)
        scores = self.library_.get_scores(known)
        return np.where(scores > 0, scores, -np.inf)


def tokens(texts: Sequence[str], languages: Sequence[str]) -> list[list[str]]:
    """Each text with the stemmer and the stop words of its language, where there are any."""
    rows = defaultdict(list)
    for row, language in enumerate(languages):
        rows[language].append(row)
    found: list[list[str]] = [[] for _ in texts]
    for language, own in rows.items():
        tokenised = _tokenise([texts[row] for row in own], language)
        for row, words in zip(own, tokenised, strict=True):
            found[row] = words
    return found


def _tokenise(texts: list[str], language: str) -> list[list[str]]:
    stemmer = Stemmer.Stemmer(SNOWBALL[language]) if language in SNOWBALL else None
    stop = sorted(stop_words(language))
    return bm25s.tokenize(texts, stopwords=stop, stemmer=stemmer, return_ids=False, show_progress=False)


def rrf(*systems: np.ndarray) -> np.ndarray:
    """Each document's sum of 1 / (k + rank) over the systems that found it."""
    fused = np.zeros(systems[0].shape)
    for scores in systems:
        order = np.argsort(-scores, axis=1, kind="stable")
        ranks = np.argsort(order, axis=1, kind="stable") + 1
        fused += np.where(np.isfinite(scores), 1 / (RRF_K + ranks), 0.0)
    return fused


def run(scores: np.ndarray, queries: Sequence[str], documents: Sequence[str], k: int) -> dict[str, dict[str, float]]:
    """The first k documents of each query with their scores."""
    first = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return {
        query: {documents[column]: float(row[column]) for column in columns if np.isfinite(row[column])}
        for query, row, columns in zip(queries, scores, first, strict=True)
    }
