"""Importing offers and needs from files."""

import csv
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from openpyxl import Workbook

from accounts.models import Organisation
from catalog.codes import State
from catalog.importing import Importer, ImportPlan
from catalog.models import Need, Offer
from catalog.table_files import TableError, read_rows
from tests.factories import make_offer, make_organisation

pytestmark = pytest.mark.django_db

ROW = {
    "external_id": "O-1",
    "language": "en",
    "title": "Membranes for dye houses",
    "description": "Ceramic ultrafiltration keeps indigo and size in the loop.",
    "sdgs": "6;9",
}


def write_csv(path: Path, *rows: dict, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def run_import(path: Path, organisation: Organisation, *options: str, command: str = "import_offers") -> None:
    call_command(command, path, "--organisation", organisation.name, *options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_spreadsheet_becomes_drafts_whatever_its_dialect(tmp_path: Path, delimiter: str, encoding: str):
    path = write_csv(tmp_path / "offers.csv", ROW, delimiter=delimiter, encoding=encoding)
    run_import(path, make_organisation())
    offer = Offer.objects.get()
    assert (offer.title, offer.sdgs, offer.state) == (ROW["title"], [6, 9], State.DRAFT)


def test_a_workbook_is_read_like_a_csv_file(tmp_path: Path):
    workbook = Workbook()
    workbook.active.append(list(ROW))
    workbook.active.append(list(ROW.values()))
    workbook.save(tmp_path / "offers.xlsx")
    run_import(tmp_path / "offers.xlsx", make_organisation())
    assert Offer.objects.get().description == ROW["description"]


def test_a_workbook_that_says_it_is_smaller_than_it_is_is_read_whole(tmp_path: Path):
    workbook = Workbook()
    for cells in (list(ROW), list(ROW.values()), list((ROW | {"external_id": "O-2"}).values())):
        workbook.active.append(cells)
    workbook.save(tmp_path / "whole.xlsx")
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(tmp_path / "offers.xlsx", "w") as small:
        for name in whole.namelist():
            content = whole.read(name)
            changed = content.replace(b'ref="A1:E3"', b'ref="A1:C2"')
            assert name != "xl/worksheets/sheet1.xml" or changed != content
            small.writestr(name, changed)
    run_import(tmp_path / "offers.xlsx", make_organisation())
    assert [offer.description for offer in Offer.objects.all()] == [ROW["description"]] * 2


def test_null_in_json_is_nothing(tmp_path: Path):
    nothing = {"external_id": None, "organisation": None, "language": None, "technology_keywords": None}
    rows = [ROW | nothing, ROW | nothing | {"technology_keywords": [None, "drying"]}]
    path = tmp_path / "offers.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    run_import(path, make_organisation())
    found = [(offer.external_id, offer.technology_keywords) for offer in Offer.objects.order_by("pk")]
    assert found == [("", []), ("", ["drying"])]
    assert all(offer.language_is_detected for offer in Offer.objects.all())


def test_json_lines_may_hold_lists(tmp_path: Path):
    path = tmp_path / "offers.jsonl"
    path.write_text(json.dumps(ROW | {"sdgs": [6, 9], "countries": ["DE"]}) + "\n\n", encoding="utf-8-sig")
    run_import(path, make_organisation(), "--publish")
    offer = Offer.objects.get()
    assert (offer.sdgs, offer.countries, offer.is_open) == ([6, 9], ["DE"], True)


def test_the_same_external_id_is_left_alone_or_updated_but_never_doubled(tmp_path: Path, capsys):
    organisation = make_organisation()
    path = write_csv(tmp_path / "offers.csv", ROW)
    run_import(path, organisation)
    reference = Offer.objects.get().reference
    run_import(path, organisation)
    assert "0 new, 0 changed, 1 unchanged" in capsys.readouterr().out
    run_import(write_csv(path, ROW | {"title": "Membranes for laundries"}), organisation)
    assert "0 new, 1 changed, 0 unchanged" in capsys.readouterr().out
    offer = Offer.objects.get()
    assert (offer.title, offer.reference) == ("Membranes for laundries", reference)


def test_a_changed_text_makes_the_vector_stale_and_keeps_the_state(tmp_path: Path):
    offer = make_offer(external_id="O-1", title="Old title")
    Offer.objects.update(embedded_from=f"encoder:{offer.text_hash}")
    run_import(write_csv(tmp_path / "offers.csv", ROW), offer.organisation)
    assert Offer.objects.stale("encoder").get().state == State.PUBLISHED


def planned(*offers: Offer) -> ImportPlan:
    """A file read that gives each another title."""
    rows = [(line, {"external_id": one.external_id, "title": "Now"}) for line, one in enumerate(offers, 2)]
    return Importer(Offer, "offers.csv", find_organisation=lambda text: offers[0].organisation).plan(rows)


def test_what_others_change_while_a_file_is_imported_stays():
    offer = make_offer(external_id="O-1", summary="old")
    plan = planned(offer)
    Offer.objects.update(summary="new", visibility="network", language="fr", language_is_detected=False)
    plan.carry_out()
    kept = Offer.objects.values("title", "summary", "visibility", "language", "language_is_detected").get()
    assert tuple(kept.values()) == ("Now", "new", "network", "fr", False)
    assert Offer.objects.get().updated_at > offer.updated_at


def test_what_is_deleted_while_a_file_is_imported_does_not_come_back():
    plan = planned(make_offer(external_id="O-1"))
    Offer.objects.all().delete()
    plan.carry_out()
    assert not Offer.objects.exists()


def test_a_thousand_documents_are_changed_as_fast_as_one(django_assert_max_num_queries):
    organisation = make_organisation()
    offers = [make_offer(external_id=f"O-{n}", organisation=organisation) for n in range(20)]
    Offer.objects.update(embedding=[0.5] * 384, embedding_dimension=384, embedded_from="a:b")
    plan = planned(*offers)
    with django_assert_max_num_queries(4):
        plan.carry_out()
    assert set(Offer.objects.values_list("title", "embedding_dimension", "embedded_from")) == {("Now", 384, "a:b")}
    assert all(offer.embedding is not None for offer in Offer.objects.all())


def test_one_bad_row_keeps_the_whole_file_out_and_is_named(tmp_path: Path, capsys):
    path = write_csv(tmp_path / "offers.csv", ROW, ROW | {"external_id": "O-2", "sdgs": "99"})
    with pytest.raises(CommandError, match="nothing was"):
        run_import(path, make_organisation())
    assert not Offer.objects.exists()
    told = capsys.readouterr().err
    assert "offers.csv, line 3, sdgs: “99”" in told
    assert "17" in told


def test_skip_invalid_imports_the_rest_and_writes_the_bad_rows_with_their_reasons(tmp_path: Path):
    bad = ROW | {"external_id": "O-2", "title": "=cmd()", "description": ""}
    path = write_csv(tmp_path / "offers.csv", ROW, bad)
    run_import(path, make_organisation(), "--skip-invalid")
    assert Offer.objects.get().external_id == "O-1"
    with (tmp_path / "offers.csv.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        (rejected,) = csv.DictReader(file)
    assert rejected["line"] == "3"
    assert rejected["reasons"].startswith("description:")
    assert rejected["title"] == "'=cmd()"


@pytest.mark.parametrize(
    ("name", "content", "unread"),
    [
        (
            "o.csv",
            "external_id,title,description\nO-1,Pump,We mend pumps, day and night\nO-2,Fan,We mend fans.\n",
            "day",
        ),
        ("o.jsonl", '{broken\n{"external_id": "O-2", "title": "Fan", "description": "We mend fans."}\n', "{broken"),
        ("o.jsonl", '["O-1"]\n{"external_id": "O-2", "title": "Fan", "description": "We mend fans."}\n', '["O-1"]'),
    ],
)
def test_a_broken_row_is_a_bad_row_and_the_rest_can_be_imported(tmp_path: Path, name, content, unread, capsys):
    path, organisation = tmp_path / name, make_organisation()
    path.write_text(content)
    with pytest.raises(CommandError, match="nothing was"):
        run_import(path, organisation)
    assert not Offer.objects.exists()
    run_import(path, organisation, "--skip-invalid")
    assert Offer.objects.get().external_id == "O-2"
    told, report = capsys.readouterr().err, path.with_name(f"{name}.rejected.csv").read_text()
    assert f"{name}, line {2 if name == 'o.csv' else 1}, unread: “" in told
    assert unread in told
    assert unread in report.replace('""', '"')


def test_what_was_left_out_is_mended_in_its_report_and_imported_from_there(tmp_path: Path):
    organisation = make_organisation()
    path = write_csv(tmp_path / "offers.csv", ROW, ROW | {"external_id": "O-2", "sdgs": "99"})
    run_import(path, organisation, "--skip-invalid")
    report = tmp_path / "offers.csv.rejected.csv"
    report.write_text(report.read_text().replace(",99", ",9"))
    run_import(report, organisation)
    assert sorted(Offer.objects.values_list("external_id", "sdgs")) == [("O-1", [6, 9]), ("O-2", [9])]


def test_a_dry_run_tells_and_writes_nothing(tmp_path: Path, capsys):
    run_import(write_csv(tmp_path / "offers.csv", ROW), make_organisation(), "--dry-run")
    assert "1 new" in capsys.readouterr().out
    assert not Offer.objects.exists()


def test_an_id_that_stands_twice_in_a_file_is_refused(tmp_path: Path, capsys):
    with pytest.raises(CommandError):
        run_import(write_csv(tmp_path / "offers.csv", ROW, ROW), make_organisation())
    assert "stands on line 2 already" in capsys.readouterr().err


def test_an_unknown_column_is_named_with_the_way_out(tmp_path: Path):
    path = write_csv(tmp_path / "offers.csv", ROW | {"Descripton": "x"})
    with pytest.raises(CommandError, match="Did you mean “description”"):
        run_import(path, make_organisation())
    run_import(path, make_organisation(), "--map", "Descripton=")
    assert Offer.objects.count() == 1


def test_a_column_may_be_renamed(tmp_path: Path):
    row = {"Name der Technik": "Membranes", "description": ROW["description"]}
    run_import(write_csv(tmp_path / "o.csv", row), make_organisation(), "--map", "Name der Technik=title")
    assert Offer.objects.get().title == "Membranes"


def test_needs_may_name_their_organisation_in_a_column(tmp_path: Path):
    organisation = make_organisation()
    row = {"title": "Less waste", "description": "We throw away dough.", "organisation": organisation.name}
    call_command("import_needs", write_csv(tmp_path / "needs.csv", row))
    assert Need.objects.get().organisation == organisation


def test_an_unknown_organisation_is_a_problem_of_its_row(tmp_path: Path, capsys):
    row = {"title": "Less waste", "description": "We throw away dough.", "organisation": "Nobody"}
    with pytest.raises(CommandError):
        call_command("import_needs", write_csv(tmp_path / "needs.csv", row))
    assert "line 2, organisation: “Nobody” – no organisation has this name" in capsys.readouterr().err


def test_the_language_is_detected_where_the_file_does_not_say_it(tmp_path: Path):
    row = {"title": "Weniger Ausschuss", "description": "Wir werfen jeden Abend ein Drittel des Teiges weg."}
    run_import(write_csv(tmp_path / "needs.csv", row), make_organisation(), command="import_needs")
    need = Need.objects.get()
    assert (need.language, need.language_is_detected) == ("de", True)


@pytest.mark.parametrize("text", ["a\\u0000b", "a\\ud800b"], ids=["NUL", "lone surrogate"])
def test_characters_that_the_database_cannot_keep_are_refused(tmp_path: Path, text: str, capsys):
    path = tmp_path / "offers.jsonl"
    path.write_text('{"title": "x", "description": "' + text + '"}\n')
    with pytest.raises(CommandError):
        run_import(path, make_organisation())
    assert "line 1, description:" in capsys.readouterr().err


def test_a_file_in_another_encoding_is_refused_with_the_way_out(tmp_path: Path):
    path = tmp_path / "offers.csv"
    path.write_bytes("title,description\nWärme,Öfen\n".encode("latin-1"))
    with pytest.raises(CommandError, match="CSV UTF-8"):
        run_import(path, make_organisation())


def test_a_workbook_with_macros_is_refused(tmp_path: Path):
    path = tmp_path / "offers.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/vbaProject.bin", "x")
    with pytest.raises(TableError, match="macros"):
        list(read_rows(path))


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("catalog.table_files.LARGEST_WORKBOOK", 1000)
    path = tmp_path / "offers.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "0" * 2000)
    with pytest.raises(TableError, match="unpacked"):
        list(read_rows(path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "title,description\nx,y,z\n"),
        ("a.jsonl", "[1]\n"),
        ("a.jsonl", "{\n"),
        ("a.txt", "x"),
        ("a.csv", ""),
    ],
)
def test_a_malformed_file_is_a_clear_error_and_no_traceback(tmp_path: Path, name: str, content: str, capsys):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(CommandError) as refused:
        run_import(path, make_organisation())
    assert name in str(refused.value) + capsys.readouterr().err


def test_the_hundred_thousandth_offer_gets_a_number_of_its_own():
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('offer_reference', 99999)")
    offer = make_offer()
    offer.refresh_from_db()
    assert offer.reference.endswith("-100000")
