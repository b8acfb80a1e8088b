"""The twin transition in a match: which digital means serves which green aim, with the words that say so."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from catalog.codes import Facet, GreenAim
from catalog.presenting import Shown
from catalog.understanding import SHOWN_WEIGHT

from .models import Match
from .shared_concepts import SharedConcepts, Use, Uses

LINES = 2  # shown for a match


class Said(NamedTuple):
    """A concept by name, and the sentence of a text that says it; empty where none does."""

    concept: str
    sentence: str
    language: str


class Twin(NamedTuple):
    means: Said
    aim: Said
    area: str  # energy, water, …, in the reader's language


class Told(NamedTuple):
    """What one of the two texts is about."""

    concept: int
    use: Use
    shown: Shown

    @property
    def strength(self) -> float:
        """A green aim by name says more than a technology that serves one."""
        return self.use.weight * (1.5 if self.use.facet == Facet.GREEN_AIM else 1.0)

    @property
    def is_digital(self) -> bool:
        return self.use.facet == Facet.DIGITAL_MEANS


def twins_of(match: Match, need: Shown, offer: Shown, concepts: SharedConcepts) -> list[Twin]:
    """Strongest first, from what may be seen of both texts."""
    sides = [(need, concepts.of_need(match)), (offer, concepts.of_offer(match))]
    told = [one for shown, uses in sides if not shown.is_none for one in _told(shown, uses)]
    told = [one for one in told if one.concept in concepts.names]  # of a retired concept nothing is said
    means, aims = [one for one in told if one.is_digital], [one for one in told if not one.is_digital]
    links = sorted(_links(means, aims), key=lambda link: -link[0])
    once = {link[1].concept: link for link in reversed(links)}  # the strongest aim of each means
    chosen = sorted(once.values(), key=lambda link: -link[0])[:LINES]
    return [
        Twin(_said(one, concepts), _said(aim, concepts), str(GreenAim(area).label))
        for _weight, one, aim, area in chosen
    ]


def _told(shown: Shown, uses: Uses) -> list[Told]:
    """What people are shown of it, the weightiest first."""
    told = [Told(concept, use, shown) for concept, use in uses.items() if use.weight >= SHOWN_WEIGHT]
    return sorted(told, key=lambda one: (-one.use.weight, one.concept))


def _links(means: Iterable[Told], aims: list[Told]) -> Iterator[tuple[float, Told, Told, str]]:
    """(strength, means, aim, area) wherever a means serves an area that the aim is in."""
    for one in means:
        for aim in aims:
            for area in one.use.green_aims:
                if area in aim.use.green_aims:
                    yield one.strength * aim.strength, one, aim, area


def _said(told: Told, concepts: SharedConcepts) -> Said:
    name = concepts.names.get(told.concept, "")
    return Said(name, told.shown.strip(told.use.sentence), told.shown.language)
