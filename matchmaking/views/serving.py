"""The needs that an offer could serve: for its provider, and for the brokers who take care of the provider."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.models import Offer
from catalog.presenting import Shown

from ..disclosure import offers_visible_to
from ..serving import served_to


@login_required
@require_safe
def offer_needs(request: HttpRequest, pk: int) -> HttpResponse:
    mine = Offer.objects.editable_by(request.user).values("pk")
    offer = get_object_or_404(
        offers_visible_to(request.user).filter(pk__in=mine).select_related("organisation"), pk=pk
    )
    context = {
        "offer": Shown(offer),
        "is_open": offer.is_open,
        "is_resting": offer.organisation.is_resting,
        "rows": served_to(request.user, offer),
        "section": "offers",
    }
    return render(request, "matchmaking/offer_needs.html", context)
