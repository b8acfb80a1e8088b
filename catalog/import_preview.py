"""What would become of the first rows of a file, with its columns as they are mapped now; nothing is written."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from django.utils.text import Truncator, capfirst
from django.utils.translation import pgettext

from .import_jobs import first_rows
from .importing import ImportPlan, Problem
from .models import Document, ImportJob

SHOWN = 160  # characters of a description


class Preview(NamedTuple):
    """What would become of one row."""

    line: int
    title: str
    text: str
    outcome: str
    problems: list[Problem]


def previews(job: ImportJob) -> Iterator[Preview]:
    for (_line, row), (line, plan) in zip(job.sample, first_rows(job), strict=True):
        document = next(iter([*plan.created, *plan.updated]), None)
        title, text = (document.title, document.body) if document else raw_texts(job, row)
        yield Preview(line, title, Truncator(text).chars(SHOWN), outcome(plan, document), plan.problems)


def raw_texts(job: ImportJob, row: dict) -> tuple[str, str]:
    """Title and description as they stand in the file."""
    found = {field: row.get(column, "") for column, field in job.mapping.items()}
    return str(found.get("title", "")), str(found.get("description", ""))


def outcome(plan: ImportPlan, document: Document | None) -> str:
    if plan.problems:
        return pgettext("a row of a file", "cannot be imported")
    if document is None:
        return pgettext("a row of a file", "is here already, unchanged")
    return pgettext("a row of a file", "changes what is here") if document.pk else pgettext("a row of a file", "new")


def worded(shown: Iterable[Preview], model: type[Document]) -> list[Preview]:
    """For people: problems name a field as forms do. The file with all problems, and the API, keep the names that an
    import knows."""
    called = {field.name: capfirst(field.verbose_name) for field in model._meta.fields}
    return [
        one._replace(problems=[replace(each, field=called.get(each.field, each.field)) for each in one.problems])
        for one in shown
    ]
