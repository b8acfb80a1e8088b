"""What would make the text of a need or an offer easier to find and to decide on. A pure module.

Notes advise and never block. In which words they are said is the business of `lint_words`; which words of a text are
signs of what is of `lint_signs`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .anonymise import identities_in
from .lint_signs import COMPANY, MARKETING, SECTOR_SIGNS, SIGNS

LIMITS = {
    "title": 256, "summary": 500, "description": 4000, "advantages": 2000, "expertise_sought": 2000,
    "partner_role": 4000,
}  # fmt: skip
LONG_TITLE = 90  # characters that a list or the subject of a mail shows
FEW_WORDS = 15
NEARLY_FULL = 0.95
MOST_KEYWORDS = 5
MOST_FOUND = 4  # words quoted in one note
PARTS = {"need": ("why", "tried", "limits", "amounts"), "offer": ("solves", "how", "limits", "amounts")}
DIGIT = re.compile(r"\d")


class Note(NamedTuple):
    """`code` says what, `field` where, `found` which words of the text."""

    code: str
    field: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A text while it is written."""

    side: str  # need or offer
    language: str  # ISO 639-1
    texts: dict[str, str]
    keywords: dict[str, list[str]] = field(default_factory=dict)
    ecosystems: tuple[str, ...] = ()
    is_hidden: bool = False  # anonymous or for the network only
    own_names: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        return "\n".join(text for text in self.texts.values() if text)


def notes(draft: Draft) -> list[Note]:
    """The most urgent first; none for a text that nobody has begun."""
    if not draft.texts.get("description", "").strip():
        return []
    return [*_leaks(draft), *_lengths(draft), *_keywords(draft), *_missing(draft), *_marketing(draft), *_asked(draft)]


def _leaks(draft: Draft) -> Iterator[Note]:
    """Names and addresses by which an anonymous author is known."""
    if not draft.is_hidden:
        return
    for name, text in [*draft.texts.items(), *((name, ", ".join(words)) for name, words in draft.keywords.items())]:
        if found := leaks_in(text, draft.own_names, draft.other_names):
            yield Note("leak", name, found)


def leaks_in(text: str, own_names: Iterable[str], other_names: Iterable[str]) -> tuple[str, ...]:
    """What in the text tells who wrote it: names, addresses, numbers, and companies with their legal form."""
    companies = (found.group() for found in COMPANY.finditer(text))
    others = (other for other in other_names if re.search(rf"(?<!\w){re.escape(other)}(?!\w)", text))
    return _distinct([*identities_in(text, own_names), *others, *companies])


def _lengths(draft: Draft) -> Iterator[Note]:
    for name, text in draft.texts.items():
        if len(text) > LIMITS[name]:
            yield Note("too_long", name, (str(len(text) - LIMITS[name]),))
        elif len(text) > LIMITS[name] * NEARLY_FULL and name != "title":
            yield Note("nearly_full", name, (str(LIMITS[name] - len(text)),))
    if len(draft.texts.get("title", "")) > LONG_TITLE:
        yield Note("long_title", "title")
    if len(draft.whole.split()) < FEW_WORDS:
        yield Note("short", "description")


def _keywords(draft: Draft) -> Iterator[Note]:
    for name, words in draft.keywords.items():
        if len(words) > MOST_KEYWORDS:
            yield Note("keywords", name, (str(len(words) - MOST_KEYWORDS),))


def _missing(draft: Draft) -> Iterator[Note]:
    """Why, how and within which limits; nothing is missed in a language whose signs are not known."""
    for part in PARTS[draft.side]:
        if part == "amounts":
            is_said = bool(DIGIT.search(draft.whole))
        else:
            signs = SIGNS[part].get(draft.language)
            is_said = signs is None or bool(signs.search(draft.whole))
        if not is_said:
            yield Note(f"no_{part}", "description")


def _marketing(draft: Draft) -> Iterator[Note]:
    signs = MARKETING.get(draft.language)
    for name, text in draft.texts.items() if signs else ():
        if found := _distinct(word.group() for word in signs.finditer(text)):
            yield Note("marketing", name, found)


def _asked(draft: Draft) -> Iterator[Note]:
    """What brokers of the sector ask first, unless the text speaks of it."""
    for sector in draft.ecosystems:
        signs = SECTOR_SIGNS.get(sector)
        if signs and not signs.search(draft.whole):
            yield Note(f"ask_{sector}", "description")


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words))[:MOST_FOUND]
