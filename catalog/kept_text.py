"""A text somebody typed before signing in: it waits in the person's own session for the need form."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

KEY = "kept_text"


def keep(request: HttpRequest, text: str) -> None:
    """Until it is used, or for as long as trials are kept; signing in gives the session its usual life."""
    request.session[KEY] = text
    if not request.user.is_authenticated:
        request.session.set_expiry(timedelta(days=settings.RETENTION_DAYS["trials"]))


def kept(request: HttpRequest) -> str:
    return request.session.get(KEY, "")


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
