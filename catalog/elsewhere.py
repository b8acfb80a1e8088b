"""Texts that are never an answer: everyday talk of other worlds, read once by each encoder as if it were offers.

A need that comes nearer to one of them than to any offer is about something that nobody here deals with: what speaker
recognition calls normalisation by a cohort. Since they compete with the offers, nothing is off-topic by itself: where
somebody offers cooking lessons, recipes belong.
"""

from pathlib import Path

import numpy as np

from . import tokens
from .encoder.reading import Reading
from .encoding import encoder
from .neutral import Space
from .priors import texts_by_language
from .remembering import TEXTS, memory_of, remembered
from .tokens import Query, Shelf

FILE = "elsewhere.txt"
NEAREST = 3  # texts: one alone may be near by chance
VERSION = "1"  # rises with what is remembered

_kept: dict[int, tuple[Space, Shelf]] = {}  # by identity, which the space in it keeps from being given away


def are_remembered() -> bool:
    return _memory().exists()


def read_all() -> None:
    """So that nobody has to wait for it later."""
    _readings()


def nearest(query: Query, space: Space) -> float:
    """How well the need's pieces are met in the NEAREST texts, and theirs in the need: the mean of both summed, 0 to
    2. See `tokens.agreement`."""
    agreement, answered = tokens.agreement(query, _shelf(space))
    return float(np.sort(agreement + answered)[-NEAREST:].mean())


def _shelf(space: Space) -> Shelf:
    """Kept for the space that was asked for last."""
    found = _kept.get(id(space))
    if found is None or found[0] is not space:
        found = (space, _placed(space))
        _kept.clear()
        _kept[id(space)] = found
    return found[1]


def _placed(space: Space) -> Shelf:
    """As offers are placed."""
    readings = _readings()
    vectors = [
        tokens.placed(space, "offer", language, reading.tokens.astype(np.float32)) for language, reading in readings
    ]
    weights = [space.weights(reading.pieces) for _language, reading in readings]
    return Shelf.of([tokens.pack(one) for one in vectors], weights)


def _readings() -> list[tuple[str, Reading]]:
    facts = remembered(_memory(), _read)
    ends = np.cumsum(facts["lengths"])[:-1]
    parts = zip(np.split(facts["pieces"], ends), np.split(facts["tokens"], ends), strict=True)
    nothing = np.zeros(0, np.float32)
    return [
        (str(language), Reading(nothing, *part)) for language, part in zip(facts["languages"], parts, strict=True)
    ]


def _memory() -> Path:
    return memory_of(VERSION, (TEXTS / FILE).read_bytes())


def _read() -> dict[str, np.ndarray]:
    texts = [(language, text) for language, own in texts_by_language(FILE).items() for text in own]
    readings = encoder().read_document([text for _language, text in texts])
    return {
        "languages": np.array([language for language, _text in texts]),
        "lengths": np.array([len(reading.pieces) for reading in readings]),
        "pieces": np.concatenate([reading.pieces for reading in readings]),
        "tokens": np.concatenate([reading.tokens for reading in readings]),
    }
