"""The kinds of problems of the API as RFC 9457 words them, each with a `type` that can be looked up.

The views at the end answer what never reaches the framework; what the framework raises becomes a problem in `errors`.
"""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions, status

MEDIA_TYPE = "application/problem+json"
API = "/api/"


class Kind(NamedTuple):
    """One kind of problem: what it is called, and what to do about it."""

    status: int
    title: Promise
    advice: Promise


KINDS = {
    "invalid": Kind(
        400,
        gettext_lazy("Something in the request is wrong"),
        gettext_lazy("`errors` names each field with what is wrong. Correct it and send the request again."),
    ),
    "parse_error": Kind(
        400,
        gettext_lazy("The request cannot be read"),
        gettext_lazy("Send one JSON object in UTF-8, not nested deeply and without NUL characters."),
    ),
    "authentication_failed": Kind(
        401,
        gettext_lazy("You are not known here"),
        gettext_lazy("The token has ended or never existed, or address and password do not belong together."),
    ),
    "not_authenticated": Kind(
        401,
        gettext_lazy("You are not signed in"),
        gettext_lazy("Send the header `Authorization: Token …` with a token of yours."),
    ),
    "permission_denied": Kind(
        403,
        gettext_lazy("You may not do this"),
        gettext_lazy("Your role, or the scope of the token, does not allow it. Repeating it changes nothing."),
    ),
    "not_found": Kind(
        404,
        gettext_lazy("There is nothing at this address"),
        gettext_lazy("It does not exist, or you may not see it: the two are not told apart."),
    ),
    "method_not_allowed": Kind(
        405,
        gettext_lazy("This address does not know the method"),
        gettext_lazy("The header `Allow` names those it knows."),
    ),
    "not_acceptable": Kind(
        406,
        gettext_lazy("This form of an answer does not exist"),
        gettext_lazy("Ask for `application/json`."),
    ),
    "conflict": Kind(
        409,
        gettext_lazy("It has changed meanwhile"),
        gettext_lazy("Somebody else was faster, or the key was used for another request. Read it again first."),
    ),
    "cursor_ended": Kind(
        410,
        gettext_lazy("The cursor has ended"),
        gettext_lazy("It is too old, or what you may see has changed. Begin anew without one."),
    ),
    "stale": Kind(
        412,
        gettext_lazy("You have an old version"),
        gettext_lazy("What you read has changed since. Read again, and send the new `ETag` as `If-Match`."),
    ),
    "too_large": Kind(
        413,
        gettext_lazy("The request is too large"),
        gettext_lazy("Send less at a time."),
    ),
    "unsupported_media_type": Kind(
        415,
        gettext_lazy("This form of a request cannot be read"),
        gettext_lazy("Send `Content-Type: application/json`."),
    ),
    "version_required": Kind(
        428,
        gettext_lazy("Say which version you change"),
        gettext_lazy("Send the `ETag` you read as `If-Match`, so that nobody's changes get lost; `*` for any."),
    ),
    "throttled": Kind(
        429,
        gettext_lazy("Too many requests"),
        gettext_lazy("Wait as many seconds as the header `Retry-After` says."),
    ),
    "error": Kind(
        500,
        gettext_lazy("Something went wrong on our side"),
        gettext_lazy("Nothing was changed. Try again later; if it stays, tell whoever runs this site."),
    ),
    "unavailable": Kind(
        503,
        gettext_lazy("A part of the site does not answer"),
        gettext_lazy("Try again in some minutes."),
    ),
}


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The request is too large.")
    default_code = "too_large"


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = gettext_lazy("Somebody else was faster, or the case is closed. Nothing was changed.")
    default_code = "conflict"


class Stale(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = gettext_lazy("It has changed since you read it. Nothing was changed.")
    default_code = "stale"


class VersionRequired(exceptions.APIException):
    status_code = 428
    default_detail = gettext_lazy("The header If-Match is missing. Nothing was changed.")
    default_code = "version_required"


class Unavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = gettext_lazy("A part of the site does not answer at the moment.")
    default_code = "unavailable"


def problem(code: str, detail: str) -> dict[str, Any]:
    kind = KINDS[code]
    return {"type": type_of(code), "title": str(kind.title), "status": kind.status, "code": code, "detail": detail}


def type_of(code: str) -> str:
    return f"/api/v1/problems/{code}/"


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: nothing is said of what happened."""
    if not request.path.startswith(API):
        return defaults.server_error(request)
    return answer("error", str(KINDS["error"].advice))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: what Django itself refuses."""
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    return answer("parse_error", str(KINDS["parse_error"].advice))


def answer(code: str, detail: str) -> JsonResponse:
    return JsonResponse(problem(code, detail), status=KINDS[code].status, content_type=MEDIA_TYPE)
