"""What one pass of the encoder leaves of a text: its vector and the vectors of its pieces, and how that travels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SILENT = 0  # the id of every piece without letter or digit, and of the marks at both ends


@dataclass(frozen=True)
class Reading:
    """`vector` float32 (d,), of length 1; `pieces` int32 (t,), ids of the tokenizer's pieces plus one, or SILENT;
    `tokens` float16 (t, d), the last layer as it is."""

    vector: np.ndarray
    pieces: np.ndarray
    tokens: np.ndarray


def to_bytes(readings: Sequence[Reading]) -> tuple[list[int], bytes]:
    """Number of pieces of each, and all arrays: vectors, then pieces, then tokens, little-endian."""
    arrays = [
        *(reading.vector.astype("<f4") for reading in readings),
        *(reading.pieces.astype("<i4") for reading in readings),
        *(reading.tokens.astype("<f2") for reading in readings),
    ]
    return [len(reading.pieces) for reading in readings], b"".join(array.tobytes() for array in arrays)


def from_bytes(lengths: Sequence[int], dimension: int, payload: bytes) -> list[Reading]:
    """The inverse of `to_bytes`."""
    texts, pieces = len(lengths), sum(lengths)
    vectors = np.frombuffer(payload, "<f4", texts * dimension).reshape(texts, dimension)
    ids = np.frombuffer(payload, "<i4", pieces, vectors.nbytes)
    tokens = np.frombuffer(payload, "<f2", pieces * dimension, vectors.nbytes + ids.nbytes).reshape(pieces, dimension)
    ends = np.cumsum(lengths)[:-1]
    parts = zip(vectors, np.split(ids, ends), np.split(tokens, ends), strict=True)
    return [Reading(*part) for part in parts]
