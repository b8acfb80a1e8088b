"""How names of concepts are found in a text by words: the key of a name, and the keys that stand in a text. Pure.

A key is the stems of the telling words in alphabetical order, so that "efficiency of energy" is found by "energy
efficiency". Acronyms and codes are the same in every language and keep their capitals.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from . import words

LONGEST = 5  # stems of a key; a longer name is found by its meaning
LEAST_TELLING = 0.5  # of the words of a name: "we use too much power" must not be found by "power"
ACRONYM = re.compile(r"(?<![\w-])[A-Z][A-Z0-9]*(?:[&/-][A-Z0-9]+)*(?![\w-])")
LONGEST_CODE = 60  # characters


@dataclass(frozen=True)
class Phrase:
    """A key or code as it stands in a text: `written` verbatim, and how many stems it is."""

    key: str
    written: str
    length: int


def key_of(name: str, language: str, *, is_lay: bool = False) -> str:
    """What finds the name by words; empty where that would find too much: a single word stands only for a name of one
    word, and how adopters speak is no term, so that it takes two. Acronyms have codes."""
    every = re.findall(r"\w+", name)
    telling = words.telling_words(name, language)
    least = 2 if is_lay or len(every) > 1 else 1
    enough = len(telling) >= max(least, LEAST_TELLING * len(every)) and not ACRONYM.fullmatch(name)
    return _key(words.stems(telling, language)) if enough and len(telling) <= LONGEST else ""


def code_of(name: str) -> str:
    """The name itself where it is an acronym (LCA), its form without separators where it is a code (ISO 50001), else
    empty."""
    if ACRONYM.fullmatch(name) and 2 <= len(name) <= LONGEST_CODE:
        return name
    is_code = words.CODE.fullmatch(name) or words.SPACED_CODE.fullmatch(name)
    codes = words.exact_codes(name) if is_code else []
    return codes[-1] if codes and len(codes[-1]) <= LONGEST_CODE else ""


def phrases_in(text: str, language: str) -> Iterator[Phrase]:
    """Every run of up to LONGEST telling words of the text, the longer ones first at each word."""
    found = [match for match in words.WORD.finditer(text) if _plain(match.group()) not in words.stop_words(language)]
    stems = words.stems([_plain(match.group()) for match in found], language)
    for first in range(len(found)):
        for last in range(min(first + LONGEST, len(found)) - 1, first - 1, -1):
            written = text[found[first].start() : found[last].end()]
            yield Phrase(_key(stems[first : last + 1]), written, last - first + 1)


def codes_in(text: str) -> Iterator[Phrase]:
    """The acronyms and codes of the text."""
    for match in ACRONYM.finditer(text):
        yield Phrase(match.group(), match.group(), 1)
    for match in (*words.CODE.finditer(text), *words.SPACED_CODE.finditer(text)):
        for code in words.exact_codes(match.group()):
            yield Phrase(code, match.group(), 1)


def _key(stems: list[str]) -> str:
    return " ".join(sorted(stems))


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()
