"""The page for a request that cannot be read; what nobody may see or do has templates of Django's own views."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.rest import problems
from catalog.uploads import most_bytes


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(problems.API):
        return problems.bad_request(request, exception)
    most = most_bytes(request) if isinstance(exception, RequestDataTooBig) else None
    return render(request, "400.html", {"most": most}, status=400)
