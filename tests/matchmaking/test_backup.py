"""Backing up, losing everything, restoring, comparing: with PostgreSQL's own programs and real files."""

import io
import json
import stat
import tarfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from catalog.attachments import attach
from catalog.models import Need, Offer
from matchmaking.backup import BackupProblem, back_up, restore
from matchmaking.digest import open_due_digests
from matchmaking.models import Ask, ChangeLog, Mail, MailKind, MailState, Run, SavedSearch
from matchmaking.restoring import OPENING
from matchmaking.reviewing import accept
from tests.factories import make_case, make_user
from tests.files import make_image
from tests.matchmaking.digests import LONG_AGO

pytestmark = pytest.mark.django_db(transaction=True)


def everything() -> dict[str, list[str]]:
    """Every row of every table as text, but the name of the log of changes: after a restore there is a new one."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names()) - {ChangeLog._meta.db_table}):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t ORDER BY 1')  # noqa: S608 - a name from the catalogue
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def site(settings):
    """Rows in many tables, a vector, and a file."""
    case = make_case()
    need = case.match.need
    Offer.objects.update(embedding=[0.5] * 384, embedding_dimension=384, embedded_from="a:b")
    Run.objects.create(need=need, fingerprint="f", candidates=3, proposed=1)
    attach(need, SimpleUploadedFile("plan.png", make_image("PNG")), by=case.seeker)
    return case


def lose_everything(settings) -> None:
    call_command("flush", interactive=False, verbosity=0)
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            path.unlink()


def test_what_was_lost_is_there_again_row_by_row_and_byte_by_byte(site, settings, tmp_path, capsys):
    archive = tmp_path / "backup.tar"
    rows, media = everything(), files(settings.MEDIA_ROOT)
    assert media
    call_command("backup", str(archive))
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    lose_everything(settings)
    make_user()
    (settings.MEDIA_ROOT / "new.txt").write_text("came after the backup")
    assert everything() != rows
    call_command("restore", str(archive), "--yes")
    assert everything() == rows
    assert files(settings.MEDIA_ROOT) == media
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert Need.objects.create(organisation=site.match.need.organisation, title="new", description="x").reference


def test_a_file_deleted_while_the_backup_is_made_is_left_out_and_told(site, settings, tmp_path, monkeypatch, caplog):
    two = {settings.MEDIA_ROOT / "imports" / name for name in ("first.csv", "second.csv")}
    for path in two:
        path.parent.mkdir(exist_ok=True)
        path.write_text("a report")
    pack = tarfile.TarFile.addfile

    def pack_and_lose(archive, entry, *content):
        pack(archive, entry, *content)
        if entry.name.endswith(".csv"):
            for path in two:
                path.unlink()

    monkeypatch.setattr(tarfile.TarFile, "addfile", pack_and_lose)
    back_up(connection, tmp_path / "backup.tar")
    restore(connection, tmp_path / "backup.tar")
    assert len(files(settings.MEDIA_ROOT)) == 2
    assert "deleted meanwhile: 1" in caplog.text


@pytest.fixture
def owing_site(site):
    """Mails that are due, and what the schedule makes due next: digests, hits of a search, reminders."""
    accept(site.match, by=site.broker)
    User.objects.update(date_joined=LONG_AGO)
    Ask.objects.update(remind_at=LONG_AGO)
    SavedSearch.objects.create(owner=site.seeker, name="Ovens", created_at=LONG_AGO)
    return site


def test_what_may_have_been_sent_since_the_backup_waits_for_the_operator(owing_site, settings, tmp_path, capsys):
    back_up(connection, tmp_path / "backup.tar")
    call_command("restore", str(tmp_path / "backup.tar"), "--yes")
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.IN_DOUBT}
    kinds = set(Mail.objects.values_list("kind", flat=True))
    assert kinds == {MailKind.ASK, MailKind.REMINDER, MailKind.DIGEST, MailKind.SEARCH}
    assert [open_due() for open_due in OPENING] == [0, 0, (0, 0), 0, 0, 0]
    assert f"{Mail.objects.count()} mails are in doubt" in capsys.readouterr().out
    call_command("mails", in_doubt=True)
    assert f"ask:{owing_site.match.asks.first().pk}:" in capsys.readouterr().out
    call_command("mails", drop="*")
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.DROPPED}


def test_where_nothing_was_sent_since_the_backup_it_is_sent_as_ever(owing_site, settings, tmp_path):
    back_up(connection, tmp_path / "backup.tar")
    rows = everything()
    call_command("restore", str(tmp_path / "backup.tar"), "--yes", "--send")
    assert everything() == rows
    assert open_due_digests()


def test_it_is_restored_into_an_empty_database(site, settings, tmp_path):
    archive = tmp_path / "backup.tar"
    back_up(connection, archive)
    rows = everything()
    name = f"{connection.settings_dict['NAME']}_empty"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    other = connection.copy()
    other.settings_dict["NAME"] = name
    try:
        restore(other, archive)
        with other.cursor() as cursor:
            for table, texts in rows.items():
                cursor.execute(f'SELECT t::text FROM "{table}" AS t ORDER BY 1')  # noqa: S608
                assert [text for (text,) in cursor.fetchall()] == texts, table
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def test_a_restore_is_meant(site, settings, tmp_path):
    call_command("backup", str(tmp_path / "backup.tar"), verbosity=0)
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", str(tmp_path / "backup.tar"))


def test_an_older_backup_is_not_overwritten(site, tmp_path):
    (tmp_path / "backup.tar").write_text("the only good one")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(tmp_path / "backup.tar"))
    assert (tmp_path / "backup.tar").read_text() == "the only good one"


def test_a_backup_that_fails_leaves_nothing_half_written(site, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("matchmaking.backup._program", lambda name: Path("/bin/false"))
    with pytest.raises(BackupProblem, match="pg_dump failed"):
        back_up(connection, tmp_path / "backup.tar")
    assert not [path for path in tmp_path.iterdir() if "backup" in path.name]


def packed(tmp_path: Path, **members: str) -> Path:
    archive = tmp_path / "odd.tar"
    with tarfile.open(archive, "w") as target:
        for name, text in members.items():
            entry = tarfile.TarInfo(name.replace("_", "."))
            entry.size = len(text)
            target.addfile(entry, io.BytesIO(text.encode()))
    return archive


NEWER = json.dumps({"format": 1, "migrations": ["catalog.9999_from_the_future"]})


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"readme_txt": "hello"}, "no backup of this platform"),
        ({"manifest_json": NEWER, "database_dump": ""}, "another version"),
        ({"manifest_json": '{"format": 1, "migrations": []}', "database_dump": "no dump"}, "pg_restore failed"),
    ],
)
def test_what_is_no_backup_of_this_version_changes_nothing(site, settings, tmp_path, members, says):
    rows, media = everything(), files(settings.MEDIA_ROOT)
    with pytest.raises(CommandError, match=says):
        call_command("restore", str(packed(tmp_path, **members)), "--yes")
    assert everything() == rows
    assert files(settings.MEDIA_ROOT) == media


def test_a_file_that_is_not_there_or_no_archive_is_said_plainly(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("restore", str(tmp_path / "none.tar"), "--yes")


@pytest.mark.parametrize("name", ["../escaped", "/escaped", "link"])
def test_an_archive_writes_nothing_outside_its_folder(tmp_path, name):
    archive = tmp_path / "backup.tar"
    with tarfile.open(archive, "w") as packed_archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = (tarfile.SYMTYPE, "/etc") if name == "link" else (tarfile.REGTYPE, "")
        packed_archive.addfile(member)
    with pytest.raises(CommandError, match="no backup of this platform holds"):
        call_command("restore", str(archive), "--yes")
    assert not (tmp_path.parent / "escaped").exists()


def test_a_database_with_other_tables_is_left_alone(site, tmp_path):
    archive = tmp_path / "backup.tar"
    back_up(connection, archive)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somebody_elses (id int)")
    try:
        with pytest.raises(BackupProblem, match="somebody_elses"):
            restore(connection, archive)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE somebody_elses")


def test_nothing_is_restored_under_a_site_that_still_runs(site, tmp_path):
    archive = tmp_path / "backup.tar"
    back_up(connection, archive)
    running = connection.copy()
    try:
        running.ensure_connection()
        with pytest.raises(BackupProblem, match="stop the site first"):
            restore(connection, archive)
    finally:
        running.close()
    assert Need.objects.exists()
