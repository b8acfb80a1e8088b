"""What may be sent: JSON of bounded size and depth in which every text can be stored."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from .problems import API, TooLarge, answer

DEPTH = 16  # lists and objects within one another; our deepest body has 3
NUL, SURROGATES = "\0", range(0xD800, 0xE000)


class Parser(JSONParser):
    """JSON of bounded size and depth, with texts that can be stored."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        check(data)
        return data


def check(data: Any) -> None:
    """Raises ParseError for what is nested too deeply and for texts that no database keeps."""
    level = [data]
    for _level in range(DEPTH):
        if not level:
            return
        for one in level:
            if isinstance(one, str) and not is_storable(one):
                raise ParseError("A text has a NUL character, or half of a character.")
        level = [inner for one in level for inner in _inside(one)]
    raise ParseError("The JSON is nested too deeply.")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def is_storable(text: str) -> bool:
    return (text.isascii() and NUL not in text) or not any(ord(c) in SURROGATES or c == NUL for c in text)


class AddressMiddleware:
    """Refuses addresses with a NUL character before anybody compares it with a table. Raises BadRequest, of pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or NUL in request.path:
            if request.path.startswith(API):
                return answer("parse_error", "The address has a NUL character.")
            raise BadRequest("The address has a NUL character.")
        return self.get_response(request)
