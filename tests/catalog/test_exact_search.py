"""The exact nearest of many vectors: the same as sorting all cosines, whatever the blocks."""

import numpy as np
import pytest

from catalog import exact_search
from catalog.neutral import unit


def sorted_all(queries: np.ndarray, corpus: np.ndarray, k: int) -> np.ndarray:
    return np.argsort(-(queries @ corpus.T), axis=1, kind="stable")[:, :k]


@pytest.mark.parametrize(("documents", "k"), [(3, 5), (100, 7), (1000, 5), (1537, 20), (4096, 100)])
def test_the_nearest_are_those_that_sorting_finds(documents: int, k: int, monkeypatch):
    monkeypatch.setattr(exact_search, "QUERIES", 4)
    monkeypatch.setattr(exact_search, "COLUMNS", 512)
    random = np.random.default_rng(documents)
    corpus = unit(random.standard_normal((documents, 24))).astype(np.float32)
    queries = unit(random.standard_normal((11, 24))).astype(np.float32)
    blocks = list(exact_search.exact_nearest(queries, corpus, k))
    found = np.concatenate([positions for positions, _cosines in blocks])
    cosines = np.concatenate([values for _positions, values in blocks])
    assert (found == sorted_all(queries, corpus, k)).all()
    assert np.allclose(cosines, np.take_along_axis(queries @ corpus.T, found, axis=1), atol=1e-6)
