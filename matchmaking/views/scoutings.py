"""Needs that nothing fits, for the brokers who look around: the list, taking one, and saying that it is done."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .. import scouting
from ..forms import ScoutingForm
from ..models import Scouting
from ..queue import LISTS, clusters_of
from ..site import sees_queue
from .paging import page_of


@login_required
@require_safe
def scouting_list(request: HttpRequest) -> HttpResponse:
    if not sees_queue(request):
        raise PermissionDenied
    tasks = Scouting.objects.visible_to(request.user).live().with_needs().oldest_first()
    context = {
        "page": page_of(request, tasks),
        "lists": LISTS,
        "is_broker": True,
        "several_clusters": len(clusters_of(request.user)) > 1,
        "section": "queue",
    }
    return render(request, "matchmaking/scouting_list.html", context)


@login_required
@require_POST
def scouting_take(request: HttpRequest, pk: int) -> HttpResponse:
    if scouting.take(_task_or_404(request, pk), by=request.user):
        messages.success(request, _("It is yours. The author reads that a broker looks around."))
    else:
        messages.warning(request, _("Somebody else has taken it, or it is done. Nothing was changed."))
    return redirect("scouting-list")


@login_required
@require_POST
def scouting_finish(request: HttpRequest, pk: int) -> HttpResponse:
    task, form = _task_or_404(request, pk), ScoutingForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["note"]))
    elif scouting.finish(task, by=request.user, **form.cleaned_data):
        messages.success(request, _("Noted. When its text changes and still nothing fits, it comes back."))
    else:
        messages.warning(request, _("This was done before. Nothing was changed."))
    return redirect("scouting-list")


def _task_or_404(request: HttpRequest, pk: int) -> Scouting:
    return get_object_or_404(Scouting.objects.visible_to(request.user), pk=pk)
