"""Files that want to do harm, or were saved in the wrong way: each is refused in words, and nothing is written."""

import io
import zipfile

import pytest
from django.core.management import CommandError, call_command

from catalog import table_files
from catalog.models import Offer
from catalog.table_files import TableError, read_rows
from catalog.table_writing import PARTS, xlsx_pieces
from tests.factories import make_organisation

SHEET = "xl/worksheets/sheet1.xml"
GOOD = b"".join(xlsx_pieces(["title", "description"], [{"title": "Drying", "description": "We dry"}]))


def workbook(**changed):
    """A workbook with some parts replaced, or taken out where they are None."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good:
        parts = {name: good.read(name) for name in good.namelist()} | changed
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return written.getvalue()


def sheet(inner):
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return f'<?xml version="1.0"?><worksheet {space}><sheetData>{inner}</sheetData></worksheet>'


TITLE_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>title</t></is></c></row>'
BOMB = b"0" * (table_files.LARGEST_WORKBOOK // 100)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 12}">' for n in range(1, 9))
    + "]><worksheet><sheetData>&a8;</sheetData></worksheet>"
)
HOSTILE = {
    "empty.xlsx": b"",
    "text.xlsx": b"title,description\nx,y",
    "cut.xlsx": GOOD[: len(GOOD) // 2],
    "no-parts.xlsx": workbook(**{"xl/workbook.xml": None}),
    "no-sheet.xlsx": workbook(**{SHEET: None}),
    "broken-xml.xlsx": workbook(**{SHEET: "<worksheet><sheetData><row"}),
    "laughs.xlsx": workbook(**{SHEET: LAUGHS}),
    "bad-cell.xlsx": workbook(**{SHEET: sheet(TITLE_ROW + '<row r="2"><c r="A2" t="s"><v>99</v></c></row>')}),
    "far-row.xlsx": workbook(**{SHEET: sheet(TITLE_ROW + '<row r="999999999"><c r="A9"><v>1</v></c></row>')}),
    "macros.xlsx": workbook(**{"xl/vbaProject.bin": "x"}),
    "macro-kind.xlsx": workbook(
        **{
            "[Content_Types].xml": PARTS["[Content_Types].xml"].replace(
                "sheet.main+xml", "sheet.macroEnabled.main+xml"
            )
        }
    ),
    "utf16.csv": "title,description\nx,y".encode("utf-16"),
    "latin.csv": "title,description\nTrüb,y".encode("latin-1"),
    "quote.csv": b'title,description\n"x,y',
    "long-cell.csv": b"title,description\n" + b"x" * (table_files.LARGEST_CELL + 1) + b",y",
    "more-cells.csv": b"title,description\nx,y,z",
    "long-line.jsonl": b'{"title": "' + b"x" * (table_files.LARGEST_LINE + 10),
    "nested.jsonl": b"[" * 100_000,
    "nested.json": b"[" * 100_000,
    "list.json": b"[1, 2]",
    "latin.json": '["Trüb"]'.encode("latin-1"),
    "virus.exe": b"MZ",
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_file_is_refused_in_words(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    with pytest.raises(TableError) as refused:
        list(read_rows(path))
    assert name in str(refused.value) or "ending" in str(refused.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "LARGEST_WORKBOOK", len(BOMB) // 2)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(workbook(**{"xl/media/image.bin": BOMB}))
    assert path.stat().st_size < 10_000
    with pytest.raises(TableError, match="unpacked"):
        list(read_rows(path))


def test_a_part_that_unpacks_to_hundreds_of_times_its_size_is_refused_although_it_is_small(tmp_path):
    path = tmp_path / "cells.xlsx"
    path.write_bytes(workbook(**{SHEET: sheet(TITLE_ROW + "<row/>" * 500_000)}))
    assert len(GOOD) < path.stat().st_size < 10_000
    with pytest.raises(TableError, match="more than 300 times"):
        list(read_rows(path))


def test_a_table_of_many_columns_that_are_mostly_empty_is_read(tmp_path):
    columns = ["title", *(f"column {number}" for number in range(40))]
    rows = [dict.fromkeys(columns, "") | {"title": f"Offer {number}"} for number in range(500)]
    path = tmp_path / "wide.xlsx"
    path.write_bytes(b"".join(xlsx_pieces(columns, rows)))
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo(SHEET).file_size > table_files.NOT_JUDGED
    assert len(list(read_rows(path))) == 500


def test_a_file_larger_than_any_table_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "LARGEST_FILE", 100)
    path = tmp_path / "big.csv"
    path.write_bytes(b"title\n" + b"x\n" * 100)
    with pytest.raises(TableError, match="larger"):
        list(read_rows(path))


def test_a_file_that_is_bad_at_its_end_leaves_nothing_behind(db, tmp_path):
    path = tmp_path / "offers.csv"
    path.write_bytes(b"title,description\nDrying,We dry dough\n" * 1 + b"Trocknen,Tr\xfcb\n")
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("import_offers", str(path), organisation=make_organisation().name)
    assert not Offer.objects.exists()
