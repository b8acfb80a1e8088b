"""What a visitor corrects in what was understood of a text, and the suggestions that follow.

Nothing of it is stored: the text and its corrections travel with each request.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.codes import Language
from catalog.codes import Ecosystem, Facet, GreenAim
from catalog.encoder.failures import EncoderError
from catalog.in_their_words import understood
from catalog.language import detect
from catalog.models import Concept, OfferConcept
from catalog.naming import labels
from catalog.understanding import SHOWN_WEIGHT

from .explaining import Proposal
from .pipeline import propose

MOST_REMOVED = 12  # concepts; a text has no more
LOOKED_AT = 3  # times as many suggestions as are shown, where corrections leave some out or put others first


class Corrections(NamedTuple):
    """Empty where nothing was corrected; `without` are the concepts that the text is not about."""

    language: str = ""
    ecosystem: str = ""
    aim: str = ""
    without: frozenset[int] = frozenset()


class Idea(NamedTuple):
    """A concept by its name in the reader's language."""

    concept: int
    label: str
    facet: str
    aims: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What is worth saying about it: that it is a sector, or a green aim."""
        return str(Facet(self.facet).label) if self.facet in (Facet.SECTOR, Facet.GREEN_AIM) else ""


class Reading(NamedTuple):
    """What was understood of a text; `removed` are the concepts that its writer took off."""

    language: str  # as corrected
    detected: str  # the language it was found to be in
    ideas: list[Idea]
    removed: list[Idea]

    @property
    def aims(self) -> list[str]:
        """Green aims that the standing concepts serve, in words, each once."""
        return [str(GreenAim(aim).label) for aim in dict.fromkeys(aim for idea in self.ideas for aim in idea.aims)]


class CorrectionForm(forms.Form):
    language = forms.ChoiceField(label=_("Language of the text"), required=False)
    ecosystem = forms.ChoiceField(
        label=_("Sector"), required=False, choices=[("", _("not said")), *Ecosystem.choices]
    )
    aim = forms.ChoiceField(
        label=_("Green aim"), required=False, choices=[("", _("none in particular")), *GreenAim.choices]
    )

    def __init__(self, *args: object, found: str = "", **kwargs: object) -> None:
        """`found` is the language that the text was found to be in."""
        super().__init__(*args, **kwargs)
        others = [(code, name) for code, name in Language.choices if code != found]
        self.fields["language"].choices = [("", Language(found).label if found else ""), *others]

    def corrections(self) -> Corrections:
        """Nonsense corrects nothing. A press on one concept takes it off, or back."""
        self.is_valid()
        without = set(_numbers(self.data, "without")[:MOST_REMOVED]) | set(_numbers(self.data, "drop"))
        chosen = {name: self.cleaned_data.get(name, "") for name in ("language", "ecosystem", "aim")}
        return Corrections(**chosen, without=frozenset(without - set(_numbers(self.data, "back"))))


def _numbers(data: QueryDict, name: str) -> list[int]:
    return [int(one) for one in data.getlist(name) if one.isdecimal() and len(one) < 10]


def read(text: str, corrections: Corrections, reader_language: str) -> Reading:
    """What is understood; no concepts where the encoder is busy or away."""
    detected = detect(text, default=reader_language)
    language = corrections.language or detected
    try:
        found = [one.concept for one in understood(text, language)]
    except EncoderError:
        found = []
    ideas = _ideas([*found, *sorted(corrections.without - set(found))], reader_language)
    standing = [idea for idea in ideas if idea.concept not in corrections.without]
    removed = [idea for idea in ideas if idea.concept in corrections.without]
    return Reading(language, detected, standing, removed)


def _ideas(concepts: list[int], language: str) -> list[Idea]:
    names = labels(concepts, language)
    rows = Concept.objects.active().filter(pk__in=concepts).values_list("pk", "facet", "green_aims")
    about = {pk: (facet, tuple(aims)) for pk, facet, aims in rows}
    return [Idea(pk, names[pk], *about[pk]) for pk in concepts if pk in names and pk in about]


def follow(text: str, corrections: Corrections, reading: Reading, top: int) -> list[Proposal]:
    """The suggestions for a text as corrected. An offer about a concept that was taken off, and about nothing else
    that was understood, is left out; those that serve the chosen green aim stand first."""
    is_moved = bool(corrections.aim or corrections.without)
    ecosystems = [corrections.ecosystem] if corrections.ecosystem else []
    found = propose(text, top * LOOKED_AT if is_moved else top, reading.language, ecosystems)
    if not is_moved:
        return found
    concepts, aims = _about(proposal.offer.pk for proposal in found)
    meant = {idea.concept for idea in reading.ideas}
    kept = [one for one in found if not _is_beside(concepts[one.offer.pk], corrections.without, meant)]
    return sorted(kept, key=lambda one: bool(corrections.aim) and corrections.aim not in aims[one.offer.pk])[:top]


def _is_beside(concepts: set[int], without: frozenset[int], meant: set[int]) -> bool:
    return bool(concepts & without) and not concepts & meant


def _about(offers: Iterable[int]) -> tuple[dict[int, set[int]], dict[int, set[str]]]:
    """Concepts and green aims, each by offer."""
    uses = OfferConcept.objects.shown(SHOWN_WEIGHT).filter(document__in=list(offers))
    concepts: dict[int, set[int]] = defaultdict(set)
    aims: dict[int, set[str]] = defaultdict(set)
    for offer, concept, served in uses.values_list("document", "concept", "concept__green_aims"):
        concepts[offer].add(concept)
        aims[offer].update(served)
    return concepts, aims
