"""Files of needs and offers: downloaded by whoever sees the whole document, added and removed by its editors."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.attachments import attach, remove
from catalog.models import Attachment, Document, Need, Offer

from ..disclosure import attachments_visible_to


@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    return download(get_object_or_404(attachments_visible_to(request.user), pk=pk))


def download(shown: Attachment) -> FileResponse:
    """The file as a download; it was stored clean, and still no browser may run or guess anything in it."""
    response = FileResponse(
        shown.file.open(), as_attachment=True, filename=shown.name, content_type=shown.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@login_required
@require_POST
def need_attach(request: HttpRequest, pk: int) -> HttpResponse:
    return _attach(request, get_object_or_404(Need.objects.editable_by(request.user), pk=pk))


@login_required
@require_POST
def offer_attach(request: HttpRequest, pk: int) -> HttpResponse:
    return _attach(request, get_object_or_404(Offer.objects.editable_by(request.user), pk=pk))


def _attach(request: HttpRequest, document: Document) -> HttpResponse:
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise ValidationError(_("Choose a file first."))
        stored = attach(document, upload, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Stored without its metadata: %(name)s.") % {"name": stored.name})
    return redirect(document)


@login_required
@require_POST
def attachment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    removed = get_object_or_404(Attachment.objects.editable_by(request.user), pk=pk)
    document = removed.document
    remove(removed)
    messages.success(request, _("The file is removed."))
    return redirect(document)
