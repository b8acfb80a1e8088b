"""Rows written as CSV, XLSX or JSON Lines, piece by piece: whatever their number, one row is in memory at a time.

What the rows mean is not known here. A cell that a spreadsheet would run as a formula gets an apostrophe in front.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from django.core.serializers.json import DjangoJSONEncoder

Row = Mapping[str, Any]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold
LONGEST_CELL = 32_767  # characters that Excel takes
PIECE = 64 * 1024  # bytes

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{HEAD}<workbook xmlns="{SHEET_SPACE}" xmlns:r="{RELATION}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f"{HEAD}<Relationships "
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def plain(value: Any) -> str | int | float:
    """A value as one cell: lists with semicolons, as the import reads them; text that is no formula."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        value = "; ".join(str(one) for one in value)
    elif isinstance(value, dict):
        value = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    elif hasattr(value, "isoformat"):
        value = value.isoformat()
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def csv_pieces(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, by which spreadsheets know that it is."""
    lines = io.StringIO("\ufeff")
    lines.seek(0, io.SEEK_END)
    writer = csv.writer(lines)
    writer.writerow([plain(name) for name in columns])
    for row in rows:
        writer.writerow([plain(row.get(name)) for name in columns])
        if lines.tell() > PIECE:
            yield _emptied(lines)
    yield _emptied(lines)


def _emptied(lines: io.StringIO) -> bytes:
    written = lines.getvalue().encode(errors="replace")
    lines.seek(0)
    lines.truncate()
    return written


def json_line_pieces(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """One object a line, values as they are: no spreadsheet opens it."""
    for row in rows:
        line = {name: row.get(name) for name in columns}
        yield json.dumps(line, cls=DjangoJSONEncoder, ensure_ascii=False).encode(errors="replace") + b"\n"


class _Pipe(io.RawIOBase):
    """What a zip archive is written to: it cannot go back, so each piece can leave at once."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


def xlsx_pieces(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A workbook of one sheet, every text a plain string."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{HEAD}<worksheet xmlns="{SHEET_SPACE}"><sheetData>'.encode())
            sheet.write(_xml_row([plain(name) for name in columns]))
            for row in rows:
                sheet.write(_xml_row([plain(row.get(name)) for name in columns]))
                if pipe.pieces:
                    yield pipe.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield pipe.taken()


def _xml_row(cells: Sequence[str | int | float]) -> bytes:
    return f"<row>{''.join(map(_xml_cell, cells))}</row>".encode()


def _xml_cell(cell: str | float) -> str:
    if isinstance(cell, int | float):
        return f"<c><v>{cell}</v></c>"
    text = escape(UNWRITABLE.sub("", cell)[:LONGEST_CELL])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


Writer = Callable[[Sequence[str], Iterable[Row]], Iterator[bytes]]
WRITERS: dict[str, tuple[Writer, str]] = {
    "csv": (csv_pieces, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_pieces, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "jsonl": (json_line_pieces, "application/x-ndjson"),
}
