"""Up to four suggestions to one need side by side."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.presenting import Shown

from ..disclosure import needs_visible_to
from ..side_by_side import compared
from .documents import readable


@login_required
@require_safe
def need_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Those chosen with `?match=`; without any, the best."""
    need = get_object_or_404(readable(needs_visible_to(request.user)), pk=pk)
    chosen = [int(one) for one in request.GET.getlist("match") if one.isdecimal() and len(one) < 19]
    found = compared(request.user, need, chosen)
    context = {"shown": Shown(need), "compared": found, "seen": found.seen, "section": "needs"}
    return render(request, "matchmaking/need_compare.html", context)
