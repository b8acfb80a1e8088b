"""A text somebody typed before signing in: it waits in the person's own session for the need form."""

from django.http import HttpRequest

KEY = "kept_text"


def keep(request: HttpRequest, text: str) -> None:
    request.session[KEY] = text


def kept(request: HttpRequest) -> str:
    return request.session.get(KEY, "")


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
