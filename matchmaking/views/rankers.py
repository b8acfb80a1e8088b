"""What was learnt about the ranking, and which version of it is in use: for brokers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ..models import RankerVersion
from ..site import sees_queue
from ..training import put_to_use

SHOWN = 20  # versions, the newest first


@login_required
@require_safe
def ranker_list(request: HttpRequest) -> HttpResponse:
    check_broker(request)
    versions = list(RankerVersion.objects.select_related("activated_by")[:SHOWN])
    context = {
        "versions": versions,
        "by_hand": not RankerVersion.objects.active().exists(),
        "section": "exposure",
    }
    return render(request, "matchmaking/ranker_list.html", context)


@login_required
@require_POST
def ranker_activate(request: HttpRequest, pk: int) -> HttpResponse:
    check_broker(request)
    version = get_object_or_404(RankerVersion, pk=pk)
    try:
        put_to_use(version, by=request.user)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, _("In use from now on. Every need is matched again within minutes."))
    return redirect("ranker-list")


@login_required
@require_POST
def ranker_retire(request: HttpRequest) -> HttpResponse:
    check_broker(request)
    RankerVersion.retire()
    messages.success(request, _("The weights set by hand are in use. Every need is matched again within minutes."))
    return redirect("ranker-list")


def check_broker(request: HttpRequest) -> None:
    if not sees_queue(request):
        raise PermissionDenied
