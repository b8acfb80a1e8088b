"""What is written to the log, and what never is: one JSON object a line, without any text of needs and offers.

Messages of exceptions quote what was typed ("could not convert …", "Failing row contains …"), so of most only the
kind and the lines of code are written. Addresses carry tokens of links, so requests are named by their route.
"""

import copy
import logging
import time
import traceback
from collections.abc import Callable, Iterator
from smtplib import SMTPException
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from pythonjsonlogger.json import JsonFormatter

log = logging.getLogger("matchmaking.requests")

# Their messages speak of the machine and the code. SMTP's speak of people.
TELLING = (
    OSError,
    OperationalError,
    ImportError,
    NameError,
    AttributeError,
    ImproperlyConfigured,
    TemplateDoesNotExist,
)
UNTOLD = ("request", "data")  # what Django and Celery hang on a record: everything that was sent


class DiscreetFormatter(JsonFormatter):
    """Formats a record of ours or of a library so that nothing typed by anybody gets out."""

    def format(self, record: logging.LogRecord) -> str:
        told = copy.copy(record)
        told.exc_text = None
        if (request := getattr(record, "request", None)) is not None:
            told.msg, told.args = f"{record.getMessage().split(':')[0]}: {route_of(request)}", ()
        elif isinstance(record.args, dict) and "exc" in record.args:  # a task that failed, as Celery words it
            told.args = record.args | {"exc": "", "traceback": ""}
        for name in UNTOLD:
            vars(told).pop(name, None)
        return super().format(told)

    def formatException(self, ei: Any) -> str:
        return "".join(line for error in _chain(ei[1]) for line in _told(error))


def _chain(error: BaseException) -> list[BaseException]:
    """The error with what caused it, the first cause first."""
    found = [error]
    while (error := error.__cause__ or (None if error.__suppress_context__ else error.__context__)) is not None:
        found.append(error)
    return found[::-1]


def _told(error: BaseException) -> Iterator[str]:
    yield from traceback.format_tb(error.__traceback__)
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    is_telling = isinstance(error, TELLING) and not isinstance(error, SMTPException)
    first_line = (str(error).splitlines() or [""])[0]
    yield f"{kind}: {first_line}\n" if is_telling else f"{kind}\n"
    if isinstance(error, BaseExceptionGroup):
        yield from (f"  | {line}" for one in error.exceptions for part in _chain(one) for line in _told(part))


def route_of(request: HttpRequest) -> str:
    """The pattern of the address, with the number of a row but without tokens; nothing where none matched."""
    match = request.resolver_match
    if match is None:
        return ""
    return match.route.replace("<int:pk>", str(match.kwargs.get("pk", "<int:pk>")))


class RequestLogMiddleware:
    """First of all: one line a request, with who, what, how it ended and how long it took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        if request.resolver_match is not None or response.status_code >= 400:  # else a static file
            facts = {"status": response.status_code, "ms": round((time.perf_counter() - begun) * 1000)}
            log.info("%s %s", request.method, route_of(request), extra=facts | _who(request, response))
        return response


def _who(request: HttpRequest, response: HttpResponse) -> dict[str, int | None]:
    """After a failure nobody is asked: the session's table may be what failed."""
    known = hasattr(request, "user") and response.status_code < 500
    return {"user": request.user.pk if known else None}
