"""What SKOS says in an RDF file, sieved into an SQLite file, so that no graph is held in memory. rdflib parses:
RDF/XML as a stream, Turtle and JSON-LD with the file's text in memory.

`python -m catalog.skos_sieve FILE DATABASE` does it in a process of its own, which can be stopped: a small file can
keep a parser busy for minutes, by nested entities or one endless list. Therefore nothing here knows Django.
"""

import sqlite3
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FORMATS = {".rdf": "xml", ".xml": "xml", ".owl": "xml", ".ttl": "turtle", ".jsonld": "json-ld", ".json": "json-ld"}
REFUSED = 3  # how the process ends for a file that cannot be read; why is on its standard error
SKOS = "http://www.w3.org/2004/02/skos/core#"
XL = "http://www.w3.org/2008/05/skos-xl#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
TITLES = ("http://purl.org/dc/terms/title", "http://purl.org/dc/elements/1.1/title", f"{SKOS}prefLabel")
HERE = "https://relative.invalid/"  # what a relative name is read against: it says nothing outside of its file
LABELS = ("prefLabel", "altLabel", "hiddenLabel")
RELATIONS = ("broader", "narrower", "related", "inScheme", "topConceptOf")
JOINING = {f"{SKOS}{name}" for name in RELATIONS}
NAMED = {f"{SKOS}Concept", f"{SKOS}ConceptScheme"}  # what is kept under its name
KEPT = {
    TYPE,
    f"{XL}literalForm",
    "http://www.w3.org/2002/07/owl#deprecated",
    *TITLES,
    *(f"{SKOS}{name}" for name in (*LABELS, *RELATIONS, "definition")),
    *(f"{XL}{name}" for name in LABELS),
}
TABLES = """
    CREATE TABLE fact (subject TEXT, predicate TEXT, object TEXT, language TEXT);
    CREATE INDEX by_subject ON fact (subject, predicate);
    CREATE INDEX by_object ON fact (predicate, object);
"""


class SieveError(ValueError):
    """Why the file cannot be read, and where."""


def sieve(path: Path, database: Path) -> None:
    """Write the facts that are KEPT to a new `database`. Raises SieveError."""
    if (form := FORMATS.get(path.suffix.lower())) is None:
        raise SieveError(f"The ending {path.suffix!r} is not known: use one of {', '.join(sorted(FORMATS))}.")
    if not path.is_file():
        raise SieveError("There is no such file.")
    connection = sqlite3.connect(database)
    try:
        connection.executescript(TABLES)
        _parse(path, form, connection)
        connection.commit()
    finally:
        connection.close()


def _parse(path: Path, form: str, connection: sqlite3.Connection) -> None:
    graph = _graph(connection)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's JSON-LD parser uses what rdflib deprecates
            graph.parse(path, format=form, publicID=HERE)
    except IndexError as error:  # how rdflib's Turtle parser meets the end of a text that it does not expect
        raise SieveError(f"It cannot be read as {form}: it ends in the middle of a statement.") from error
    except Exception as error:  # every parser of rdflib has errors of its own
        raise SieveError(f"It cannot be read as {form}: {_first_lines(error)}") from error


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
                _check_name(subject, str(predicate), value)
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


def _check_name(subject: Any, predicate: str, value: Any) -> None:
    """A vocabulary and its concepts are known again by their names when the file comes another time. Raises
    ValueError for one that has a name in this file only."""
    from rdflib import BNode

    name = value if predicate in JOINING else subject if str(value) in NAMED else ""
    if str(name).startswith(HERE):
        raise ValueError(f"the name <{name.removeprefix(HERE)}> is relative: give it in full, or the file a base")
    if isinstance(name, BNode):
        raise ValueError("a concept or vocabulary has no name (it is a blank node): give it an IRI")


def main() -> int:
    try:
        sieve(*map(Path, sys.argv[1:3]))
    except SieveError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
