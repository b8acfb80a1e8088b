"""The vocabulary that comes with the platform, read from `catalog/vocabulary/*.jsonl`. Pure: files in, entries out.

What a line holds is said in the README there. SKOS files are read by `skos.py`.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vocabulary"
KEYS = {"id", "facet", "green_aims", "broader", "related", "definition", "label", "lay", "expert"}


class VocabularyError(ValueError):
    """A file cannot be taken as a vocabulary; says where and why."""


@dataclass(frozen=True)
class Name:
    """What a concept is called; `kind` is a code of `LabelKind`."""

    language: str
    text: str
    kind: str


@dataclass(frozen=True)
class Entry:
    """A concept as a file has it; `broader` and `related` are identifiers in the same vocabulary."""

    identifier: str
    names: tuple[Name, ...]
    definition: str = ""
    definition_language: str = "en"
    facet: str = ""
    green_aims: tuple[str, ...] = ()
    broader: tuple[str, ...] = field(default=())
    related: tuple[str, ...] = field(default=())


def files(folder: Path = FOLDER) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def digest(folder: Path = FOLDER) -> str:
    """Changes with any change of the files."""
    found = hashlib.sha256()
    for path in files(folder):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def entries(folder: Path = FOLDER) -> Iterator[Entry]:
    """Every concept of the files. Raises VocabularyError with file and line."""
    for path in files(folder):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                yield _entry(line, f"{path.name}, line {number}")


def _entry(line: str, place: str) -> Entry:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise VocabularyError(f"{place}: no JSON ({error.msg}).") from error
    if not isinstance(row, dict) or KEYS - row.keys():
        missing = ", ".join(sorted(KEYS - set(row if isinstance(row, dict) else ())))
        raise VocabularyError(f"{place}: these keys are missing: {missing}.")
    return Entry(
        identifier=row["id"],
        names=tuple(_names(row)),
        definition=row["definition"],
        facet=row["facet"],
        green_aims=tuple(row["green_aims"]),
        broader=tuple(row["broader"]),
        related=tuple(row["related"]),
    )


def _names(row: dict[str, Any]) -> Iterator[Name]:
    """The preferred ones first: where an expert term is the same it need not be said twice."""
    said = set()
    groups = [("preferred", {language: [text] for language, text in row["label"].items()})]
    groups += [("expert", row["expert"]), ("lay", row["lay"])]
    for kind, by_language in groups:
        for language, texts in by_language.items():
            for text in texts:
                if (language, text) not in said:
                    said.add((language, text))
                    yield Name(language, text, kind)


def labels(folder: Path = FOLDER) -> Iterator[dict[str, str]]:
    """What each concept is called, by language."""
    for entry in entries(folder):
        yield {name.language: name.text for name in entry.names if name.kind == "preferred"}
