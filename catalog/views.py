"""Writing needs and offers: new, edit, publish, pause, close. Where they are shown is the upper package's matter."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Organisation

from . import clients
from .advising import FORMS, advice
from .codes import ENDS, State
from .encoder.failures import EncoderError
from .forms import DocumentForm
from .in_their_words import Saying, sayings
from .kept_text import forget, kept
from .models import Document, Need, Offer
from .models.concept import LONGEST_LABEL
from .sending_twice import keep, kept_for, made_before

BOXES = ("description", "text")  # the text box of needs and offers, and of the first page


def kind_of(model: type[Document]) -> str:
    return model._meta.model_name


@login_required
@require_http_methods(["GET", "POST"])
def need_new(request: HttpRequest) -> HttpResponse:
    return write(request, Need(author=request.user), {"description": kept(request)} | named_client(request))


@login_required
@require_http_methods(["GET", "POST"])
def offer_new(request: HttpRequest) -> HttpResponse:
    return write(request, Offer(author=request.user), named_client(request))


def named_client(request: HttpRequest) -> dict[str, Any]:
    """The client that a broker has chosen to write for."""
    return {"organisation": request.GET.get("organisation", "")}


@login_required
@require_http_methods(["GET", "POST"])
def need_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit(request, Need, pk)


@login_required
@require_http_methods(["GET", "POST"])
def offer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit(request, Offer, pk)


def edit(request: HttpRequest, model: type[Document], pk: int) -> HttpResponse:
    """Saving writes all columns: nobody else changes any of them meanwhile."""
    if request.method != "POST" or only_looks(request.POST):
        return write(request, editable(request, model, pk), {})
    with transaction.atomic():
        return write(request, editable(request, model, pk, is_locked=True), {})


def editable(request: HttpRequest, model: type[Document], pk: int, *, is_locked: bool = False) -> Document:
    mine = model.objects.editable_by(request.user).select_related("organisation")
    return get_object_or_404(mine.select_for_update(of=("self",)) if is_locked else mine, pk=pk)


def write(request: HttpRequest, document: Document, initial: dict[str, Any]) -> HttpResponse:
    """The form of a new or an existing document: saved as it is, or published with the same button press."""
    kind = kind_of(type(document))
    if not document.pk and not can_write(request):
        return render(request, "catalog/no_organisation.html", {"section": f"{kind}s"})
    draft = draft_of(document)
    form = FORMS[type(document)](
        with_words(request.POST) or None, instance=document, initial=initial, user=request.user
    )
    if request.method == "POST" and not only_looks(request.POST) and form.is_valid():
        return written(request, form, draft)
    context = {"form": form, "document": document, "kind": kind, "section": f"{kind}s", "side": kind}
    context |= {"notes": advice(form), "draft": draft}
    context |= {"form_id": "write", "sayings": looked_up(form.data, kind) if only_looks(request.POST) else []}
    return render(request, f"catalog/{kind}_form.html", context, status=422 if form.errors else 200)


@transaction.atomic
def written(request: HttpRequest, form: DocumentForm, draft: str) -> HttpResponse:
    """Save it, and publish it with the same press; a new one once, however often its form is sent."""
    once = None if form.instance.pk else kept_for(request)
    if once and (made := made_before(once, type(form.instance))):
        return saved(request, made, 0, draft) if made.state == State.DRAFT else redirect(made)
    form.save()
    if once:
        keep(once, form.instance)
    forget(request)
    return saved(request, form.instance, len(advice(form)), draft)


def draft_of(document: Document) -> str:
    """By which name the browser keeps what is typed into the form of this document, see `drafts.js`."""
    return f"{kind_of(type(document))}-{document.pk or 'new'}"


def only_looks(asked: QueryDict) -> bool:
    """Somebody without JavaScript asks how the other side says it, or adds a word of theirs."""
    return "look" in asked or "say" in asked


def with_words(asked: QueryDict) -> QueryDict:
    """The form as it was sent, with the word that was chosen at the end of its text."""
    if "say" not in asked:
        return asked
    asked = asked.copy()
    box = next((name for name in BOXES if name in asked), BOXES[0])
    asked[box] = f"{asked.get(box, '').rstrip()}\n{asked['say'][:LONGEST_LABEL]}"
    return asked


def looked_up(asked: Mapping[str, str], side: str) -> list[Saying]:
    """What is understood in the text box; nothing where the encoder is busy or away: writing goes on without."""
    text = next((asked[name] for name in BOXES if name in asked), "")
    try:
        return sayings(text, side, (get_language() or "en")[:2])
    except EncoderError:
        return []


def can_write(request: HttpRequest) -> bool:
    organisations = Organisation.objects
    return organisations.of(request.user).exists() or organisations.brokered_by(request.user).exists()


def saved(request: HttpRequest, document: Document, notes: int, draft: str) -> HttpResponse:
    """Say what happens next; the browser then forgets its draft."""
    if "publish" in request.POST:
        return published(request, document, draft)
    if notes:
        words = ngettext(
            "%(n)d note says how to improve the text.", "%(n)d notes say how to improve the text.", notes
        )
        messages.info(request, words % {"n": notes} + " " + _("You find this under “Change it”."))
    if document.state == State.DRAFT:
        messages.success(request, _("The draft is saved. Nobody else sees it until you publish it."), draft)
    elif document.is_open:
        messages.success(request, _("Saved. If the text changed, we compare it anew."), draft)
    else:
        messages.success(request, _("Saved."), draft)
    return redirect(document)


def published(request: HttpRequest, document: Document, draft: str = "") -> HttpResponse:
    if clients.awaits_client(document, request.user):
        messages.info(request, _("The draft is saved. Nobody else sees it until you publish it."), draft)
        return redirect(f"{kind_of(type(document))}-ask-client", document.pk)
    try:
        clients.publish(document, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(document)
    said = _("Published. We compare it with everything that is open and show you what we find.")
    messages.success(request, said, draft)
    return redirect(document)


@transaction.atomic
def publish(request: HttpRequest, model: type[Document], pk: int) -> HttpResponse:
    """What ended since the page was opened stays as it ended."""
    document = editable(request, model, pk, is_locked=True)
    if document.state not in (request.POST.get("seen", document.state), State.PUBLISHED):
        return done(request, document, False, "")
    return published(request, document)


def pause(request: HttpRequest, model: type[Document], pk: int) -> HttpResponse:
    document = editable(request, model, pk)
    said = _("Paused. It is not matched and not shown until you publish it again.")
    return done(request, document, document.pause(), said)


def close(request: HttpRequest, model: type[Document], pk: int) -> HttpResponse:
    document = editable(request, model, pk)
    if (end := request.POST.get("end")) not in ENDS:
        messages.error(request, _("Choose how it ended."))
        return redirect(document)
    said = _("Closed. Thank you for telling us how it ended; you can publish it again.")
    return done(request, document, document.close(State(end)), said)


def done(request: HttpRequest, document: Document, is_in_time: bool, said: str) -> HttpResponse:
    if is_in_time:
        messages.success(request, said)
    else:
        outdated = _("It has changed since you opened the page, so nothing was done. You see now how it stands.")
        messages.warning(request, outdated)
    return redirect(document)


@login_required
@require_POST
def need_publish(request: HttpRequest, pk: int) -> HttpResponse:
    return publish(request, Need, pk)


@login_required
@require_POST
def need_pause(request: HttpRequest, pk: int) -> HttpResponse:
    return pause(request, Need, pk)


@login_required
@require_POST
def need_close(request: HttpRequest, pk: int) -> HttpResponse:
    return close(request, Need, pk)


@login_required
@require_POST
def offer_publish(request: HttpRequest, pk: int) -> HttpResponse:
    return publish(request, Offer, pk)


@login_required
@require_POST
def offer_pause(request: HttpRequest, pk: int) -> HttpResponse:
    return pause(request, Offer, pk)


@login_required
@require_POST
def offer_close(request: HttpRequest, pk: int) -> HttpResponse:
    return close(request, Offer, pk)
