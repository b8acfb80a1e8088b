"""SKOS vocabularies (https://www.w3.org/TR/skos-reference/) from RDF/XML, Turtle or JSON-LD files: ESCO, EuroVoc, …

rdflib parses; what SKOS says goes straight into an SQLite file on disk and is read from there concept by concept, so
that no graph is held in memory. RDF/XML is read as a stream; Turtle and JSON-LD parsers hold the file's text.
"""

import hashlib
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .codes import LabelKind, LabelSource
from .vocabulary_files import Entry, Name, VocabularyError
from .vocabulary_loading import Vocabulary

FORMATS = {".rdf": "xml", ".xml": "xml", ".owl": "xml", ".ttl": "turtle", ".jsonld": "json-ld", ".json": "json-ld"}
SKOS = "http://www.w3.org/2004/02/skos/core#"
XL = "http://www.w3.org/2008/05/skos-xl#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
TITLES = ("http://purl.org/dc/terms/title", "http://purl.org/dc/elements/1.1/title", f"{SKOS}prefLabel")
NAMES = {"prefLabel": LabelKind.PREFERRED, "altLabel": LabelKind.EXPERT, "hiddenLabel": LabelKind.EXPERT}
RELATIONS = ("broader", "narrower", "related", "inScheme", "topConceptOf")
KEPT = {
    TYPE,
    f"{XL}literalForm",
    "http://www.w3.org/2002/07/owl#deprecated",
    *TITLES,
    *(f"{SKOS}{name}" for name in (*NAMES, *RELATIONS, "definition")),
    *(f"{XL}{name}" for name in NAMES),
}
TABLES = """
    CREATE TABLE fact (subject TEXT, predicate TEXT, object TEXT, language TEXT);
    CREATE INDEX by_subject ON fact (subject, predicate);
    CREATE INDEX by_object ON fact (predicate, object);
"""
CONCEPTS = f"""
    SELECT DISTINCT subject FROM fact WHERE predicate = '{TYPE}' AND object = '{SKOS}Concept' AND subject NOT IN
    (SELECT subject FROM fact WHERE predicate LIKE '%#deprecated' AND object = 'true') ORDER BY subject
"""  # noqa: S608 - constants
UNTAGGED = "en"  # what a name without a language is taken for


@contextmanager
def open_skos(path: Path, scheme: str | None = None) -> Iterator[Vocabulary]:
    """The vocabulary of a file, as long as the block lasts. `scheme` names it where the file does not do so clearly.

    Raises VocabularyError for what cannot be read, with the parser's word on the place.
    """
    with TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "facts.sqlite")
        try:
            database.executescript(TABLES)
            _parse(path, database)
            identifier = scheme or _scheme(database)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            title = _title(database, identifier)
            yield Vocabulary(identifier, title, digest, LabelSource.SKOS, lambda: _entries(database))
        finally:
            database.close()


def _parse(path: Path, database: sqlite3.Connection) -> None:
    if (form := FORMATS.get(path.suffix.lower())) is None:
        raise VocabularyError(f"The ending {path.suffix!r} is not known: use one of {', '.join(sorted(FORMATS))}.")
    if not path.is_file():
        raise VocabularyError("There is no such file.")
    graph = _graph(database)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's JSON-LD parser uses what rdflib deprecates
            graph.parse(path, format=form)
    except IndexError as error:  # how rdflib's Turtle parser meets the end of a text that it does not expect
        raise VocabularyError(f"It cannot be read as {form}: it ends in the middle of a statement.") from error
    except Exception as error:  # every parser of rdflib has errors of its own
        raise VocabularyError(f"It cannot be read as {form}: {_first_lines(error)}") from error
    database.commit()


def _first_lines(error: Exception) -> str:
    """Turtle's errors quote the place over several lines; the longest ones quote half of the file."""
    return " ".join(str(error).split())[:400] or type(error).__name__


def _graph(database: sqlite3.Connection) -> Any:
    from rdflib import Graph, Literal
    from rdflib.store import Store

    class Sieve(Store):
        """Keeps what SKOS says, forgets the rest. Named graphs, which JSON-LD may have, count as one."""

        context_aware = graph_aware = True

        def add(self, triple: tuple, context: Any, quoted: bool = False) -> None:
            subject, predicate, value = triple
            if str(predicate) in KEPT:
                language = value.language if isinstance(value, Literal) else None
                row = (str(subject), str(predicate), str(value), (language or "").lower())
                if any("\0" in text for text in row):
                    raise ValueError("a text has a NUL character, which no table keeps")
                database.execute("INSERT INTO fact VALUES (?, ?, ?, ?)", row)

        def add_graph(self, graph: Any) -> None:
            """There is one."""

        def bind(self, prefix: str, namespace: Any, override: bool = True) -> None:
            """Prefixes make no difference to what is said."""

        def namespace(self, prefix: str) -> None:
            return None

        def prefix(self, namespace: Any) -> None:
            return None

        def namespaces(self) -> Iterator:
            return iter(())

    return Graph(store=Sieve(), bind_namespaces="none")


def _scheme(database: sqlite3.Connection) -> str:
    """The scheme that is declared, or that every concept says it is in."""
    declared = f"SELECT DISTINCT subject FROM fact WHERE predicate = '{TYPE}' AND object = '{SKOS}ConceptScheme'"  # noqa: S608 - constants
    found = [row[0] for row in database.execute(declared)]
    named = f"SELECT DISTINCT object FROM fact WHERE predicate = '{SKOS}inScheme'"  # noqa: S608 - constants
    found = found or [row[0] for row in database.execute(named)]
    if len(found) != 1:
        several = f"names {len(found)} vocabularies" if found else "does not name its vocabulary"
        raise VocabularyError(f"The file {several}: say which IRI to keep it under with --scheme.")
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
