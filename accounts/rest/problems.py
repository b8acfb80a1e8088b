"""The kinds of problems of the API as RFC 9457 words them, each with a `type` that can be looked up.

They speak to whoever writes programs, so they are in English like the rest of the API's description.

The views at the end answer what never reaches the framework; what the framework raises becomes a problem in `errors`.
"""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions, status

MEDIA_TYPE = "application/problem+json"
API = "/api/"


class Kind(NamedTuple):
    """One kind of problem: what it is called, and what to do about it."""

    status: int
    title: str
    advice: str


KINDS = {
    "invalid": Kind(
        400,
        "Something in the request is wrong",
        "`errors` names each field with what is wrong. Correct it and send the request again.",
    ),
    "parse_error": Kind(
        400,
        "The request cannot be read",
        "Send one JSON object in UTF-8, not nested deeply and without NUL characters.",
    ),
    "authentication_failed": Kind(
        401,
        "You are not known here",
        "The token has ended or never existed, or address and password do not belong together.",
    ),
    "not_authenticated": Kind(
        401,
        "You are not signed in",
        "Send the header `Authorization: Token …` with a token of yours.",
    ),
    "permission_denied": Kind(
        403,
        "You may not do this",
        "Your role, or the scope of the token, does not allow it. Repeating it changes nothing.",
    ),
    "not_found": Kind(
        404,
        "There is nothing at this address",
        "It does not exist, or you may not see it: the two are not told apart.",
    ),
    "method_not_allowed": Kind(
        405,
        "This address does not know the method",
        "The header `Allow` names those it knows.",
    ),
    "not_acceptable": Kind(
        406,
        "This form of an answer does not exist",
        "Ask for `application/json`.",
    ),
    "conflict": Kind(
        409,
        "It has changed meanwhile",
        "Somebody else was faster, or the key was used for another request. Read it again first.",
    ),
    "cursor_ended": Kind(
        410,
        "The cursor has ended",
        "It is too old, or what you may see has changed. Begin anew without one.",
    ),
    "match_unknown": Kind(
        410,
        "There is no such match",
        "The two installations have no such match with each other, or it is over. Repeating it changes nothing.",
    ),
    "stale": Kind(
        412,
        "You have an old version",
        "What you read has changed since. Read again, and send the new `ETag` as `If-Match`.",
    ),
    "too_large": Kind(
        413,
        "The request is too large",
        "Send less at a time.",
    ),
    "unsupported_media_type": Kind(
        415,
        "This form of a request cannot be read",
        "Send `Content-Type: application/json`.",
    ),
    "version_required": Kind(
        428,
        "Say which version you change",
        "Send the `ETag` you read as `If-Match`, so that nobody's changes get lost; `*` for any.",
    ),
    "throttled": Kind(
        429,
        "Too many requests",
        "Wait as many seconds as the header `Retry-After` says.",
    ),
    "error": Kind(
        500,
        "Something went wrong on our side",
        "Nothing was changed. Try again later; if it stays, tell whoever runs this site.",
    ),
    "unavailable": Kind(
        503,
        "A part of the site does not answer",
        "Try again in some minutes.",
    ),
}


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."
    default_code = "too_large"


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "Somebody else was faster, or the case is closed. Nothing was changed."
    default_code = "conflict"


class Stale(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "It has changed since you read it. Nothing was changed."
    default_code = "stale"


class VersionRequired(exceptions.APIException):
    status_code = 428
    default_detail = "The header If-Match is missing. Nothing was changed."
    default_code = "version_required"


class Unavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "A part of the site does not answer at the moment."
    default_code = "unavailable"


def problem(code: str, detail: str) -> dict[str, Any]:
    kind = KINDS[code]
    return {"type": type_of(code), "title": kind.title, "status": kind.status, "code": code, "detail": detail}


def type_of(code: str) -> str:
    return f"/api/v1/problems/{code}/"


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: nothing is said of what happened."""
    if not request.path.startswith(API):
        return defaults.server_error(request)
    return answer("error", KINDS["error"].advice)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses, for handler400."""
    return answer("parse_error", KINDS["parse_error"].advice)


def answer(code: str, detail: str) -> JsonResponse:
    return JsonResponse(problem(code, detail), status=KINDS[code].status, content_type=MEDIA_TYPE)
