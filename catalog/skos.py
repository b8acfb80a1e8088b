"""SKOS vocabularies (https://www.w3.org/TR/skos-reference/) from RDF/XML, Turtle or JSON-LD files: ESCO, EuroVoc, …

What SKOS says goes into an SQLite file on disk (`skos_sieve.py`) and is read from there concept by concept.
"""

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.utils.translation import gettext as _

from .codes import LabelKind, LabelSource
from .skos_sieve import REFUSED, SKOS, TITLES, TYPE, XL, SieveError, sieve
from .vocabulary_files import Entry, Name, VocabularyError
from .vocabulary_loading import Vocabulary

NAMES = {"prefLabel": LabelKind.PREFERRED, "altLabel": LabelKind.EXPERT, "hiddenLabel": LabelKind.HIDDEN}
CONCEPTS = f"""
    SELECT DISTINCT subject FROM fact WHERE predicate = '{TYPE}' AND object = '{SKOS}Concept' AND subject NOT IN
    (SELECT subject FROM fact WHERE predicate LIKE '%#deprecated' AND object = 'true') ORDER BY subject
"""  # noqa: S608 - constants
UNTAGGED = "en"  # what a name without a language is taken for


@contextmanager
def open_skos(path: Path, scheme: str | None = None, seconds: float | None = None) -> Iterator[Vocabulary]:
    """The vocabulary of a file, as long as the block lasts. `scheme` names it where the file does not do so clearly;
    `seconds` is how long its parser may take.

    Raises VocabularyError for what cannot be read, with the parser's word on the place.
    """
    with TemporaryDirectory() as folder:
        facts = Path(folder) / "facts.sqlite"
        try:
            _sieved(path, facts, seconds)
        except SieveError as error:
            raise VocabularyError(str(error)) from error
        database = sqlite3.connect(facts)
        try:
            identifier = scheme or _scheme(database)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            title = _title(database, identifier)
            yield Vocabulary(identifier, title, digest, LabelSource.SKOS, lambda: _entries(database))
        finally:
            database.close()


def _sieved(path: Path, facts: Path, seconds: float | None) -> None:
    """In a process of its own where it must not take longer than some seconds: no thread can be stopped."""
    if seconds is None:
        sieve(path, facts)
        return
    command = [sys.executable, "-m", "catalog.skos_sieve", path, facts]
    try:
        done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=seconds)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        words = _("Reading it takes more than %(seconds)d seconds: ask the operator to load it.")
        raise VocabularyError(words % {"seconds": seconds}) from error
    if done.returncode == REFUSED:
        raise VocabularyError(done.stderr.strip())
    done.check_returncode()


def _scheme(database: sqlite3.Connection) -> str:
    """The scheme that is declared, or that every concept says it is in."""
    declared = f"SELECT DISTINCT subject FROM fact WHERE predicate = '{TYPE}' AND object = '{SKOS}ConceptScheme'"  # noqa: S608 - constants
    found = [row[0] for row in database.execute(declared)]
    named = f"SELECT DISTINCT object FROM fact WHERE predicate = '{SKOS}inScheme'"  # noqa: S608 - constants
    found = found or [row[0] for row in database.execute(named)]
    if len(found) != 1:
        words = _("It names %(number)d vocabularies: the operator can load it with --scheme and an IRI.")
        raise VocabularyError(words % {"number": len(found)})
    return found[0]


def _title(database: sqlite3.Connection, identifier: str) -> str:
    marks = ", ".join("?" * len(TITLES))
    rows = database.execute(
        f"SELECT object FROM fact WHERE subject = ? AND predicate IN ({marks}) ORDER BY language != 'en'",  # noqa: S608
        [identifier, *TITLES],
    )
    return next((row[0] for row in rows), "")


def _entries(database: sqlite3.Connection) -> Iterator[Entry]:
    known = f"SELECT 1 FROM fact WHERE subject = ? AND predicate = '{TYPE}' AND object = '{SKOS}Concept'"  # noqa: S608
    for (iri,) in database.execute(CONCEPTS):
        facts = database.execute("SELECT predicate, object, language FROM fact WHERE subject = ?", [iri]).fetchall()
        text, language = _definition(facts)
        related = {
            relation: tuple(sorted(other for other in others if database.execute(known, [other]).fetchone()))
            for relation, others in _neighbours(database, iri, facts).items()
        }
        yield Entry(iri, tuple(_names(database, facts)), text, language, **related)


def _definition(facts: list[tuple[str, str, str]]) -> tuple[str, str]:
    """The English one, or whichever there is."""
    found = sorted((_primary(tag) != "en", tag, text) for name, text, tag in facts if name == f"{SKOS}definition")
    return (found[0][2], _primary(found[0][1])) if found else ("", "en")


def _neighbours(database: sqlite3.Connection, iri: str, facts: list[tuple[str, str, str]]) -> dict[str, set[str]]:
    """What is narrower says itself from the other side that this is broader; what is related is so both ways."""
    back = "SELECT subject FROM fact WHERE predicate = ? AND object = ?"
    said = {name: {text for fact, text, _tag in facts if fact == f"{SKOS}{name}"} for name in ("broader", "related")}
    above = {row[0] for row in database.execute(back, [f"{SKOS}narrower", iri])}
    return {"broader": said["broader"] | above, "related": said["related"] - {iri}}


def _names(database: sqlite3.Connection, facts: list[tuple[str, str, str]]) -> Iterator[Name]:
    """One preferred name a language, the first by alphabet where a file has several; nothing twice."""
    said, preferred = set(), set()
    for kind, language, text in sorted(_written(database, facts), key=lambda name: (name[0] != "prefLabel", *name)):
        if (language, text) in said:
            continue
        is_first = kind == "prefLabel" and language not in preferred
        said.add((language, text))
        preferred.add(language)
        yield Name(language, text, NAMES[kind] if is_first or kind != "prefLabel" else LabelKind.EXPERT)


def _written(database: sqlite3.Connection, facts: list[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Kind, language and text of every name, also of those that are nodes of their own (SKOS-XL)."""
    form = f"SELECT object, language FROM fact WHERE subject = ? AND predicate = '{XL}literalForm'"  # noqa: S608
    for predicate, value, tag in facts:
        vocabulary, _hash, kind = predicate.partition("#")
        if kind not in NAMES:
            continue
        texts = [(value, tag)] if vocabulary + "#" == SKOS else database.execute(form, [value]).fetchall()
        yield from ((kind, _primary(own_tag), " ".join(text.split())) for text, own_tag in texts if text.strip())


def _primary(tag: str) -> str:
    """ "pt-br" is "pt" here."""
    return tag.partition("-")[0] or UNTAGGED
