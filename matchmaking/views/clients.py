"""Texts for clients without an account: entered and followed by their brokers, confirmed or refused from a mail."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature, SignatureExpired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import ClientForm
from accounts.models import Cluster, Organisation
from catalog.clients import asked_about, take_back
from catalog.codes import Disclosure
from catalog.models import ClientText, Document, Need, Offer
from catalog.presenting import Shown
from catalog.views import editable

from .. import clients
from ..client_forms import ContactForm
from ..links import read_client
from .answering import closed
from .paging import page_of

MOST_CLIENTS = 100  # listed


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def client_list(request: HttpRequest) -> HttpResponse:
    """The clients, what was entered for them and what they said; a form for one more client."""
    if not Cluster.objects.brokered_by(request.user).exists():
        raise PermissionDenied
    form = ClientForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            founded = form.found()
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = _("%(organisation)s is among your clients. Describe a need or an offer of theirs.")
            messages.success(request, said % {"organisation": founded})
            return redirect("client-list")
    return render(request, "matchmaking/client_list.html", listed(request, form), status=422 if form.errors else 200)


def listed(request: HttpRequest, form: ClientForm) -> dict[str, Any]:
    texts = ClientText.objects.visible_to(request.user).select_related("organisation", "broker", "contact")
    page = page_of(request, texts.order_by("-asked_at", "-pk"))
    rows = clients.followed(request.user, list(page))
    clients_of = Organisation.objects.clients_of(request.user).order_by("name")
    return {"form": form, "clients": clients_of[:MOST_CLIENTS], "page": page, "rows": rows, "section": "clients"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def need_ask_client(request: HttpRequest, pk: int) -> HttpResponse:
    return ask_client(request, editable(request, Need, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer_ask_client(request: HttpRequest, pk: int) -> HttpResponse:
    return ask_client(request, editable(request, Offer, pk))


def ask_client(request: HttpRequest, document: Document) -> HttpResponse:
    """Who is to confirm it; where somebody was asked already, what became of that stands on the text's own page."""
    text = asked_about(document)
    if document.published_at or (text and text.state == text.state.WAITING):
        return redirect(document)
    if not clients.may_ask(document, request.user):  # the form shows the address of its contact
        raise PermissionDenied
    form = ContactForm(request.POST or None, initial=clients.known_contact(document)._asdict())
    if request.method == "POST" and form.is_valid():
        try:
            clients.ask(document, form.contact, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = _("Asked. %(name)s gets a mail; the text is published as soon as the answer is yes.")
            messages.success(request, said % {"name": form.contact.name})
            return redirect(document)
    context = {"document": document, "form": form, "section": f"{document._meta.model_name}s"}
    return render(request, "matchmaking/client_ask.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def client_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The link does nothing any more, and the draft is as it was."""
    text = get_object_or_404(ClientText.objects.visible_to(request.user).unanswered(), pk=pk)
    take_back(text)
    messages.success(request, _("Taken back. The link in the mail does nothing any more; the draft stays."))
    return redirect("client-list")


# From the mail


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def client_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The text and who entered it; a yes publishes it, a no erases it."""
    try:
        text = clients.waiting(read_client(token))
    except SignatureExpired:
        return closed(request, "expired")
    except BadSignature:
        return closed(request, "broken", status=404)
    if text is None:
        return closed(request, "closed")
    with clients.spoken_to(text):
        return answered(request, text) if request.method == "POST" else question(request, text)


def question(request: HttpRequest, text: ClientText, *, is_changed: bool = False) -> HttpResponse:
    context = clients.asked(text) | {
        "shown": Shown(text.document, Disclosure.FULL),
        "document": text.document,
        "stamp": clients.stamp_of(text.document),
        "is_changed": is_changed,
    }
    return render(request, "matchmaking/client_answer.html", context, status=409 if is_changed else 200)


def answered(request: HttpRequest, text: ClientText) -> HttpResponse:
    """Only what was read is published, by a plain yes; a no holds for whatever the text says now."""
    answer, for_good = request.POST.get("answer", ""), "for_good" in request.POST
    title, address = text.document.title, text.email
    if answer == "no":
        is_done = clients.refuse(text, for_good=for_good)
    elif answer != "yes" or for_good:
        return question(request, text)
    else:
        try:
            is_done = clients.confirm(text, request.POST.get("stamp", ""))
        except clients.TextChanged:
            return question(request, text, is_changed=True)
    if not is_done:
        return closed(request, "closed")
    context = {"text": text, "is_yes": answer == "yes", "title": title, "address": address}
    return render(request, "matchmaking/client_answered.html", context)
