"""Importing files in the background: taking a file in, showing its first rows, working off what waits.

A job is a row (`ImportJob`); what the rows of its file mean is `importing`'s matter, so the site imports by the same
rules as the commands. The documents and the end of the job are written in one transaction: a worker that is killed
leaves a job that another one begins anew, and nothing is doubled.
"""

import logging
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Organisation, User

from . import een
from .attachments import plain_name
from .claiming import claimed
from .import_columns import guessed
from .importing import Importer, ImportPlan, ImportProblem
from .models import ImportJob
from .rejected_rows import rejected_csv
from .table_files import READERS, BrokenRow, Row, TableError, read_rows

log = logging.getLogger(__name__)

FOLDER = "imports"
TASK = "catalog.tasks.import_files"
SAMPLE_ROWS = 10
EACH_ROW_ITS_OWN = (".json", ".jsonl")  # where any row may have a column that the others do not have
MOST_LOOKED_AT = 1000
LONGEST_SAMPLE = 5000  # characters of a cell that are kept for the preview: more than any field takes
MOST_COLUMNS, LONGEST_COLUMN = 100, 200
TELL_EVERY = 200  # rows
MOST_ATTEMPTS = 3  # a file that stops a worker so often will stop the next one too
AT_ONCE = 20  # waiting jobs looked at


class Stopped(Exception):
    """Somebody stopped the job while it was running."""


# Taking a file in


def take_in(upload: UploadedFile, *, kind: str, organisation: Organisation, by: User) -> ImportJob:
    """A job whose columns are guessed and still to be settled. Raises ValidationError for a file that is too large
    or cannot be read."""
    job = look_at(upload, kind=kind, organisation=organisation, by=by)
    keep(job, upload)
    return job


def look_at(upload: UploadedFile, *, kind: str, organisation: Organisation, by: User) -> ImportJob:
    """The same, of which nothing is stored yet."""
    ending = Path(upload.name or "").suffix.lower()
    if upload.size > settings.IMPORT_MAX_BYTES:
        most = filesizeformat(settings.IMPORT_MAX_BYTES)
        raise ValidationError(_("The file is larger than %(most)s. Split it.") % {"most": most})
    if ending not in READERS:
        raise ValidationError(_("Only files that end in %(endings)s.") % {"endings": ", ".join(READERS)})
    job = ImportJob(kind=kind, organisation=organisation, author=by, name=plain_name(upload.name, ending))
    with _in_a_folder(upload, job.name) as path:
        job.columns, job.sample = _looked_at(job, path)
    job.mapping = guessed(job.model, job.columns)
    return job


def keep(job: ImportJob, upload: UploadedFile) -> None:
    job.file = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}{Path(job.name).suffix}", upload)
    job.save()


@contextmanager
def _in_a_folder(file: Any, name: str) -> Iterator[Path]:
    """The file under its own name on this machine, for as long as it is read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        file.seek(0)
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        file.seek(0)
        yield path


def _looked_at(job: ImportJob, path: Path) -> tuple[list[str], list[Row]]:
    """The columns and the first rows, as JSON in the database can keep them. Raises ValidationError."""
    looked_at = MOST_LOOKED_AT if path.suffix in EACH_ROW_ITS_OWN else SAMPLE_ROWS
    try:
        rows = [row for row in islice(_rows(job, path), looked_at) if not isinstance(row[1], BrokenRow)]
        if not rows:
            list(islice(read_rows(path), 1))  # says what is wrong with the first
    except TableError as error:
        raise ValidationError(str(error)) from None
    columns = list(dict.fromkeys(column for _line, row in rows for column in row))
    if not columns:
        raise ValidationError(_("There are no rows below the header."))
    if len(columns) > MOST_COLUMNS or not all(_is_a_name(column) for column in columns):
        raise ValidationError(
            _("The first row must hold the names of the columns, at most %(most)s of them.") % {"most": MOST_COLUMNS}
        )
    first = rows[:SAMPLE_ROWS]
    return columns, [(line, {name: _kept(value) for name, value in row.items()}) for line, row in first]


def _rows(job: ImportJob, path: Path) -> Iterator[Row]:
    """The rows of the file; profiles of the Enterprise Europe Network in our columns. Raises TableError."""
    for line, row in read_rows(path, broken_too=True):
        if not een.is_record(row):
            yield line, row
        elif een.kind_of(row) == job.kind:
            yield line, een.row_of(row)
        else:
            raise TableError(_("Line %(line)s is a profile of another kind than is imported here.") % {"line": line})


def _is_a_name(column: str) -> bool:
    return len(column) <= LONGEST_COLUMN and (not column or column.isprintable())


def _kept(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [str(_kept(one)) for one in value[:MOST_COLUMNS]]
    text = str("" if value is None else value)[:LONGEST_SAMPLE]
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()


# What the columns mean


def importer(job: ImportJob) -> Importer:
    return Importer(
        job.model,
        job.name,
        find_organisation=_Organisations(job),
        author=job.author,
        mapping=job.mapping,
        publish=job.publishes,
        drafts_for=_to_be_asked(job),
    )


def _to_be_asked(job: ImportJob) -> frozenset[int]:
    """Of the organisations a row can be for, those that say yes first."""
    writable = Organisation.objects.writable_by(job.author).values("pk")
    reached = Organisation.objects.filter(Q(pk=job.organisation_id) | Q(pk__in=writable))
    return frozenset(reached.to_be_asked_by(job.author).values_list("pk", flat=True))


class _Organisations:
    """By the name in a row; only those that the job's author may write for, read once."""

    def __init__(self, job: ImportJob) -> None:
        self.default, self.author = job.organisation, job.author
        self._by_name: dict[str, Organisation] | None = None

    def __call__(self, text: str) -> Organisation:
        if not text:
            return self.default
        if self._by_name is None:
            self._by_name = {one.name.casefold(): one for one in Organisation.objects.writable_by(self.author)}
        if text.casefold() not in self._by_name:
            raise ValidationError({"organisation": _("you do not act for an organisation of this name.")})
        return self._by_name[text.casefold()]


def first_rows(job: ImportJob) -> Iterator[tuple[int, ImportPlan]]:
    """What would become of each row of the sample; nothing is written."""
    judge = importer(job)
    for line, row in job.sample:
        yield line, judge.plan([(line, row)])


def start(job: ImportJob) -> bool:
    """Have a worker import it, with the columns as they are mapped now; False if somebody has started it before."""
    job.language = translation.get_language() or settings.LANGUAGE_CODE
    is_started = job.wait()
    if is_started:  # if Redis is down, the schedule finds it
        transaction.on_commit(partial(current_app.send_task, TASK), robust=True)
    return is_started


# Working off


def run_pending() -> int:
    """Import what waits, oldest first, one after the other; how many. Several workers do not hinder each other."""
    count = 0
    while pks := list(ImportJob.objects.pending().values_list("pk", flat=True)[:AT_ONCE]):
        with claimed(ImportJob, pks, 1) as own:
            if not own:
                break  # others are at them
            count += _run(own[0])
    return count


def _run(pk: int) -> bool:
    job = ImportJob.objects.select_related("author", "organisation").get(pk=pk)
    if not job.begin():
        return False  # it has ended since
    try:
        with translation.override(job.language):
            _carry_out(job)
    except (TableError, ImportProblem) as error:
        job.fail(str(error))
    except FileNotFoundError:
        job.fail(_("The file is gone. Send it again."))
    except Stopped:
        log.info("import stopped", extra={"job": pk})
    _forget_file(job)
    return True


def _carry_out(job: ImportJob) -> None:
    """Raises TableError, ImportProblem, Stopped."""
    if job.attempts >= MOST_ATTEMPTS:
        raise ImportProblem(_("It was begun several times and never came to its end. Split the file and try again."))
    if not Organisation.objects.writable_by(job.author).filter(pk=job.organisation_id).exists():
        raise ImportProblem(_("You no longer act for this organisation."))
    with default_storage.open(job.file) as stored, _in_a_folder(stored, job.name) as path:
        rows = _all_rows(job, path)
    plan = importer(job).plan(_counted(job, rows))
    report = _stored_report(plan) if plan.rejected else ""
    if plan.rejected and job.is_all_or_nothing:
        problem = _("Some rows cannot be imported, so nothing was, as you wished.")
        job.fail(problem, rejected=len(plan.rejected), report=report)
        return
    with transaction.atomic():  # the end of the job is written first: whoever stops it waits, and is too late
        told = {"created": len(plan.created), "updated": len(plan.updated), "unchanged": plan.unchanged}
        if not job.finish(rejected=len(plan.rejected), report=report, **told):
            raise Stopped
        plan.carry_out()


def _all_rows(job: ImportJob, path: Path) -> list[Row]:
    """Raises TableError for too many; ImportProblem for a column that nobody has looked at."""
    most = settings.IMPORT_MAX_ROWS
    rows = list(islice(_rows(job, path), most + 1))
    if len(rows) > most:
        raise TableError(_("More than %(most)s rows. Split the file.") % {"most": f"{most:,}"})
    job.tell(rows_total=len(rows))
    for line, row in rows:
        unknown = next((column for column in row if column not in job.mapping), None)
        if unknown and not isinstance(row, BrokenRow):
            reason = _("Line %(line)s has the column “%(column)s”, which the first rows do not have.")
            raise ImportProblem(reason % {"line": line, "column": unknown})
    return rows


def _counted(job: ImportJob, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, telling how many were read. Raises Stopped."""
    for number, row in enumerate(rows):
        if number % TELL_EVERY == 0 and not job.tell(rows_read=number):
            raise Stopped
        yield row
    job.tell(rows_read=len(rows))


def _stored_report(plan: ImportPlan) -> str:
    return default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}.csv", ContentFile(rejected_csv(plan)))


def _forget_file(job: ImportJob) -> None:
    if job.file:
        default_storage.delete(job.file)


def stop(job: ImportJob) -> bool:
    """Before it has ended; nothing is imported then."""
    is_stopped = job.stop()
    if is_stopped:
        transaction.on_commit(lambda: _forget_file(job))
    return is_stopped
