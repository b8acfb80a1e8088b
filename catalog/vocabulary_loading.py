"""Vocabularies into the database: all of one or nothing, and nothing where nothing changed.

A concept that has gone from its files is retired, not deleted: documents may be about it. What brokers have added
to a concept stays. Concepts go through in batches, so that memory does not grow with the size of a vocabulary.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from . import vocabulary_files
from .codes import ConceptState, Facet, GreenAim, LabelKind, LabelSource
from .models import Concept, ConceptLabel, Scheme
from .models.concept import LONGEST_LABEL, OWN_SCHEME
from .phrases import code_of, key_of
from .vocabulary_files import Entry, Name, VocabularyError

BATCH = 500  # concepts at a time
ROWS = 5000  # rows of one statement
LONGEST_IDENTIFIER = 300  # characters, of a concept or a vocabulary
OWN_TITLE = "Digital and green transition"
FIELDS = ("facet", "green_aims", "definition", "definition_language", "state")


@dataclass
class Loaded:
    """What loading changed."""

    concepts: int = 0
    added: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    retired: int = 0

    @property
    def is_changed(self) -> bool:
        return bool(self.added or self.changed or self.retired)


@dataclass(frozen=True)
class Vocabulary:
    """One to load. `entries` can be asked again: names first, then what joins the concepts."""

    identifier: str
    title: str
    digest: str
    source: LabelSource
    entries: Callable[[], Iterable[Entry]]


def load_own() -> Loaded:
    """The platform's own vocabulary, unless these very files are loaded already. Raises VocabularyError."""
    digest = vocabulary_files.digest()
    if Scheme.objects.filter(identifier=OWN_SCHEME, digest=digest).exists():
        return Loaded()
    return load(Vocabulary(OWN_SCHEME, OWN_TITLE, digest, LabelSource.SHIPPED, vocabulary_files.entries))


@transaction.atomic
def load(vocabulary: Vocabulary) -> Loaded:
    """All of it or nothing. Raises VocabularyError."""
    if len(vocabulary.identifier) > LONGEST_IDENTIFIER:
        words = _("Its identifier is longer than %(most)d characters.")
        raise VocabularyError(words % {"most": LONGEST_IDENTIFIER})
    Scheme.objects.get_or_create(identifier=vocabulary.identifier)
    scheme = Scheme.objects.select_for_update().get(identifier=vocabulary.identifier)
    loaded, seen = Loaded(), {}
    for batch in _batches(vocabulary.entries()):
        _check(batch, seen)
        seen |= _save(scheme, batch, vocabulary.source, loaded)
    if not seen:
        raise VocabularyError(_("There is no concept with a preferred name in it."))
    for batch in _batches(vocabulary.entries()):
        loaded.changed |= _join(batch, seen)
    loaded.changed -= loaded.added
    loaded.retired = _retire(scheme, set(seen.values()))
    scheme.title, scheme.digest = vocabulary.title[:300], vocabulary.digest
    scheme.save(update_fields=["title", "digest"])
    if loaded.is_changed:
        note_change(scheme)
    return loaded


def note_change(scheme: Scheme) -> None:
    """What was found with the vocabulary as it was is out of date from now on."""
    Scheme.objects.filter(pk=scheme.pk).update(revision=F("revision") + 1, changed_at=timezone.now())


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while batch := list(islice(rest, BATCH)):
        yield batch


# What a file may say


def _check(batch: Sequence[Entry], seen: dict[str, int]) -> None:
    met = set(seen)
    for entry in batch:
        for problem in _problems(entry, met):
            raise _error(entry, problem)
        met.add(entry.identifier)


def _error(entry: Entry, problem: str) -> VocabularyError:
    words = _("Concept %(concept)s: %(problem)s")
    return VocabularyError(words % {"concept": entry.identifier[:LONGEST_IDENTIFIER], "problem": problem})


def _problems(entry: Entry, met: set[str]) -> Iterator[str]:
    if entry.identifier in met:
        yield _("it is there twice.")
    if len(entry.identifier) > LONGEST_IDENTIFIER:
        yield _("its identifier is longer than %(most)d characters.") % {"most": LONGEST_IDENTIFIER}
    if entry.facet and entry.facet not in Facet.values:
        yield f"there is no facet {entry.facet!r}, only {', '.join(Facet.values)}."
    if unknown := [aim for aim in entry.green_aims if aim not in GreenAim.values]:
        yield f"there is no green aim {unknown[0]!r}, only {', '.join(GreenAim.values)}."
    if not any(name.kind == LabelKind.PREFERRED for name in entry.names):
        yield _("it has no preferred name.")
    yield from (problem for name in entry.names if (problem := _problem_of(name)))


def _problem_of(name: Name) -> str:
    if not name.text.strip():
        return _("a name in “%(language)s” is empty.") % {"language": name.language}
    if len(name.text) > LONGEST_LABEL:
        words = _("the name “%(name)s…” has %(length)d characters, at most %(most)d can be kept.")
        return words % {"name": name.text[:40], "length": len(name.text), "most": LONGEST_LABEL}
    words = _("“%(language)s” is no code of a language.")
    return words % {"language": name.language} if not 2 <= len(name.language) <= 8 else ""


# Concepts and their names


def _save(scheme: Scheme, batch: Sequence[Entry], source: LabelSource, loaded: Loaded) -> dict[str, int]:
    """Primary keys by identifier."""
    wanted = {entry.identifier: _concept(scheme, entry) for entry in batch}
    rows = Concept.objects.filter(scheme=scheme, identifier__in=wanted).without_vectors()
    known = {concept.identifier: concept for concept in rows}
    touched = {name for name, concept in known.items() if _differs(concept, wanted[name])}
    Concept.objects.bulk_create([concept for name, concept in wanted.items() if name not in known], ROWS)
    for name in touched:
        wanted[name].pk = known[name].pk
    Concept.objects.bulk_update([wanted[name] for name in touched], FIELDS, ROWS)
    pks = {name: (known.get(name) or concept).pk for name, concept in wanted.items()}
    loaded.concepts += len(batch)
    loaded.added |= {pks[name] for name in wanted.keys() - known.keys()}
    loaded.changed |= {pks[name] for name in touched} | _save_names(batch, pks, source)
    return pks


def _concept(scheme: Scheme, entry: Entry) -> Concept:
    return Concept(
        scheme=scheme,
        identifier=entry.identifier,
        facet=entry.facet,
        green_aims=list(entry.green_aims),
        definition=entry.definition[:2000],
        definition_language=entry.definition_language,
        state=ConceptState.ACTIVE,
    )


def _differs(known: Concept, wanted: Concept) -> bool:
    return any(getattr(known, name) != getattr(wanted, name) for name in FIELDS)


def _save_names(batch: Sequence[Entry], pks: dict[str, int], source: LabelSource) -> set[int]:
    """The concepts whose names changed. What brokers wrote or switched off stays as it is."""
    wanted = {(pks[entry.identifier], name.language, name.text): name for entry in batch for name in entry.names}
    rows = ConceptLabel.objects.filter(concept__in=pks.values())
    known = {row[1:4]: row for row in rows.values_list("pk", "concept", "language", "text", "kind", "source")}
    new = [key for key in wanted if key not in known]
    moved = [row for key, row in known.items() if row[5] == source and key in wanted and row[4] != wanted[key].kind]
    gone = [row for key, row in known.items() if row[5] == source and key not in wanted]
    ConceptLabel.objects.filter(pk__in=[row[0] for row in [*gone, *moved]]).delete()
    fresh = [*new, *(row[1:4] for row in moved)]
    ConceptLabel.objects.bulk_create([label(key[0], wanted[key], source) for key in fresh], ROWS)
    return {key[0] for key in fresh} | {row[1] for row in gone}


def label(concept: int, name: Name, source: LabelSource) -> ConceptLabel:
    """A row that is not saved yet, with what finds it in a text."""
    return ConceptLabel(
        concept_id=concept,
        language=name.language,
        text=name.text,
        kind=name.kind,
        source=source,
        key=key_of(name.text, name.language, is_lay=name.kind == LabelKind.LAY)[:LONGEST_LABEL],
        code=code_of(name.text),
    )


# What joins them


def _join(batch: Sequence[Entry], pks: dict[str, int]) -> set[int]:
    """The concepts that got other neighbours. Raises VocabularyError for one that is not there."""
    changed: set[int] = set()
    for relation in ("broader", "related"):
        through = getattr(Concept, relation).through
        own = [pks[entry.identifier] for entry in batch]
        known = through.objects.filter(from_concept__in=own).values_list("from_concept", "to_concept", "pk")
        known = {(start, end): pk for start, end, pk in known}
        wanted = set(_pairs(batch, relation, pks))
        gone = known.keys() - wanted
        through.objects.filter(pk__in=[known[pair] for pair in gone]).delete()
        new = sorted(wanted - known.keys())
        through.objects.bulk_create([through(from_concept_id=start, to_concept_id=end) for start, end in new], ROWS)
        changed |= {start for start, _end in [*gone, *new]}
    return changed


def _pairs(batch: Sequence[Entry], relation: str, pks: dict[str, int]) -> Iterator[tuple[int, int]]:
    for entry in batch:
        for other in getattr(entry, relation):
            if other not in pks:
                words = _("it is joined to the concept %(other)s, which is not there.")
                raise _error(entry, words % {"other": other})
            yield pks[entry.identifier], pks[other]


def _retire(scheme: Scheme, seen: set[int]) -> int:
    active = Concept.objects.active().filter(scheme=scheme).values_list("pk", flat=True)
    gone = [pk for pk in active if pk not in seen]
    return Concept.objects.filter(pk__in=gone).update(state=ConceptState.RETIRED)
