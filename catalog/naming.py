"""What concepts are called, for people: in a language of theirs, and in the words of adopters or of experts."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Case, IntegerField, OuterRef, Subquery, Value, When

from .codes import LabelKind
from .models import ConceptLabel
from .models.concept import ConceptLabelQuerySet

MOST_CHOICES = 1500  # names offered to choose from; of a larger vocabulary one types


def labels(concepts: Iterable[int], language: str) -> dict[int, str]:
    """By concept, its preferred name in the language, else in English, else in whichever comes first."""
    return dict(_preferred(language).filter(concept__in=list(concepts)).reverse().values_list("concept", "text"))


def label_of(concept: str, language: str) -> Subquery:
    """The same, of the concept in this column of a query; null where it has no name."""
    return Subquery(_preferred(language).filter(concept=OuterRef(concept)).values("text")[:1])


def _preferred(language: str) -> ConceptLabelQuerySet:
    """The best first."""
    rank = Case(When(language=language, then=0), When(language="en", then=1), default=2, output_field=IntegerField())
    rows = ConceptLabel.objects.shown().filter(kind=LabelKind.PREFERRED).annotate(rank=rank)
    return rows.order_by("rank", "language", "pk")


class Ways(NamedTuple):
    language: str
    names: list[str]


def ways_to_say(concepts: Iterable[int], kind: LabelKind, languages: Iterable[str]) -> dict[int, Ways]:
    """By concept, its names of a kind in the first of the languages that has any."""
    wanted = list(languages)
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = ConceptLabel.objects.shown().filter(concept__in=list(concepts), kind=kind, language__in=wanted)
    for concept, language, text in rows.order_by("pk").values_list("concept", "language", "text"):
        found[concept][language].append(text)
    return {
        concept: next(Ways(language, by_language[language]) for language in wanted if language in by_language)
        for concept, by_language in found.items()
    }


def choices(language: str) -> list[str]:
    """Preferred names to choose a concept from; none where there are too many for a page."""
    named = ConceptLabel.objects.shown().filter(kind=LabelKind.PREFERRED, language=language)
    found = list(named.order_by("text").values_list("text", flat=True)[: MOST_CHOICES + 1])
    return found if len(found) <= MOST_CHOICES else []


def concept_called(name: str, language: str) -> int | None:
    """The concept of this name, whichever way it is written; a preferred name in the language before others."""
    rank = Case(When(language=language, then=Value(0)), default=Value(1), output_field=IntegerField())
    kinds = Case(When(kind=LabelKind.PREFERRED, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = ConceptLabel.objects.told().filter(text__iexact=" ".join(name.split())).annotate(rank=rank, kinds=kinds)
    return rows.order_by("rank", "kinds", "pk").values_list("concept", flat=True).first()
