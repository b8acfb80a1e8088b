"""The first page: what this is for a visitor, what waits for somebody signed in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "matchmaking/home.html")


@require_safe
@cache_control(max_age=3600)
def accent(request: HttpRequest) -> HttpResponse:
    """The accent colour of this installation as a style sheet: the security policy forbids inline styles."""
    return render(request, "matchmaking/accent.css", {"accent": settings.SITE_ACCENT}, content_type="text/css")
