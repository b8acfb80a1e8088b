"""Concepts on pages: what is understood while somebody writes, and the chips of a document."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .advising import advice_on
from .confirming import UnknownConcept, add, confirm, forget, remove
from .in_their_words import OTHER_SIDE
from .models import Document, Need, Offer
from .naming import concept_called
from .rates import ASKS_A_MINUTE, may_ask
from .views import FORMS, editable, kind_of, looked_up


@require_POST
def words(request: HttpRequest, side: str) -> HttpResponse:
    """What was understood in the text that is being written, and how the other side says it: a piece of a page."""
    if side not in OTHER_SIDE:
        raise Http404
    if not may_ask(request, "words", ASKS_A_MINUTE):
        return HttpResponse(status=429)
    form_id = "trial" if request.POST.get("form") == "trial" else "write"
    context = {"sayings": looked_up(request.POST, side), "side": side, "form_id": form_id}
    return render(request, "catalog/words.html", context)


@require_POST
def notes(request: HttpRequest, side: str) -> HttpResponse:
    """What would improve the text that is being written: a piece of a page. Nothing of it is stored."""
    models = {kind_of(model): model for model in FORMS}
    if side not in models:
        raise Http404
    if not request.user.is_authenticated:  # signed out while writing: the notes stay as they are
        return HttpResponse(status=403)
    if not may_ask(request, "notes", ASKS_A_MINUTE):
        return HttpResponse(status=429)
    context = {"notes": advice_on(models[side], request.POST, request.user)}
    return render(request, "catalog/notes.html", context)


@login_required
@require_POST
def need_concepts(request: HttpRequest, pk: int) -> HttpResponse:
    return decide(request, editable(request, Need, pk))


@login_required
@require_POST
def offer_concepts(request: HttpRequest, pk: int) -> HttpResponse:
    return decide(request, editable(request, Offer, pk))


def decide(request: HttpRequest, document: Document) -> HttpResponse:
    """One of confirm, remove, forget (a concept's number each), or add (a name)."""
    try:
        _decide(request, document)
    except (UnknownConcept, ValueError):
        messages.error(request, _("There is no concept of this name. Choose one from the list."))
    return redirect(document.get_absolute_url() + "#concepts")


def _decide(request: HttpRequest, document: Document) -> None:
    asked = request.POST
    if "confirm" in asked:
        confirm(document, int(asked["confirm"]), request.user)
    elif "remove" in asked:
        remove(document, int(asked["remove"]), request.user)
    elif "forget" in asked:
        forget(document, int(asked["forget"]))
    else:
        concept = concept_called(asked.get("add", ""), get_language()[:2])
        add(document, concept or 0, request.user, asked.get("words", ""))
