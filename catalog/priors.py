"""What an installation knows of needs on its first day: texts of the project's own, read once by each encoder.

`catalog/prior/needs.txt` holds the same twelve sentences in many languages, as needs are written; in
`catalog/prior/registers.jsonl` eight subjects are told in six registers each. What they come to is remembered in a
file beside the model.
"""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np

from .encoder.reading import Reading
from .encoding import encoder, identity
from .neutral import Middles, Prior, register_span
from .remembering import TEXTS, memory_of, remembered

VERSION = "4"  # rises with what is remembered
FILES = ("needs.txt", "registers.jsonl")


def prior() -> Prior:
    """That of the present encoder. Raises EncoderError where it has to be made and cannot be."""
    return _prior(identity().fingerprint, _memory())


def are_remembered() -> bool:
    """Whether `prior` will not take some seconds."""
    return _memory().exists()


def version() -> str:
    """Changes with the texts and with the encoder that reads them."""
    return _memory().stem


@cache
def _prior(_fingerprint: str, memory: Path) -> Prior:
    return _from_arrays(remembered(memory, _made))


def _memory() -> Path:
    return memory_of(VERSION, *_texts())


@cache
def _texts() -> tuple[bytes, ...]:
    return tuple((TEXTS / name).read_bytes() for name in FILES)


def _made() -> dict[str, np.ndarray]:
    sentences = needs_by_language()
    as_needs = {language: encoder().read_query(texts) for language, texts in sentences.items()}
    as_offers = {language: encoder().read_document(texts) for language, texts in sentences.items()}
    pieces = [np.unique(reading.pieces) for own in as_needs.values() for reading in own]
    ids, frequencies = np.unique(np.concatenate(pieces), return_counts=True)
    facts = {"pieces": ids, "frequencies": frequencies, "texts": np.array(len(pieces)), "registers": _registers()}
    return facts | _means("need", as_needs) | _means("offer", as_offers)


def _means(role: str, by_language: dict[str, list[Reading]]) -> dict[str, np.ndarray]:
    """Of vectors and of pieces; under no language that of all."""
    by_language = by_language | {"": [reading for own in by_language.values() for reading in own]}
    found = {f"{role}s.{code}": np.mean([one.vector for one in own], axis=0) for code, own in by_language.items()}
    return found | {f"{role}_tokens.{code}": _mean_of_tokens(own) for code, own in by_language.items()}


def _mean_of_tokens(readings: list[Reading]) -> np.ndarray:
    return np.concatenate([reading.tokens for reading in readings]).mean(axis=0, dtype=np.float32)


def _registers() -> np.ndarray:
    """Each subject's registers in one order, read with both prompts."""
    subjects = _lines("registers.jsonl")
    texts = [subject[register] for subject in subjects for register in sorted(subject)]
    shape = (len(subjects), len(subjects[0]), -1)
    as_needs, as_offers = encoder().encode_query(texts), encoder().encode_document(texts)
    return register_span(as_needs.reshape(shape), as_offers.reshape(shape))


def _lines(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (TEXTS / name).read_text(encoding="utf-8").splitlines()]


def needs_by_language() -> dict[str, list[str]]:
    return texts_by_language("needs.txt")


def texts_by_language(name: str) -> dict[str, list[str]]:
    """The lines of a file of this folder; a line "# de" begins those in German."""
    found = defaultdict(list)
    language = ""
    for line in (TEXTS / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            language = line[2:].strip()
        elif line:
            found[language].append(line)
    return dict(found)


def _from_arrays(arrays: dict[str, np.ndarray]) -> Prior:
    return Prior(
        needs=_middles("needs", arrays),
        need_tokens=_middles("need_tokens", arrays),
        offers=_middles("offers", arrays),
        offer_tokens=_middles("offer_tokens", arrays),
        registers=arrays["registers"],
        pieces=arrays["pieces"],
        frequencies=arrays["frequencies"],
        texts=int(arrays["texts"]),
    )


def _middles(name: str, arrays: dict[str, np.ndarray]) -> Middles:
    return {
        key.split(".")[1]: value.astype(np.float32) for key, value in arrays.items() if key.startswith(f"{name}.")
    }
