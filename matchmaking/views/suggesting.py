"""Another offer for the need of a match, searched and suggested by its broker."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.encoder.failures import EncoderError
from catalog.models import Need

from ..disclosure import offers_visible_to
from ..forms import OtherOfferForm
from ..models import Match
from ..progress import match_status
from ..searching import Search
from ..suggesting import suggest, suggestible
from ..viewer import Seen
from .matches import seen_or_404
from .searching import hit


@login_required
@require_safe
def match_others(request: HttpRequest, pk: int) -> HttpResponse:
    """Search among the offers that may be proposed for the need, and those that are."""
    seen, form = deciding(request, pk), OtherOfferForm(request.GET)
    context = {"seen": seen, "form": form, "was_asked": bool(request.GET), "section": "queue"}
    if request.GET:
        context |= {"searched": form.search.in_words} | hits_for(request, seen.match.need, form.search)
    return render(request, "matchmaking/match_others.html", context)


def hits_for(request: HttpRequest, need: Need, wanted: Search) -> dict[str, Any]:
    """Each hit with its own match with the need, where there is one."""
    found, known = suggestible(need, wanted, by=request.user)
    hits = [hit(offer) | {"pk": offer.pk, "match": _standing(known.get(offer.pk))} for offer in found.documents]
    return {"hits": hits, "is_partial": found.is_partial}


def _standing(match: Match | None) -> dict[str, Any] | None:
    return {"pk": match.pk, "status": match_status(match, decides=True)} if match else None


def deciding(request: HttpRequest, pk: int) -> Seen:
    seen = seen_or_404(request, pk)
    if not seen.leads:
        raise PermissionDenied
    return seen


@login_required
@require_POST
def match_suggest(request: HttpRequest, pk: int) -> HttpResponse:
    seen, chosen = deciding(request, pk), request.POST.get("offer", "")
    offers = offers_visible_to(request.user).select_related("organisation")
    offer = get_object_or_404(offers, pk=int(chosen) if chosen.isdecimal() else 0)
    try:
        made = suggest(seen.match, offer, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except EncoderError:
        messages.error(request, _("The texts cannot be compared at the moment. Try again in a minute."))
    else:
        if made.is_new:
            messages.success(request, _("Suggested. Accept it when you are sure: then both sides are asked."))
        else:
            messages.info(request, _("These two are a match already; this is where it stands."))
        return redirect("match-detail", made.match.pk)
    return redirect("match-others", pk)
