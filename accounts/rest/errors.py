"""What is raised in the API, as problem details, and the addresses where the kinds of problems are explained."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from .problems import KINDS, MEDIA_TYPE, TooLarge, problem, type_of


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """EXCEPTION_HANDLER: what our own functions and the framework raise, as a problem."""
    known = _known(error)
    response = exception_handler(known, context)
    if response is None:
        return None
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in response}
    return Response(body_of(known), status=response.status_code, headers=headers, content_type=MEDIA_TYPE)


def _known(error: Exception) -> Exception:
    if isinstance(error, DjangoValidationError):
        return exceptions.ValidationError(detail=serializers.as_serializer_error(error))
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, Http404):
        return exceptions.NotFound()  # the words of the exception name our tables
    return error


def body_of(error: Exception) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        errors = dict(_flat(error.detail))
        return problem("invalid", "Nothing was changed. See errors.") | {"errors": errors}
    code = _code_of(error)
    detail = getattr(error, "detail", None) or str(error) or KINDS[code].title
    return problem(code, str(detail))


def _code_of(error: Exception) -> str:
    """The code of the exception; one that is not among the kinds is told by its status."""
    code = getattr(error, "default_code", "permission_denied")
    if code in KINDS:
        return code
    return next((name for name, kind in KINDS.items() if kind.status == error.status_code), "error")


def _flat(detail: Any, at: str = "") -> Iterator[tuple[str, list[str]]]:
    """Messages by field; a field within another after a full stop, what concerns all as `non_field_errors`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{at}.{name}" if at else str(name))
    elif isinstance(detail, list) and any(isinstance(one, dict | list) for one in detail):
        for number, inner in enumerate(detail):
            yield from _flat(inner, f"{at}.{number}" if at else str(number))
    elif detail:
        messages = detail if isinstance(detail, list) else [detail]
        yield at or "non_field_errors", [str(message) for message in messages]


class ProblemSerializer(serializers.Serializer):
    """What went wrong, as RFC 9457 says it; `errors` only where fields are wrong."""

    type = serializers.CharField(help_text="Address of an explanation, relative to the site.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.ChoiceField(choices=list(KINDS))
    detail = serializers.CharField()
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)


class KindSerializer(serializers.Serializer):
    """One kind of problem, and what to do about it."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    advice = serializers.CharField()


class ProblemView(APIView):
    """What a kind of problem means, at the address that its `type` names."""

    permission_classes = []
    serializer_class = KindSerializer

    def get(self, request: Request, code: str) -> Response:
        if code not in KINDS:
            raise exceptions.NotFound
        kind = KINDS[code]
        told = kind._asdict() | {"type": type_of(code), "code": code}
        return Response(KindSerializer(told).data)


class NowhereView(APIView):
    """Every address under /api/ that nobody else answers."""

    permission_classes = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound
