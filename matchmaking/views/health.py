"""The address that monitoring asks."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..health import PARTS, examine


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when everything is well, else 503; `?only=database` asks for some parts (what a load balancer wants)."""
    wanted = [name for name in request.GET.getlist("only") if name]
    if unknown := set(wanted) - PARTS.keys():
        problem = f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}."
        return JsonResponse({"detail": problem}, status=400)
    report = examine(wanted)
    return JsonResponse(report, status=200 if report["ok"] else 503)
