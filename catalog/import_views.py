"""Importing offers and needs from a file: send it, settle its columns, watch, and fetch what could not be read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import import_jobs
from .import_forms import ImportColumnsForm, ImportFileForm
from .import_preview import previews, worded
from .models import ImportJob
from .uploads import takes_uploads_of
from .views import can_write

RECENT = 5  # imports listed under the form


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
    context = {"job": job, "form": form, "rows": worded(previews(job), job.model), "section": f"{job.kind}s"}
    return render(request, "catalog/import_columns.html", context, status=422 if form.errors else 200)


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
