"""The profile of an offer or a need for an adviser of the Enterprise Europe Network: as JSON and as Word document."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.een import findings, profile_of
from catalog.een_document import WORD, word_document
from catalog.models import Document, Need, Offer

MODELS = {"needs": Need, "offers": Offer}


def as_json(document: Document) -> HttpResponse:
    profile = profile_of(document) | {"findings": findings(document)}
    return JsonResponse(profile, json_dumps_params={"ensure_ascii": False, "indent": 2})


def as_word(document: Document) -> HttpResponse:
    return HttpResponse(word_document(document), content_type=WORD)


FORMS: dict[str, Callable[[Document], HttpResponse]] = {"json": as_json, "docx": as_word}


@login_required
@require_safe
def profile(request: HttpRequest, kind: str, pk: int, form: str) -> HttpResponse:
    """The whole text, so for its editors only."""
    if kind not in MODELS or form not in FORMS:
        raise Http404
    mine = MODELS[kind].objects.editable_by(request.user).without_vectors().select_related("organisation")
    document = get_object_or_404(mine, pk=pk)
    response = FORMS[form](document)
    response["Content-Disposition"] = f'attachment; filename="{document.reference}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response
