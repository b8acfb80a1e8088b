"""The sentences of a need and an offer that speak to each other, numbered, and marked in both texts.

What is shown went through the disclosure of each side first: a sentence that cannot be found in the text as this
person may see it is listed with its pair, but not marked.
"""

from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.presenting import Shown

from .codes import Side
from .glossary import key_of
from .models import Match
from .shared_concepts import SharedConcepts

TINTS = 5  # as many as the style sheet has
WORD_JOINER = "\N{WORD JOINER}"  # keeps the number on the line of the last word


class Pair(NamedTuple):
    number: int
    need: str
    offer: str
    concept: str = ""  # what both speak of, in the reader's language
    is_taught: bool = False  # joined by a broker
    key: str = ""  # names the pair on a form


class MarkedSection(NamedTuple):
    label: str
    html: SafeString


def pairs_of(match: Match, need: Shown, offer: Shown, concepts: SharedConcepts | None = None) -> list[Pair]:
    """The bridge of a match as far as both sides may be seen, strongest pair first, numbered from 1. Without
    `concepts` none is named, which saves reading them."""
    said = [pair for pair in match.bridge if _is_said(pair, match)]
    seen = [(need.strip(pair["need"]), offer.strip(pair["offer"]), pair) for pair in said]
    return [
        Pair(number, asked, answer, concepts.name(match, pair) if concepts else "", "entry" in pair, key_of(pair))
        for number, (asked, answer, pair) in enumerate((one for one in seen if all(one)), start=1)
    ]


def _is_said(pair: dict, match: Match) -> bool:
    """Whether both sentences stand in the texts as they are now: what an author took out is quoted to nobody. Words
    that a broker has just taught are the broker's, and stand in no field."""
    if "need_field" not in pair:
        return True
    return pair["need"] in match.need.text and pair["offer"] in match.offer.text


def marked_title(shown: Shown, side: Side, pairs: list[Pair]) -> SafeString:
    return mark(shown.title, side, pairs)


def marked_sections(shown: Shown, side: Side, pairs: list[Pair]) -> list[MarkedSection]:
    return [MarkedSection(section.label, mark(section.text, side, pairs)) for section in shown.sections]


def mark(text: str, side: Side, pairs: list[Pair]) -> SafeString:
    """`text` as HTML with each pair's sentence of this side marked where it occurs first."""
    done, at = [], 0
    for start, end, number in _places(text, side, pairs):
        done += [(text[at:start],), (_marked(text[start:end], side, number),)]
        at = end
    return format_html_join("", "{}", [*done, (text[at:],)])


def _places(text: str, side: Side, pairs: list[Pair]) -> list[tuple[int, int, int]]:
    """(start, end, number) of the sentences found, in the order of the text; a later overlap is left out."""
    found, free_from = [], 0
    sentences = [(text.find(sentence), sentence, pair.number) for pair in pairs if (sentence := getattr(pair, side))]
    for start, sentence, number in sorted(sentences):
        if start >= free_from:
            free_from = start + len(sentence)
            found.append((start, free_from, number))
    return found


def _marked(sentence: str, side: Side, number: int) -> SafeString:
    other = Side.OFFER if side == Side.NEED else Side.NEED
    return format_html(
        '<mark class="evidence-{tint}" id="{side}-{number}" data-pair="{number}">{sentence}{joiner}'
        '<a class="number-mark" href="#{other}-{number}" aria-label="{label}">{number}</a></mark>',
        tint=(number - 1) % TINTS + 1,
        side=side.value,
        other=other.value,
        number=number,
        sentence=sentence,
        joiner=WORD_JOINER,
        label=_("%(number)d: see the other side") % {"number": number},
    )
