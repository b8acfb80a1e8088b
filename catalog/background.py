"""What any text may say, whatever it is about: a hundred sentences on prices, delays, customers and service.

A concept to which many of them lie near is no news where a text lies near to it, too (`meanings.py`). What the
encoder makes of them is remembered in a file beside the model: seconds the first time.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

import numpy as np
from django.conf import settings

from .encoding import encoder, identity
from .measuring import space_without_corpus
from .neutral import Array

SENTENCES = Path(__file__).parent / "prior" / "background.txt"
LANGUAGE = "en"


def background() -> Array:
    """Their places in the shared space, (n, d). Raises EncoderError where they have to be made and cannot be."""
    return _placed(_memory())


@cache
def _placed(memory: Path) -> Array:
    if not memory.exists():
        _remember(memory, encoder().encode_query(SENTENCES.read_text(encoding="utf-8").splitlines()))
    return space_without_corpus().place("need", LANGUAGE, np.load(memory))


def _memory() -> Path:
    digest = hashlib.sha256(identity().fingerprint.encode() + SENTENCES.read_bytes()).hexdigest()[:16]
    return settings.VAR_DIR / "priors" / f"background-{digest}.npy"


def _remember(memory: Path, vectors: Array) -> None:
    """Written beside and renamed: another process may be reading."""
    memory.parent.mkdir(parents=True, exist_ok=True)
    draft = memory.with_name(f".{memory.stem}.{os.getpid()}.npy")
    np.save(draft, vectors)
    draft.replace(memory)
