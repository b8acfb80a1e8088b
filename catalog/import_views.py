"""Importing offers and needs from a file: send it, settle its columns, watch, and fetch what could not be read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import import_jobs
from .import_forms import ImportColumnsForm, ImportFileForm
from .importing import ImportPlan, Problem
from .models import Document, ImportJob
from .uploads import takes_uploads_of
from .views import can_write

RECENT = 5  # imports listed under the form
SHOWN = 160  # characters of a description in the preview


class Preview(NamedTuple):
    """What would become of one row."""

    line: int
    title: str
    text: str
    outcome: str
    problems: list[Problem]


@takes_uploads_of("IMPORT_UPLOAD_MAX_BYTES")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer_import(request: HttpRequest) -> HttpResponse:
    return choose_file(request, ImportJob.Kind.OFFER)


@takes_uploads_of("IMPORT_UPLOAD_MAX_BYTES")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_import(request: HttpRequest) -> HttpResponse:
    return choose_file(request, ImportJob.Kind.NEED)


def choose_file(request: HttpRequest, kind: str) -> HttpResponse:
    if not can_write(request):
        return render(request, "catalog/no_organisation.html", {"section": f"{kind}s"})
    form = ImportFileForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            job = import_jobs.take_in(chosen["file"], kind=kind, organisation=chosen["organisation"], by=request.user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("import-detail", job.pk)
    recent = ImportJob.objects.visible_to(request.user).filter(kind=kind).order_by("-pk")[:RECENT]
    context = {"form": form, "kind": kind, "section": f"{kind}s", "recent": recent}
    return render(request, "catalog/import_new.html", context, status=422 if form.errors else 200)


def own(request: HttpRequest, pk: int) -> ImportJob:
    visible = ImportJob.objects.visible_to(request.user).select_related("organisation", "author")
    return get_object_or_404(visible, pk=pk)


@login_required
@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    job = own(request, pk)
    if job.state == ImportJob.State.CHECKING:
        return columns_page(request, job, ImportColumnsForm(instance=job))
    return render(request, "catalog/import_detail.html", {"job": job, "section": f"{job.kind}s"})


@login_required
@require_POST
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Look again with other columns, or begin with them."""
    job = own(request, pk)
    form = ImportColumnsForm(request.POST, instance=job)
    if not form.is_valid() or "start" not in request.POST:
        return columns_page(request, job, form)
    if not import_jobs.start(job):
        messages.error(request, _("This import has begun before."))
    return redirect("import-detail", job.pk)


def columns_page(request: HttpRequest, job: ImportJob, form: ImportColumnsForm) -> HttpResponse:
    context = {"job": job, "form": form, "rows": list(previews(job)), "section": f"{job.kind}s"}
    return render(request, "catalog/import_columns.html", context, status=422 if form.errors else 200)


def previews(job: ImportJob) -> Iterator[Preview]:
    for (_line, row), (line, plan) in zip(job.sample, import_jobs.first_rows(job), strict=True):
        document = next(iter([*plan.created, *plan.updated]), None)
        title, text = (document.title, document.body) if document else raw_texts(job, row)
        problems = [in_words(problem, plan.model) for problem in plan.problems]
        yield Preview(line, title, Truncator(text).chars(SHOWN), outcome(plan, document), problems)


def in_words(problem: Problem, model: type[Document]) -> Problem:
    """With what people call the field; the file with all problems keeps the names that an import knows."""
    called = {field.name: capfirst(field.verbose_name) for field in model._meta.fields}
    return replace(problem, field=called.get(problem.field, problem.field))


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


@login_required
@require_POST
def import_stop(request: HttpRequest, pk: int) -> HttpResponse:
    job = own(request, pk)
    if import_jobs.stop(job):
        messages.success(request, _("Stopped. Nothing was imported, and the file is deleted."))
    else:
        messages.error(request, _("It had ended before it could be stopped."))
    return redirect(f"{job.kind}-import")


@login_required
@require_safe
def import_problems(request: HttpRequest, pk: int) -> FileResponse:
    """The rows that could not be imported, with the reasons in front."""
    job = own(request, pk)
    if not job.report:
        raise Http404
    return problems_file(job)


def problems_file(job: ImportJob) -> FileResponse:
    response = FileResponse(
        default_storage.open(job.report),
        as_attachment=True,
        filename=f"{job.name}.problems.csv",
        content_type="text/csv",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
