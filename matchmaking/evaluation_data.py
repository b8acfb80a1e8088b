"""Reading a folder of public data to measure ranking with: `corpus.jsonl`, `queries.jsonl`, `qrels.tsv`, and, where
there is one, `split.tsv`. Nothing here knows the product, but a folder in the layout of its demo is read as well."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SPLITS = ("dev", "test", "all")
DEMO_FIELDS = ("summary", "description", "advantages", "expertise_sought", "partner_role")


class BadTestSet(ValueError):
    """A file of the folder cannot be used; the message names file, line and reason."""


@dataclass(frozen=True)
class Text:
    id: str
    title: str
    text: str
    language: str


@dataclass(frozen=True)
class TestSet:
    corpus: list[Text]
    queries: list[Text]
    qrels: dict[str, dict[str, float]]
    others: list[Text] = field(default_factory=list)  # queries of other splits: they are in store, nothing is asked

    __test__ = False  # pytest would take the class for tests


def read(folder: Path, split: str = "all") -> TestSet:
    """The set, with the queries of the split to be asked. Raises BadTestSet."""
    if not folder.is_dir():
        raise BadTestSet(f"{folder} is not a folder. Name one that holds corpus.jsonl, queries.jsonl and qrels.tsv.")
    if list(folder.glob("needs-*.jsonl")):
        return _read_demo(folder)
    wanted = _queries_of_split(folder / "split.tsv", split)
    texts = list(_texts(folder / "queries.jsonl"))
    queries = [query for query in texts if wanted is None or query.id in wanted]
    others = [query for query in texts if wanted is not None and query.id not in wanted]
    corpus = list(_texts(folder / "corpus.jsonl"))
    if not corpus or not queries:
        raise BadTestSet(
            f"{folder}: there are {len(corpus)} documents and {len(queries)} queries in split {split!r}."
        )
    return TestSet(corpus, queries, _qrels(folder / "qrels.tsv", {query.id for query in queries}), others)


def read_needs(folder: Path, split: str = "all") -> list[Text]:
    """Only the queries of a folder, which may hold nothing else. Raises BadTestSet."""
    wanted = _queries_of_split(folder / "split.tsv", split)
    return [query for query in _texts(folder / "queries.jsonl") if wanted is None or query.id in wanted]


def _read_demo(folder: Path) -> TestSet:
    """The texts of the demo, without anybody's wishes. What only touches a need (grade 1) is no answer to it."""
    corpus, queries = ([*_demo_texts(folder, kind)] for kind in ("offers", "needs"))
    qrels: dict[str, dict[str, float]] = {}
    for path in sorted(folder.glob("qrels-*.tsv")):
        for query, own in _qrels(path, {text.id for text in queries}).items():
            qrels.setdefault(query, {}).update({document: max(grade - 1, 0.0) for document, grade in own.items()})
    return TestSet(corpus, queries, qrels)


def _demo_texts(folder: Path, kind: str) -> Iterator[Text]:
    for path in sorted(folder.glob(f"{kind}-*.jsonl")):
        for _number, line in _lines(path):
            row = json.loads(line)
            parts = [row[name] for name in DEMO_FIELDS if row.get(name)]
            yield Text(row["key"], row["title"], "\n".join(parts), row["language"])


def _texts(path: Path) -> Iterator[Text]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            title, text, language = (_kept(row.get(name) or "") for name in ("title", "text", "lang"))
            yield Text(str(row["id"]), title, text, _known(language))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadTestSet(f"{path}, line {number}: not an object with id, text and lang ({error}).") from error


def _kept(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters."""
    return text.replace("\0", " ").encode(errors="replace").decode()


def _known(language: str) -> str:
    """The two letters of ISO 639-1 that a tag like "pt-BR" begins with; nothing where it has others."""
    letters = re.split("[-_]", language.strip().lower())[0]
    return letters if len(letters) == 2 else ""


def _qrels(path: Path, queries: set[str]) -> dict[str, dict[str, float]]:
    qrels: dict[str, dict[str, float]] = {}
    for number, line in _lines(path):
        query, document, grade = _fields(path, number, line, 3)
        if query in queries:
            qrels.setdefault(query, {})[document] = _grade(path, number, grade)
    return qrels


def _grade(path: Path, number: int, grade: str) -> float:
    try:
        return float(grade)
    except ValueError as error:
        raise BadTestSet(f"{path}, line {number}: the relevance {grade!r} is not a number.") from error


def _queries_of_split(path: Path, split: str) -> set[str] | None:
    """None: all of them. A set without a split file has one part only."""
    if split == "all" or not path.exists():
        return None
    rows = (_fields(path, number, line, 2) for number, line in _lines(path))
    return {query for query, part in rows if part == split}


def _fields(path: Path, number: int, line: str, expected: int) -> list[str]:
    fields = line.split("\t")
    if len(fields) != expected:
        raise BadTestSet(f"{path}, line {number}: {expected} fields between tabs expected, {len(fields)} found.")
    return fields


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered from 1, without empty ones."""
    if not path.is_file():
        raise BadTestSet(f"{path} is missing.")
    number = 0
    with path.open(encoding="utf-8-sig") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise BadTestSet(f"{path}, after line {number}: not in UTF-8 ({error.reason}).") from error
