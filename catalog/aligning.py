"""What draws each language towards English (`alignment.py`), from texts that are known in all of them.

The vocabulary's labels, the plain words of `catalog/prior/words.jsonl` and the sentences of `sentences.jsonl` say the
same in each official language of the EU. What they come to is remembered in a file beside the model, of which only
the languages that are met are read: 4 MB each.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from . import vocabulary_files
from .alignment import Alignment, alignments
from .encoding import encoder
from .neutral import neutral
from .priors import prior
from .remembering import TEXTS, kept_file, memory_of

VERSION = "1"  # rises with what is remembered
FILES = ("words.jsonl", "sentences.jsonl")


class KeptAlignments(Mapping[str, Alignment]):
    """By language, read from the file when it is first asked for."""

    def __init__(self, memory: Path) -> None:
        self.memory, self._read = memory, {}
        with np.load(memory) as arrays:
            self.languages = tuple(arrays.files)

    def __getitem__(self, language: str) -> Alignment:
        if language not in self._read:
            with np.load(self.memory) as arrays:
                self._read[language] = Alignment(*arrays[language].astype(np.float32))
        return self._read[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self.languages)

    def __len__(self) -> int:
        return len(self.languages)


def kept_alignments() -> Mapping[str, Alignment]:
    """Those for the present encoder. Raises EncoderError where they have to be made and cannot be."""
    return _opened(kept_file(_memory(), _made))


def are_remembered() -> bool:
    """Whether `kept_alignments` will not take minutes."""
    return _memory().exists()


def version() -> str:
    """Changes with the texts and with the encoder that reads them."""
    return _memory().stem


@cache
def _opened(memory: Path) -> Mapping[str, Alignment]:
    return KeptAlignments(memory)


def _memory() -> Path:
    return memory_of(VERSION, _digest())


@cache
def _digest() -> bytes:
    """Of 2 MB of texts, and asked for whenever a version is."""
    texts = (*((TEXTS / name).read_bytes() for name in FILES), vocabulary_files.digest().encode())
    return hashlib.sha256(b"".join(texts)).digest()


def _made() -> dict[str, np.ndarray]:
    read = {language: encoder().encode_query(own) for language, own in translations().items()}
    placed = {language: neutral(own, own.mean(axis=0), prior().registers) for language, own in read.items()}
    found = alignments(placed)
    return {language: np.stack([one.texts, one.moves]).astype("<f2") for language, one in found.items()}


def translations() -> dict[str, list[str]]:
    """By language the same short texts: what the vocabulary's concepts are called, plain words, and sentences."""
    found = defaultdict(list)
    for row in [*vocabulary_files.labels(), *(row for name in FILES for row in _lines(name))]:
        for language, text in row.items():
            found[language].append(text)
    return dict(found)


def _lines(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (TEXTS / name).read_text(encoding="utf-8").splitlines()]
