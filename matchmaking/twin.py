"""The twin transition in a match: which digital means serves which green aim, with the words that say so."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from catalog.codes import Facet, GreenAim, UseState
from catalog.models import NeedConcept, OfferConcept
from catalog.models.concept import ConceptUse
from catalog.presenting import Shown
from catalog.understanding import SHOWN_WEIGHT

from .models import Match
from .shared_concepts import concept_names

LINES = 2  # shown for a match
READ = ("weight", "state", "sentence", "concept__facet", "concept__green_aims")


class Said(NamedTuple):
    """A concept by name, and the sentence of a text that says it; empty where none does."""

    concept: str
    sentence: str
    language: str


class Twin(NamedTuple):
    means: Said
    aim: Said
    area: str  # energy, water, …, in the reader's language


def twins_of(match: Match, need: Shown, offer: Shown) -> list[Twin]:
    """Strongest first, from what may be seen of both texts."""
    sides = [(need, _uses(NeedConcept, match.need_id)), (offer, _uses(OfferConcept, match.offer_id))]
    sides = [(shown, uses) for shown, uses in sides if not shown.is_none]
    means = [(shown, use) for shown, uses in sides for use in uses if _is_digital(use)]
    aims = [(shown, use) for shown, uses in sides for use in uses if not _is_digital(use)]
    links = sorted(_links(means, aims), key=lambda link: -link[0])
    once = {link[1].concept_id: link for link in reversed(links)}  # the strongest aim of each means
    chosen = sorted(once.values(), key=lambda link: -link[0])[:LINES]
    names = concept_names(use.concept_id for link in chosen for use in (link[1], link[3]))
    return [
        Twin(_said(use, shown, names), _said(aim, where, names), str(GreenAim(area).label))
        for _weight, use, shown, aim, where, area in chosen
    ]


def _uses(model: type[ConceptUse], document: int) -> list[ConceptUse]:
    uses = model.objects.shown(SHOWN_WEIGHT).filter(document=document).select_related("concept")
    return list(uses.only("document", *READ).order_by("-weight", "pk"))


def _is_digital(use: ConceptUse) -> bool:
    return use.concept.facet == Facet.DIGITAL_MEANS


def _links(means: Iterable[tuple[Shown, ConceptUse]], aims: list[tuple[Shown, ConceptUse]]) -> Iterator[tuple]:
    """(strength, means, its text, aim, its text, area) wherever a means serves an area that the aim is in."""
    for shown, use in means:
        for where, aim in aims:
            for area in use.concept.green_aims:
                if area in aim.concept.green_aims:
                    yield _strength(use) * _strength(aim), use, shown, aim, where, area


def _strength(use: ConceptUse) -> float:
    """What somebody has confirmed is certain; a green aim by name says more than a technology that serves one."""
    certainty = 1.0 if use.state == UseState.CONFIRMED else use.weight
    return certainty * (1.5 if use.concept.facet == Facet.GREEN_AIM else 1.0)


def _said(use: ConceptUse, shown: Shown, names: dict[int, str]) -> Said:
    return Said(names.get(use.concept_id, ""), shown.strip(use.sentence), shown.language)
