"""The description of the API (OpenAPI 3.1): headers, fields and problems that every operation shares."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from .errors import ProblemSerializer
from .problems import KINDS, MEDIA_TYPE, problem
from .resources import Resource
from .tokens import TokenScheme, needed

READING = ("invalid", "parse_error", "authentication_failed", "permission_denied", "not_acceptable", "throttled")
WRITING = (*READING, "conflict", "stale", "too_large", "unsupported_media_type")
FIELDS = OpenApiParameter("fields", str, description="Only these fields of each row, with commas between them.")
SCHEMAS = "#/components/schemas/"
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 200, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="Any text of your own. The same request with the same key is done once and answered alike for a day.",
)
MATCH = "The `ETag` of what you read: the change is made only if it has not changed since. `*` for any version."
KNOWN = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` you have: 304 where nothing has changed."
)


class Described(AutoSchema):
    """DEFAULT_SCHEMA_CLASS. A view may name in `problems` kinds beyond the usual ones."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        return [*self._selecting(), *self._versions(), *self._repeating()]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The scope that a token needs stands where OpenAPI names roles."""
        scope = str(needed(self.view, self.method))
        return [
            {name: [scope] if name == TokenScheme.name else roles for name, roles in way.items()}
            for way in super().get_auth()
        ]

    def _selecting(self) -> list[OpenApiParameter]:
        """Where rows are answered: not for what an action tells of one in other words, nor where nothing is told."""
        is_resource = isinstance(self.view, Resource) and self.method != "DELETE"
        return [FIELDS] if is_resource and self._answered() is self.view.get_serializer_class() else []

    def _answered(self) -> type | None:
        """The serializer of what is answered."""
        said = self.get_response_serializers()
        said = next(iter(said.values()), None) if isinstance(said, dict) else said
        return said if isinstance(said, type) or said is None else type(getattr(said, "child", said))

    def _versions(self) -> list[OpenApiParameter]:
        versioned = getattr(self.view, "versioned_methods", ())
        is_row = isinstance(self.view, Resource) and self._is_of_one_row()
        if not is_row and (isinstance(self.view, Resource) or not versioned):
            return []
        if self.method == "GET":
            return [KNOWN]
        needed = self.method in versioned
        return [OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=needed, description=MATCH)]

    def _repeating(self) -> list[OpenApiParameter]:
        handler = getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)
        return [KEY] if getattr(handler, "takes_a_key", False) else []

    def _is_of_one_row(self) -> bool:
        return "{" in self.path

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            ref = self.resolve_serializer(ProblemSerializer, "response").ref
            for status, codes in self._problems().items():
                operation["responses"].setdefault(str(status), described(codes, ref))
        return operation

    def _problems(self) -> dict[int, list[str]]:
        codes = [*(READING if self.method == "GET" else WRITING), *getattr(self.view, "problems", ())]
        if self._is_of_one_row():
            codes.append("not_found")
        if self.method in getattr(self.view, "versioned_methods", ()):
            codes.append("version_required")
        by_status: dict[int, list[str]] = {}
        for code in codes:
            by_status.setdefault(KINDS[code].status, []).append(code)
        return by_status


def described(codes: list[str], ref: dict[str, str]) -> dict[str, Any]:
    """One response of an operation, with an example of each kind of problem."""
    examples = {code: {"value": problem(code, KINDS[code].advice) | _errors(code)} for code in codes}
    words = " / ".join(KINDS[code].title for code in codes)
    return {"description": words, "content": {MEDIA_TYPE: {"schema": ref, "examples": examples}}}


def _errors(code: str) -> dict[str, Any]:
    return {"errors": {"description": ["This field is required."]}} if code == "invalid" else {}


def let_fields_be_left_out(result: dict[str, Any], **_made: Any) -> dict[str, Any]:
    """Hook of the generator: whoever asks for some `fields` of a row gets no others, so that none is required."""
    schemas = result["components"]["schemas"]
    for operation in (one for path in result["paths"].values() for one in path.values()):
        if any(parameter["name"] == FIELDS.name for parameter in operation.get("parameters", ())):
            for name in _rows(operation, schemas):
                schemas[name].pop("required", None)
    return result


def _rows(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    """The names of the schemas of the rows that it answers with, one by one or in a page."""
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            for content in response.get("content", {}).values():
                if name := _name(content["schema"]):
                    pages = schemas[name]["properties"].get("results", {})
                    yield _name(pages.get("items", {})) or name


def _name(schema: dict[str, Any]) -> str:
    return schema.get("$ref", "").removeprefix(SCHEMAS)
