"""The first page: for a visitor what this is and a try without an account, for others what waits for them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog.kept_text import kept
from catalog.models import Need, Offer

from ..progress import need_status, offer_status, with_demand, with_progress
from ..queue import listed, oldest
from ..site import sees_queue
from ..viewer import seen_by

SHOWN_HERE = 5  # rows of each list; the whole list is one click away


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return dashboard(request)
    return render(request, "matchmaking/home.html")


def dashboard(request: HttpRequest) -> HttpResponse:
    needs = with_progress(Need.objects.written_for(request.user).without_vectors()).order_by("-wanted", "-updated_at")
    offers = with_demand(Offer.objects.written_for(request.user).without_vectors()).order_by("-wanted", "-updated_at")
    context = {
        "needs": [(need, need_status(need)) for need in needs[:SHOWN_HERE]],
        "offers": [(offer, offer_status(offer)) for offer in offers[:SHOWN_HERE]],
        "kept_text": kept(request),
    }
    if sees_queue(request):
        context |= queue_summary(request)
    return render(request, "matchmaking/dashboard.html", context)


def queue_summary(request: HttpRequest) -> dict:
    waiting = listed(request.user, "waiting")
    best = waiting.with_documents().best_first()[:SHOWN_HERE]
    return {
        "best": seen_by(request.user, best),
        "is_broker": True,
        "waiting": waiting.count(),
        "oldest": oldest(waiting),
        "silent": listed(request.user, "silent").count(),
    }


@require_safe
@cache_control(max_age=3600)
def accent(request: HttpRequest) -> HttpResponse:
    """The accent colour of this installation as a style sheet: the security policy forbids inline styles."""
    return render(request, "matchmaking/accent.css", {"accent": settings.SITE_ACCENT}, content_type="text/css")
