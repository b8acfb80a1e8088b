"""Backup and restore: the database as PostgreSQL's own dump and the files of offers and needs, in one archive.

Not in it: the secret key, the settings, mails already written to files, and what can be built again (the model).
The archive is written under another name first, readable by its owner only; a restore happens whole or not at all.
"""

import io
import json
import logging
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from matchmaking.embedded.account import EmbeddedServerError
from matchmaking.embedded.postgres.cluster import binaries

log = logging.getLogger(__name__)

FORMAT = 1
MANIFEST, DUMP, MEDIA = "manifest.json", "database.dump", "media"
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

# Entries of a dump that belong to the server's administrator and are there already.
NOT_OURS = re.compile(r"^\d+; \d+ \d+ (?:(?:COMMENT|ACL) - )?(?:EXTENSION|SCHEMA) ")
TABLE = re.compile(r"^\d+; \d+ \d+ TABLE \S+ (\S+) ", re.MULTILINE)


class BackupProblem(Exception):
    """It cannot be done; the text says why and what to do."""


def back_up(connection: BaseDatabaseWrapper, archive: Path) -> None:
    """Write everything into `archive`. Raises BackupProblem."""
    if archive.exists():
        raise BackupProblem(f"{archive} exists already: name another file, or delete it first.")
    unfinished = archive.with_name(f"{archive.name}.unfinished")
    with TemporaryDirectory(dir=archive.parent, prefix=".backup-") as folder:
        dump = Path(folder) / DUMP
        _run(connection, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        with _private(unfinished) as target, tarfile.open(fileobj=target, mode="w") as packed:
            _pack(packed, MANIFEST, json.dumps(_manifest(connection), indent=2).encode())
            packed.add(dump, DUMP)
            _pack_files(packed, Path(settings.MEDIA_ROOT))
    unfinished.replace(archive)


@contextmanager
def _private(path: Path) -> Iterator[Any]:
    """A new file that only its owner can read; none is left behind when something fails."""
    path.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _pack(packed: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    packed.addfile(entry, io.BytesIO(content))


def _pack_files(packed: tarfile.TarFile, media: Path) -> None:
    """Each as it is when its turn comes: the site may delete one meanwhile, or be writing it."""
    gone = 0
    for folder, _folders, names in os.walk(media, onerror=_raise_unless_gone):
        for path in (Path(folder, name) for name in names):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                gone += 1
            else:
                _pack(packed, f"{MEDIA}/{path.relative_to(media).as_posix()}", content)
    if gone:
        log.warning("Left out of the backup, as they were deleted meanwhile: %s files", gone)


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _manifest(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    applied = MigrationLoader(connection).applied_migrations
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "migrations": sorted(".".join(key) for key in applied),
    }


# Restoring


def restore(connection: BaseDatabaseWrapper, archive: Path) -> None:
    """Put the archive in the place of the present database and files. Raises BackupProblem, and then nothing changed.

    Stop the site first. Afterwards `migrate` brings a backup of an older version up to date.
    """
    media = Path(settings.MEDIA_ROOT)
    media.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=media.parent, prefix=".restore-") as name:
        folder = Path(name)
        _unpack(archive, folder)
        _check_known(connection, json.loads((folder / MANIFEST).read_text()))
        _restore_database(connection, folder / DUMP)
        (folder / MEDIA).mkdir(exist_ok=True)
        _exchange(folder / MEDIA, media, folder / "before")


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive) as packed:
            for member in packed:
                _unpack_member(packed, member, folder)
    except (OSError, tarfile.TarError) as error:
        raise BackupProblem(f"{archive} cannot be read: {error}") from error
    if not ((folder / MANIFEST).is_file() and (folder / DUMP).is_file()):
        raise BackupProblem(f"{archive} is no backup of this platform.")


def _unpack_member(packed: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Plain files and folders below the folder, and nothing else. By hand: tarfile's filters came with 3.11.4."""
    place = (folder / member.name).resolve()
    if not place.is_relative_to(folder.resolve()) or not (member.isfile() or member.isdir()):
        raise BackupProblem(f"{packed.name} holds {member.name}, which no backup of this platform holds.")
    if member.isdir():
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with packed.extractfile(member) as content, place.open("wb") as file:
        shutil.copyfileobj(content, file)


def _check_known(connection: BaseDatabaseWrapper, manifest: dict[str, Any]) -> None:
    known = {".".join(key) for key in MigrationLoader(connection).disk_migrations}
    newer = [name for name in manifest["migrations"] if name not in known]
    if manifest["format"] != FORMAT or newer:
        raise BackupProblem(f"The backup was made by another version ({', '.join(newer[:3])}): install that first.")


def _restore_database(connection: BaseDatabaseWrapper, dump: Path) -> None:
    entries = _run(connection, "pg_restore", "--list", str(dump), connect=False)
    _check_replaceable(connection, set(TABLE.findall(entries)))
    _check_unused(connection)
    wanted = dump.with_name("entries")
    wanted.write_text("\n".join(line for line in entries.splitlines() if not NOT_OURS.match(line)))
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
    connection.close()
    flags = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run(connection, "pg_restore", *flags, f"--use-list={wanted}", f"--dbname={_name(connection)}", str(dump))


def _check_replaceable(connection: BaseDatabaseWrapper, tables: set[str]) -> None:
    """A table that the backup does not know would stay, and belong to nothing."""
    if foreign := sorted(set(connection.introspection.table_names()) - tables):
        raise BackupProblem(
            f"The database has tables that the backup does not know ({', '.join(foreign[:3])}): "
            "restore into an empty database."
        )


def _check_unused(connection: BaseDatabaseWrapper) -> None:
    """Whoever is connected would block the restore, and go on with rows that are gone."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS)
        (others,) = cursor.fetchone()
    if others:
        raise BackupProblem(f"The database is in use by {others} other connections: stop the site first.")


def _exchange(new: Path, present: Path, aside: Path) -> None:
    if present.exists():
        present.rename(aside)
    new.rename(present)


# PostgreSQL's programs


def _run(connection: BaseDatabaseWrapper, program: str, *arguments: str, connect: bool = True) -> str:
    """Run one of them against the connection's database; what it printed. Raises BackupProblem with its error."""
    connection.ensure_connection()  # the embedded server is up as long as this process lives
    command, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    target = command[1:-1] if connect else []
    if program == "pg_dump":
        target = [*target, f"--dbname={_name(connection)}"]
    done = subprocess.run(  # noqa: S603 - the program is PostgreSQL's, the arguments are ours
        [str(_program(program)), *target, *arguments],
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupProblem(f"{program} failed: {done.stderr.strip()}")
    return done.stdout


def _name(connection: BaseDatabaseWrapper) -> str:
    return connection.settings_dict["NAME"]


def _program(name: str) -> Path:
    """The one on the PATH for a server of your own, else the one that came with the embedded server."""
    if not settings.EMBEDDED_DATABASE and (found := shutil.which(name)):
        return Path(found)
    try:
        return binaries() / name
    except EmbeddedServerError as error:
        raise BackupProblem(f"{name} is missing: install the PostgreSQL client of your server's version.") from error
