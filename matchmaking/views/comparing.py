"""Up to four suggestions to one need side by side."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.presenting import Shown

from ..disclosure import needs_visible_to
from ..models import Match
from ..viewer import Seen
from ..weighing import Weight
from .documents import readable, suggestions

MOST = 4


def weighed(seen: list[Seen]) -> list[tuple[str, list[tuple[Seen, Weight]]]]:
    """Line by line of the card: its label, and every suggestion with what it says there."""
    cards = [one.weights for one in seen]
    return [(line[0].label, list(zip(seen, line, strict=True))) for line in zip(*cards, strict=True)]


@login_required
@require_safe
def need_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Those chosen with `?match=`; without any, the best."""
    need = get_object_or_404(readable(needs_visible_to(request.user)), pk=pk)
    wanted = [int(chosen) for chosen in request.GET.getlist("match") if chosen.isdecimal() and len(chosen) < 19]
    matches = Match.objects.filter(need=need)
    seen = suggestions(request, matches.filter(pk__in=wanted) if wanted else matches)
    context = {"shown": Shown(need), "seen": seen[:MOST], "left_out": len(wanted) > MOST, "section": "needs"}
    context["rows"] = weighed(seen[:MOST])
    return render(request, "matchmaking/need_compare.html", context)
