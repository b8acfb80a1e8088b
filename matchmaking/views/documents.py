"""Needs and offers as their authors, their brokers and everybody else see them."""

import re

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.models import Organisation
from catalog.bulk_views import bulk_context
from catalog.chips import chips
from catalog.clients import asked_about, awaits_client
from catalog.codes import State
from catalog.models import Document, Need, Offer, Rewording
from catalog.naming import choices
from catalog.presenting import END_WORDS, Shown

from ..catalogue import with_course
from ..disclosure import needs_visible_to, offers_visible_to
from ..federation import desk_of
from ..models import Match, Opening
from ..side_by_side import suggestions
from ..standing import need_status, offer_status, with_demand, with_progress
from ..viewer import Seen
from ..waking import hurry
from .linked_data import data_of
from .paging import page_of

PROGRAMS = re.compile(r"bot|crawl|spider|slurp|curl|wget|python", re.IGNORECASE)


@login_required
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    page = page_of(
        request, listed(request, with_progress(Need.objects.editable_by(request.user), request.user)), wide=True
    )
    rows = [(need, need_status(need)) for need in page]
    return render(request, "matchmaking/need_list.html", {"page": page, "rows": rows, "section": "needs"})


@login_required
@require_safe
def offer_list(request: HttpRequest) -> HttpResponse:
    mine = with_course(with_demand(Offer.objects.editable_by(request.user), request.user))
    page = page_of(request, listed(request, mine), wide=True)
    rows = [(offer, offer_status(offer)) for offer in page]
    context = {"page": page, "rows": rows, "section": "offers"} | bulk_context(request)
    return render(request, "matchmaking/offer_list.html", context)


def listed(request: HttpRequest, documents: QuerySet) -> QuerySet:
    return documents.without_vectors().select_related("organisation").order_by("-updated_at", "-pk")


@require_safe
def need_detail(request: HttpRequest, pk: int) -> HttpResponse:
    needs = with_rights(request, readable(needs_visible_to(request.user)))
    need = get_object_or_404(with_progress(needs, request.user), pk=pk)
    context = detail(request, need, Match.objects.filter(need=need)) | {"status": need_status(need)}
    context["may_wish"] = any(one.may_dismiss for one in context["matches"])
    context |= folded(context["matches"])
    context["compares"] = request.user.is_authenticated and len(context["matches"]) > 1
    if context["is_busy"] and context["may_edit"]:
        hurry()
    return render(request, "matchmaking/need_detail.html", context | {"section": "needs"})


def folded(seen: list[Seen]) -> dict[str, list[Seen]]:
    """The suggestions as the page parts them: what fits, and folded away below it the rest."""
    standing = [one for one in seen if not one.is_dismissed]
    return {
        "matches": standing,
        "fitting": [one for one in standing if not one.is_long_shot],
        "long_shots": [one for one in standing if one.is_long_shot],
        "dismissed": [one for one in seen if one.is_dismissed],
    }


@require_safe
def offer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    offers = with_rights(request, readable(offers_visible_to(request.user)))
    offer = get_object_or_404(with_demand(offers, request.user), pk=pk)
    context = detail(request, offer, Match.objects.filter(offer=offer)) | {"status": offer_status(offer)}
    if is_opening(request, context["may_edit"]):
        Opening.objects.add(offer.pk)
    return render(request, "matchmaking/offer_detail.html", context | {"section": "offers"})


def is_opening(request: HttpRequest, may_edit: bool) -> bool:
    """Whether somebody else looks: neither its own people and their brokers, nor a program that says it is one."""
    agent = request.headers.get("User-Agent", "")
    return request.method == "GET" and not may_edit and not PROGRAMS.search(agent)


def readable(documents: QuerySet) -> QuerySet:
    return documents.without_vectors().select_related("organisation")


def with_rights(request: HttpRequest, documents: QuerySet) -> QuerySet:
    """Each with whether the person `may_edit` it, and whether it `is_own`: of an organisation the person acts for."""
    may_edit = is_own = Value(False)
    if request.user.is_authenticated:
        may_edit = Exists(documents.model.objects.editable_by(request.user).filter(pk=OuterRef("pk")))
        is_own = Exists(Organisation.objects.of(request.user).filter(pk=OuterRef("organisation")))
    return documents.annotate(may_edit=may_edit, is_own=is_own)


def detail(request: HttpRequest, document: Document, matches: QuerySet[Match]) -> dict:
    """What both pages show; matches only to those who may see them, and none to a visitor."""
    shown, may_edit = Shown(document), document.may_edit
    data = "" if request.user.is_authenticated else data_of(document)  # for search engines, which never sign in
    return concepts_of(document, shown, may_edit) | {
        "document": document,
        "shown": shown,
        "linked_data": mark_safe(data),  # noqa: S308 - written() escapes what could end the element
        "may_edit": may_edit,
        "matches": suggestions(request.user, matches),
        "source": desk_of(document),
        "ends": END_WORDS[type(document)],
        "rewording": waiting_for(document) if may_edit else None,
        "client": client_of(request, document) if may_edit else {},
        "is_busy": document.is_open and not getattr(document, "was_matched", True),
    }


def client_of(request: HttpRequest, document: Document) -> dict:
    """Of a draft that a broker wrote for a client without an account: whether the client was asked, or has to be.
    Whoever acts for the organisation by now publishes it as usual."""
    if document.state != State.DRAFT or document.is_own:
        return {}
    text = asked_about(document)
    is_asked = text is not None and text.state == text.state.WAITING
    return {"text": text, "is_to_be_asked": is_asked or awaits_client(document, request.user)}


def waiting_for(document: Document) -> Rewording | None:
    """A broker's change of the text that its author has not answered."""
    proposed = document.rewordings.waiting().select_related("proposed_by").first()
    if proposed:
        setattr(proposed, document._meta.model_name, document)
    return proposed


def concepts_of(document: Document, shown: Shown, may_edit: bool) -> dict:
    """What the document is about; what its editors need to change that only for them."""
    language = (get_language() or "en")[:2]
    found = chips(shown, document, language)
    return {
        "chips": found.shown,
        "taken_off": found.taken_off if may_edit else [],
        "concept_names": choices(language) if may_edit else [],
        "concepts_action": reverse(f"{document._meta.model_name}-concepts", args=[document.pk]),
    }
