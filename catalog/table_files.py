"""Reading rows out of CSV, XLSX, JSON and JSON Lines files. What the rows mean is not known here.

Every reader yields `(line, {column: value})`; a file that cannot be read raises `TableError`, whose text
names the place and the way out, in the language of whoever reads it. A row that is broken beside others that are
not is a `BrokenRow` for those who ask for these, too.
"""

import csv
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

LARGEST_CELL = 100_000  # characters; the longest field we store has 4,000
LARGEST_WORKBOOK = 200 * 1024 * 1024  # bytes once unpacked; 10,000 full rows need about 60 MB
# How many times larger than packed a part of a workbook may be. Tables of people stay below 25; one that we write,
# of 40 mostly empty columns, comes to 210; one tag or letter over and over to 410 and more, up to deflate's 1,032.
MOST_TIMES, NOT_JUDGED = 300, 1024 * 1024  # times; bytes of a part up to which that does not matter
LARGEST_LINE = 1_000_000
LARGEST_FILE = 200 * 1024 * 1024
MOST_LINES = 1_048_576  # of a sheet of Excel: a number beyond would be counted up to, row by empty row
LARGEST_JSON = 50 * 1024 * 1024  # bytes; it is read at once
LISTED_UNDER = ("profiles", "items", "results", "data")  # where services that export JSON put their list

# What openpyxl and its parsers raise for files that only look like a workbook; a full disk is not among them.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, SyntaxError, KeyError, IndexError, TypeError, AttributeError, RuntimeError,
    OverflowError, EOFError, NotImplementedError, ValueError,
)  # fmt: skip

CONTENT_TYPES = "[Content_Types].xml"

EXAMPLE = '{"title": "…"}'
UNREAD = "unread"  # the column of a broken row that holds what belongs to no other
Row = tuple[int, dict[str, Any]]


class TableError(ValueError):
    """The file as a whole cannot be read."""


class BrokenRow(dict[str, Any]):
    """What could be read of a row that is broken, and why it is."""

    def __init__(self, reason: str, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.reason = reason


def read_rows(path: Path, *, broken_too: bool = False) -> Iterator[Row]:
    """All rows of a file, by its ending. Raises TableError, also for a broken row unless these are asked for."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise _error(path, _("the ending must be one of %(endings)s.") % {"endings": ", ".join(READERS)})
    if not path.is_file():
        raise TableError(f"{path}: no such file.")
    if path.stat().st_size > LARGEST_FILE:
        raise _too_large(path, LARGEST_FILE)
    return reader(path) if broken_too else _unbroken(path, reader(path))


def _unbroken(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    for line, row in rows:
        if isinstance(row, BrokenRow):
            raise _error(path, row.reason, line)
        yield line, row


def _error(path: Path, reason: str, line: int | None = None) -> TableError:
    if line is None:
        return TableError(f"{path.name}: {reason}")
    return TableError(_("%(file)s, line %(line)s: %(reason)s") % {"file": path.name, "line": line, "reason": reason})


def _too_large(path: Path, most: int) -> TableError:
    return _error(path, _("larger than %(most)s bytes. Split it.") % {"most": f"{most:,}"})


def read_csv(path: Path) -> Iterator[Row]:
    """UTF-8 with or without BOM; comma, semicolon or tab, whichever the header has most of."""
    csv.field_size_limit(LARGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            header = file.readline(LARGEST_LINE)
            file.seek(0)
            delimiter = max(",;\t", key=header.count)
            reader = csv.DictReader(file, delimiter=delimiter, strict=True)
            for values in reader:
                yield reader.line_num, _whole_row(values)
        except UnicodeDecodeError as error:
            reason = _("not UTF-8 (%(error)s). Save it as “CSV UTF-8” and try again.") % {"error": error}
            raise _error(path, reason) from None
        except csv.Error as error:
            reason = _("from here on it is no table (%(error)s).") % {"error": error}
            raise _error(path, reason, reader.line_num + 1) from None


def _whole_row(values: dict[str | None, Any]) -> dict[str, Any]:
    beyond = values.pop(None, None)
    row = {column: value or "" for column, value in values.items() if column is not None}
    if beyond is None:
        return row
    return BrokenRow(
        _("more cells than the header has; quote cells with commas."), row | {UNREAD: " | ".join(beyond)}
    )


def read_json_lines(path: Path) -> Iterator[Row]:
    """One JSON object a line; blank lines are passed over."""
    with path.open("rb") as file:
        for line, raw in enumerate(iter(lambda: file.readline(LARGEST_LINE + 1), b""), 1):
            if raw.strip(b" \t\r\n\xef\xbb\xbf"):
                yield line, _json_object(path, line, raw)


def _json_object(path: Path, line: int, raw: bytes) -> dict[str, Any]:
    if len(raw) > LARGEST_LINE:
        raise _error(path, _("longer than %(most)s bytes.") % {"most": f"{LARGEST_LINE:,}"}, line)
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = _("not a JSON object in UTF-8 (%(error)s).") % {"error": error}
    else:
        if isinstance(value, dict):
            return value
        reason = _("a JSON object is expected, like %(example)s.") % {"example": EXAMPLE}
    return BrokenRow(reason, {UNREAD: raw.decode("utf-8-sig", "replace").strip()})


def read_json(path: Path) -> Iterator[Row]:
    """A list of objects, alone or under a usual name; the line is the place in the list."""
    if path.stat().st_size > LARGEST_JSON:
        raise _too_large(path, LARGEST_JSON)
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _error(path, _("not JSON in UTF-8 (%(error)s).") % {"error": error}) from None
    if isinstance(found, dict):
        found = next((found[name] for name in LISTED_UNDER if isinstance(found.get(name), list)), [found])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _error(path, _("a list of objects is expected, like %(example)s.") % {"example": f"[{EXAMPLE}]"})
    yield from enumerate(found, 1)


def read_xlsx(path: Path) -> Iterator[Row]:
    """The first sheet; its first row is the header. Macros and oversized files are refused."""
    from openpyxl import load_workbook  # imported here: 0.3 s that only this needs

    _refuse_dangerous_workbook(path)
    with path.open("rb") as file:  # a workbook that cannot be loaded would leave its file open
        try:
            yield from _sheet_rows(path, load_workbook(file, read_only=True, data_only=True, keep_links=False))
        except TableError:
            raise
        except UNREADABLE as error:
            raise _error(path, _("damaged, or not an Excel workbook (.xlsx).")) from error


def _sheet_rows(path: Path, workbook: Any) -> Iterator[Row]:
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()  # some programs write a range that is too small, and the rest would not be read
    rows = sheet.iter_rows(values_only=True)
    header = [_cell(value) for value in next(rows, ())]
    for line, cells in enumerate(rows, 2):
        if line > MOST_LINES:
            raise _error(path, _("more than %(most)s lines. Split it.") % {"most": f"{MOST_LINES:,}"})
        values = {name: _cell(value) for name, value in zip(header, cells, strict=False) if name}
        if any(values.values()):
            yield line, values


def _refuse_dangerous_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            kinds = _content_types(archive)
    except (*UNREADABLE, zipfile.BadZipFile):
        raise _error(path, _("not an Excel workbook (.xlsx).")) from None
    if b"macroenabled" in kinds or any("vbaproject" in entry.filename.lower() for entry in entries):
        raise _error(path, _("contains macros. Save it as a workbook without macros (.xlsx)."))
    if sum(entry.file_size for entry in entries) > LARGEST_WORKBOOK:
        raise _error(path, _("larger than %(most)s bytes unpacked. Split it.") % {"most": f"{LARGEST_WORKBOOK:,}"})
    if any(entry.file_size > max(NOT_JUDGED, MOST_TIMES * entry.compress_size) for entry in entries):
        reason = _("a part of it unpacks to more than %(most)s times its size, as no table does. Save it as CSV.")
        raise _error(path, reason % {"most": MOST_TIMES})


def _content_types(archive: zipfile.ZipFile) -> bytes:
    """What the workbook says its parts are; only the beginning of a list that is longer than any real one."""
    if CONTENT_TYPES not in archive.namelist():
        return b""
    with archive.open(CONTENT_TYPES) as listed:
        return listed.read(LARGEST_LINE).lower()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "date"):
        return value.date().isoformat()
    return str(value).strip()


READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".xlsx": read_xlsx,
    ".jsonl": read_json_lines,
    ".json": read_json,
}
