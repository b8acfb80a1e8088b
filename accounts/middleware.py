"""Speaking to whoever is signed in, in the person's language and time zone, and to whoever is not any more; and pages
on their way to a phone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _


class PersonMiddleware:
    """After LocaleMiddleware and AuthenticationMiddleware; a language chosen on the page (a cookie) comes first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        spoken = dict(settings.LANGUAGES)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in spoken
        if not chosen and request.user.language in spoken:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(request.user.time_zone):
            return self.get_response(request)


class SignedOutMiddleware:
    """After MessageMiddleware. A form sent once the session has ended leads to signing in and back to its page: most
    addresses that take forms show nothing themselves, and whoever gets there all the same reads so. A page that asks
    for a part of itself is loaded anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            response.content = render_to_string("405.html", request=request)
        return response

    def process_view(self, request: HttpRequest, view: Callable, *_arguments: Any) -> HttpResponse | None:
        is_for_people = getattr(view, "login_url", "") is None  # what `login_required` writes on a view
        if request.user.is_authenticated or not is_for_people:
            return None
        if request.headers.get("HX-Request"):  # the page itself leads to signing in: no part of it can be filled
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        if request.method != "POST":
            return None
        messages.warning(request, _("You were signed out; nothing was changed."))
        return redirect_to_login(page_of_form(request))


def page_of_form(request: HttpRequest) -> str:
    """Where the form stood, if that was a page of ours; else the first page."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class PageGZipMiddleware(GZipMiddleware):
    """Pages are compressed; what the API answers is not, whose versions (strong ETags) would become weak, nor files.

    The length varies at random, so that it tells nothing about secrets in the page (Django does that).
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response
