"""The pages that people see when something goes wrong, to look at where DEBUG is on and Django shows its own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .outbox import debug_only

#: Which templates there are, and with which status they answer.
ERRORS = {"400": 400, "403": 403, "403_csrf": 403, "404": 404, "405": 405, "500": 500}


@debug_only
@require_safe
def error_page(request: HttpRequest, name: str) -> HttpResponse:
    if name not in ERRORS:
        raise Http404
    return render(request, f"{name}.html", status=ERRORS[name])
