"""Speaking to whoever is signed in, in the person's language and time zone; and pages on their way to a phone."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone, translation


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


class PageGZipMiddleware(GZipMiddleware):
    """Pages are compressed; what the API answers is not, whose versions (strong ETags) would become weak, nor files.

    The length varies at random, so that it tells nothing about secrets in the page (Django does that).
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response
