"""A keyword list of a network (code and name in each line), from a file that its user may use, as a vocabulary."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from .codes import LabelKind, LabelSource
from .een import KEYWORD_SCHEME
from .table_files import TableError, read_rows
from .vocabulary_files import Entry, Name, VocabularyError
from .vocabulary_loading import Loaded, Vocabulary, load


def load_keywords(path: Path) -> Loaded:
    """All of the list or nothing. Raises VocabularyError."""
    try:
        entries = list(_entries(path))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except TableError as error:
        raise VocabularyError(str(error)) from error
    return load(Vocabulary(KEYWORD_SCHEME, "Keywords of profiles", digest, LabelSource.SKOS, lambda: entries))


def _entries(path: Path) -> Iterator[Entry]:
    """Columns `code` and `name`, in a table of any format that can be imported."""
    for line, row in read_rows(path):
        code, name = (str(row.get(column, "")).strip() for column in ("code", "name"))
        if not code or not name:
            raise VocabularyError(f"Line {line}: a code and a name are needed, in the columns “code” and “name”.")
        yield Entry(code, (Name("en", name, LabelKind.PREFERRED),))
