"""What one process of a test run has worked out and another needs as well."""

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any


class Shelf:
    """Values by key in a file, for as long as the run lasts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._writing() as file:
            file.execute("CREATE TABLE IF NOT EXISTS shelf (key TEXT PRIMARY KEY, value BLOB)")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=60, isolation_level=None)) as file:
            file.execute("PRAGMA synchronous = OFF")
            yield file

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Takes the lock at once: who has begun to read would be refused, not kept waiting."""
        with self._open() as file:
            file.execute("BEGIN IMMEDIATE")
            yield file
            file.execute("COMMIT")

    def found(self, keys: Iterable[str]) -> dict[str, Any]:
        with self._open() as file:
            rows = [file.execute("SELECT key, value FROM shelf WHERE key = ?", (key,)).fetchone() for key in keys]
        return {row[0]: pickle.loads(row[1]) for row in rows if row}  # noqa: S301 - written by this run

    def keep(self, values: dict[str, Any]) -> None:
        with self._writing() as file:
            file.executemany(
                "INSERT OR IGNORE INTO shelf VALUES (?, ?)",
                [(key, pickle.dumps(value, pickle.HIGHEST_PROTOCOL)) for key, value in values.items()],
            )
