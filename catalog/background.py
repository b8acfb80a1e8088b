"""What any text may say, whatever it is about: a hundred sentences on prices, delays, customers and service.

A concept to which many of them lie near is no news where a text lies near to it, too (`meanings.py`). What the
encoder makes of them is remembered in a file beside the model: seconds the first time.
"""

from functools import cache
from pathlib import Path

from .encoding import encoder
from .measuring import space_without_corpus
from .neutral import Array
from .remembering import TEXTS, memory_of, remembered

FILE = "background.txt"
LANGUAGE = "en"
VERSION = "1"  # rises with what is remembered


def background() -> Array:
    """Their places in the shared space, (n, d). Raises EncoderError where they have to be made and cannot be."""
    return _placed(_memory())


def are_remembered() -> bool:
    return _memory().exists()


@cache
def _placed(memory: Path) -> Array:
    return space_without_corpus().place("need", LANGUAGE, remembered(memory, _read)["vectors"])


def _read() -> dict[str, Array]:
    return {"vectors": encoder().encode_query((TEXTS / FILE).read_text(encoding="utf-8").splitlines())}


def _memory() -> Path:
    return memory_of(VERSION, (TEXTS / FILE).read_bytes())
