"""The search over what a person may see, saved searches, and a client's answer from a mail."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.codes import Frequency
from catalog.models import Document
from catalog.presenting import Shown

from ..events import excerpt
from ..forms import SaveSearchForm, SearchForm
from ..links import absolute, read_search
from ..models import SavedSearch
from ..saved_searches import (
    confirm_as_client,
    end_for_client,
    end_from_mail,
    page_url,
    save,
    search_of,
    set_frequency,
    spoken_to,
)
from ..searching import HITS, Found, find
from ..site import sees_queue
from ..trial import may_search
from .answering import closed

EXCERPT = 240  # characters of a hit


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    found, is_refused = Found([]), False
    if request.GET:
        is_refused = bool(form.search.text) and not may_ask(request)
        found = found if is_refused else find(request.user, form.search)
    context = {
        "form": form,
        "searched": form.search.in_words,
        "was_asked": bool(request.GET),
        "hits": [hit(document) for document in found.documents],
        "is_partial": found.is_partial,
        "is_refused": is_refused,
        "is_full": len(found.documents) == HITS,
        "section": "search",
    }
    return render(request, "matchmaking/search.html", context, status=429 if is_refused else 200)


def hit(document: Document) -> dict:
    shown = Shown(document)
    return {"shown": shown, "excerpt": excerpt(shown, EXCERPT), "url": document.get_absolute_url()}


def may_ask(request: HttpRequest) -> bool:
    """Visitors may search so often an hour, as each search costs the encoder a moment."""
    return request.user.is_authenticated or may_search(get_adapter(request).get_client_ip(request))


# Saving


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved_search_new(request: HttpRequest) -> HttpResponse:
    """Keep the search named in the address."""
    wanted, is_broker = SearchForm(request.GET).search, sees_queue(request)
    initial = {"name": wanted.in_words[:80], "frequency": Frequency.WEEKLY}
    form = SaveSearchForm(request.POST or None, initial=initial, may_name_client=is_broker)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            saved = save(request.user, wanted, data["name"], data["frequency"], form.client)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, said_of(saved))
            return redirect("saved-search-list")
    context = {"form": form, "searched": wanted.in_words, "section": "search"}
    return render(request, "matchmaking/saved_search_new.html", context, status=422 if form.errors else 200)


def said_of(saved: SavedSearch) -> str:
    if saved.client_email:
        return _("Saved. We ask %(client)s once; mail comes only after a yes.") % {"client": saved.client_email}
    return _("Saved. We write to you when there is something new.")


@login_required
@require_safe
def saved_search_list(request: HttpRequest) -> HttpResponse:
    searches = SavedSearch.objects.of(request.user).order_by("-created_at")
    rows = [row_of(one) for one in searches]
    frequencies = [choice for choice in Frequency.choices if choice[0] != Frequency.NEVER]
    context = {"rows": rows, "frequencies": frequencies, "section": "search"}
    return render(request, "matchmaking/saved_search_list.html", context)


def row_of(saved: SavedSearch) -> dict:
    wanted = search_of(saved)
    feed_url = absolute(reverse("feed", args=[saved.feed_key])) if saved.feed_key else ""
    return {"saved": saved, "searched": wanted.in_words, "url": page_url(wanted), "feed_url": feed_url}


@login_required
@require_POST
def saved_search_end(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(SavedSearch.objects.of(request.user), pk=pk)
    SavedSearch.objects.filter(pk=pk).end()
    messages.success(request, _("Ended. No more mail of this search."))
    return redirect("saved-search-list")


@login_required
@require_POST
def saved_search_frequency(request: HttpRequest, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedSearch.objects.of(request.user), pk=pk)
    frequency = request.POST.get("frequency")
    if frequency in Frequency.values:
        set_frequency(saved, frequency)
        messages.success(request, _("Saved."))
    return redirect("saved-search-list")


# From a mail


@csrf_exempt  # one-click unsubscribing (RFC 8058): a mail program has no cookie, the signed link is all there is
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def search_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm or end a search, or leave all of them, as the mail's reader."""
    try:
        link = read_search(token)
    except BadSignature:
        return closed(request, "broken", status=404)
    saved = SavedSearch.objects.filter(pk=link.search_id).select_related("owner").first()
    if saved is None or (link.act == "confirm" and (saved.ended_at or saved.confirmed_at)):
        return closed(request, "closed")
    if request.method == "POST":
        ACTS[link.act](saved)
        saved.refresh_from_db()
    with spoken_to(saved):
        context = {"saved": saved, "searched": search_of(saved).in_words, "act": link.act}
        return render(request, "matchmaking/search_answer.html", context | {"is_done": is_done(saved, link.act)})


def is_done(saved: SavedSearch, act: str) -> bool:
    return bool(saved.confirmed_at if act == "confirm" else saved.ended_at)


ACTS = {
    "confirm": confirm_as_client,
    "end": end_from_mail,
    "leave": lambda saved: end_for_client(saved.client_email),
}
