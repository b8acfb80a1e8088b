"""The sentences of a text, each verbatim with the field it stands in: what is shown as evidence. A pure module."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

SENTENCES = 12  # of a text that are looked at: bounds the cost; a form's longest text has more, the gist comes first
SHORTEST = 12  # characters: "Yes." is no sentence to show

# Where a sentence may end: at a line's end, or at one of .!?… with what closes after it, before a blank.
END = re.compile(r"\n+|([.!?…])[\"'»”’)]*\s+")
LAST_WORD = re.compile(r"\w+$")


@dataclass(frozen=True)
class Sentence:
    """Verbatim, with the name of the document's field it stands in."""

    field: str
    text: str


def sentences(fields: Mapping[str, str]) -> list[Sentence]:
    """The first sentences of a document's text fields, title first, none twice."""
    found = [Sentence(name, part) for name, text in fields.items() for part in split(text)]
    return list({sentence.text: sentence for sentence in reversed(found)}.values())[::-1][:SENTENCES]


def split(text: str) -> list[str]:
    """The sentences of a text in any language that ends them with .!?… or a line, each a part of the text."""
    ends = [match for match in END.finditer(text) if _really_ends(text, match)]
    starts = [0, *(match.end() for match in ends)]
    stops = [*(match.end() for match in ends), len(text)]
    parts = (text[start:stop].strip() for start, stop in zip(starts, stops, strict=True))
    return [part for part in parts if len(part) >= SHORTEST]


def _really_ends(text: str, end: re.Match) -> bool:
    """A dot after a number or a letter or two ("3. Oktober", "z. B. Holz", "ca. 5"), or before a small letter or a
    figure, ends no sentence."""
    if end.group(1) != ".":
        return True
    following = text[end.end() : end.end() + 1]
    before = LAST_WORD.search(text, max(0, end.start() - 20), end.start())
    is_short = before is not None and (before.group().isdigit() or len(before.group()) <= 2)
    return not (is_short or following.islower() or following.isdigit())
