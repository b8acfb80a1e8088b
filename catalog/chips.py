"""The concepts of a document as somebody sees them: names in the reader's language, where they come from, and, for
those who may see it, the sentence that says so."""

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from .annotating import USES
from .codes import FoundBy, UseState
from .models import ConceptUse, Document
from .naming import labels
from .presenting import Shown
from .understanding import SHOWN_WEIGHT

MOST = 8
ORIGINS = {
    FoundBy.WORDS: _("from your words"),
    FoundBy.MEANING: _("suggested"),
    FoundBy.AUTHOR: _("added"),
    FoundBy.BROKER: _("added by a broker"),
}


@dataclass(frozen=True)
class Chip:
    """`sentence` is verbatim, as far as the disclosure of the document allows."""

    concept: int
    label: str
    origin: str
    kind: str  # "words", "suggested" or "confirmed": which mark it gets
    sentence: str
    is_confirmed: bool


class Chips(NamedTuple):
    shown: list[Chip]  # all that people have confirmed, and the weightiest of the others
    taken_off: list[tuple[int, str]]  # concepts that somebody has removed, to take that back


def chips(shown: Shown, document: Document, language: str) -> Chips:
    """None where nothing may be seen."""
    if shown.is_none:
        return Chips([], [])
    every = USES[type(document)].objects.filter(document=document.pk)
    told = every.shown(SHOWN_WEIGHT) | every.filter(state=UseState.REMOVED)
    uses = list(told.order_by("state", "-weight", "pk").without_vectors())
    names = labels([use.concept_id for use in uses], language)
    removed = [use.concept_id for use in uses if use.state == UseState.REMOVED and use.concept_id in names]
    standing = [use for use in uses if use.state == UseState.CONFIRMED]
    suggested = [use for use in uses if use.state not in (UseState.CONFIRMED, UseState.REMOVED)]
    standing += suggested[: max(MOST - len(standing), 0)]
    return Chips(
        [_chip(use, names[use.concept_id], shown) for use in standing if use.concept_id in names],
        sorted(((concept, names[concept]) for concept in removed), key=lambda pair: pair[1]),
    )


def _chip(use: ConceptUse, label: str, shown: Shown) -> Chip:
    is_confirmed = use.state == UseState.CONFIRMED
    origin = _("confirmed") if is_confirmed else ORIGINS[FoundBy(use.found_by)]
    kind = "confirmed" if is_confirmed else "words" if use.found_by == FoundBy.WORDS else "suggested"
    return Chip(use.concept_id, label, str(origin), kind, shown.strip(use.sentence), is_confirmed)
