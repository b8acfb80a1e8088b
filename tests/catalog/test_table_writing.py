"""Rows as CSV, XLSX and JSON Lines: read back as they were, nothing a spreadsheet would run, one row in memory."""

import csv
import io
import json
import tracemalloc
import zipfile

import pytest
from openpyxl import load_workbook

from catalog.table_writing import WRITERS

COLUMNS = ["title", "stage", "countries", "score", "day"]
HOSTILE = ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1"]


def written(form, rows, columns=COLUMNS):
    return b"".join(WRITERS[form][0](columns, rows))


def read_back(form, content):
    """All cells, the header first."""
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_reads_back_as_it_was_written(form):
    rows = [{"title": 'Ł, "x" & <b>\nü', "countries": ["DE", "PL"], "score": 0.5}, {"title": "two"}]
    header, first, second = read_back(form, written(form, rows))
    assert header == COLUMNS
    assert [str(cell) for cell in first] == ['Ł, "x" & <b>\nü', "", "DE; PL", "0.5", ""]
    assert second[0] == "two"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula_for_a_spreadsheet(form, text):
    cell = read_back(form, written(form, [{"title": text, "countries": [text]}]))[1][0]
    assert str(cell).replace("\n", "\r") == f"'{text}"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_name_of_a_column_is_a_formula_either(form):
    content = b"".join(WRITERS[form][0](["=1+1", "title"], [{"=1+1": "x", "title": "=2"}]))
    assert [list(row) for row in read_back(form, content)] == [["'=1+1", "title"], ["x", "'=2"]]


def test_numbers_stay_numbers_also_below_zero():
    content = written("xlsx", [{"score": -0.5}])
    assert read_back("xlsx", content)[1][3] == -0.5
    assert written("csv", [{"score": -0.5}]).endswith(b",-0.5,\r\n")


def test_what_no_spreadsheet_can_hold_is_left_out_and_the_file_still_opens():
    content = written("xlsx", [{"title": "a\x00b\ud800c\x0b" + "x" * 40_000}])
    assert read_back("xlsx", content)[1][0] == ("abc" + "x" * 40_000)[:32_767]
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_json_lines_keep_lists_and_empty_values():
    lines = written("jsonl", [{"title": "=1", "countries": ["DE"]}, {}]).splitlines()
    assert json.loads(lines[0]) == {"title": "=1", "stage": None, "countries": ["DE"], "score": None, "day": None}
    assert len(lines) == 2


@pytest.mark.parametrize("form", list(WRITERS))
def test_a_table_ten_times_as_long_takes_no_more_memory(form):
    peaks = []
    for count in (1_000, 10_000):
        tracemalloc.start()
        rows = ({"title": f"{number} " * 40, "score": number} for number in range(count))
        size = sum(len(piece) for piece in WRITERS[form][0](COLUMNS, rows))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert size > 300_000 or form == "xlsx"
    assert peaks[1] < peaks[0] + 300_000
