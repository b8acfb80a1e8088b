"""The platform's own names of concepts, read by the encoder and checked against the English ones."""

from collections.abc import Mapping, Sequence

from .codes import LabelKind
from .encoding import encoder
from .language import LANGUAGES
from .neutral import Array
from .translation_check import Miss, Scores, scores
from .vocabulary_files import Entry, entries

ENGLISH = "en"
NEIGHBOUR = "a neighbour of it in the vocabulary lies nearer"
UNREAD = "the encoder prefers others; not yet read by a speaker"


def preferred(language: str, concepts: Sequence[Entry]) -> list[str]:
    """The preferred name of each."""
    return [
        next(name.text for name in entry.names if (name.language, name.kind) == (language, LabelKind.PREFERRED))
        for entry in concepts
    ]


def read() -> dict[str, Array]:
    """By language the names of all concepts, as the encoder reads them. Minutes: 502 names each."""
    concepts = list(entries())
    return {language: vectors_of(language, concepts) for language in LANGUAGES}


def checked(vectors: Mapping[str, Array]) -> dict[str, Scores]:
    """By language, but for English, what `read` has given."""
    return {language: scores(own, vectors[ENGLISH]) for language, own in vectors.items() if language != ENGLISH}


def vectors_of(language: str, concepts: Sequence[Entry]) -> Array:
    return encoder().encode_query(preferred(language, concepts))


def margins_of(found: dict[str, Scores]) -> dict[tuple[str, str], float]:
    """By concept and language."""
    names = [entry.identifier for entry in entries()]
    return {
        (concept, language): float(margin)
        for language, one in found.items()
        for concept, margin in zip(names, one.margins, strict=True)
    }


def misses(found: dict[str, Scores], known: Sequence[Miss]) -> list[Miss]:
    """Every miss, with the reason that stands in the file already or, where it is new, what can be told of it."""
    concepts = list(entries())
    said = {(miss.concept, miss.language, miss.name): miss.why for miss in known}
    rows = []
    for language, one in found.items():
        names = preferred(language, concepts)
        for row in (one.margins <= 0).nonzero()[0]:
            entry, nearest = concepts[row], [concepts[at] for at in one.nearest(row)]
            why = said.get((entry.identifier, language, names[row])) or _why(entry, nearest)
            rows.append(Miss(entry.identifier, language, names[row], nearest[0].identifier, why))
    return sorted(rows, key=lambda miss: (miss.language, miss.concept))


def _why(entry: Entry, nearest: Sequence[Entry]) -> str:
    beside = any(_are_neighbours(entry, other) for other in nearest[:2])
    return NEIGHBOUR if beside else UNREAD


def _are_neighbours(one: Entry, other: Entry) -> bool:
    """One is above the other, they are related, or both are under the same."""
    joined = {*one.broader, *one.related}
    back = {*other.broader, *other.related}
    return other.identifier in joined or one.identifier in back or bool(set(one.broader) & set(other.broader))
