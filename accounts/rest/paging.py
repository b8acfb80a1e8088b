"""Pages by cursor: what came in or went meanwhile neither repeats nor skips a row, and page 1,000 costs as page 1.

A cursor holds where the page before ended: the value that is sorted by, and the primary key.
"""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Field, Q, QuerySet
from django.utils.timezone import is_naive
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

LIMIT, MOST = 50, 200
HIGHEST = 2**63 - 1  # primary key


class Cursor(NamedTuple):
    """After which row a page begins; `back` where it ends there instead."""

    ordering: str
    value: Any
    pk: int
    back: bool

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError for what is no cursor."""
        try:
            made = cls(*json.loads(base64.urlsafe_b64decode(text.encode("ascii"))))
        except (TypeError, binascii.Error, RecursionError) as error:
            raise ValueError from error
        if type(made.pk) is not int or not 0 <= made.pk <= HIGHEST or not isinstance(made.ordering, str):
            raise ValueError
        return made

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(self, default=str).encode()).decode()


class Page(BasePagination):
    """The view says with `orderings` by which fields one may sort, and with `ordering` which is the usual one.

    They must be fields of the table itself, or annotations, that are never empty; `-` before a name sorts downwards.
    Of rows alike in it those with lower numbers come first where the view says `ties_go_up`, else in its direction.
    """

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list:
        self.request, self.view, self.queryset = request, view, queryset
        self.ordering, limit = self._ordering(), self._limit()
        cursor = self._cursor()
        is_back = cursor is not None and cursor.back
        found = self._sorted(queryset, is_back)
        if cursor:
            found = found.filter(self._beyond(cursor))
        rows = list(found[: limit + 1])
        self.has_more, rows = len(rows) > limit, rows[:limit]
        self.rows = rows[::-1] if is_back else rows
        self.has_next = is_back or self.has_more
        self.has_previous = self.has_more if is_back else cursor is not None
        return self.rows

    def get_paginated_response(self, data: list) -> Response:
        following = self._link(self.rows[-1], back=False) if self.has_next and self.rows else None
        before = self._link(self.rows[0], back=True) if self.has_previous and self.rows else None
        return Response({"next": following, "previous": before, "results": data})

    # What was asked

    def _ordering(self) -> str:
        wanted = self.request.query_params.get("ordering", "") or self.view.ordering
        if wanted.removeprefix("-") not in self.view.orderings:
            raise ValidationError({"ordering": [f"Choose one of {', '.join(choices(self.view))}."]})
        return wanted

    def _limit(self) -> int:
        text = self.request.query_params.get("limit", "")
        if not text:
            return LIMIT
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= MOST):
            raise ValidationError({"limit": [f"Choose a number from 1 to {MOST}."]})
        return int(text)

    def _cursor(self) -> Cursor | None:
        text = self.request.query_params.get("cursor", "")
        try:
            cursor = Cursor.read(text) if text else None
            if cursor and cursor.ordering != self.ordering:
                raise ValueError
            return cursor and cursor._replace(value=self._value(cursor))
        except ValueError as error:
            problem = "This is no cursor of this list. Take the address from `next`, or begin without one."
            raise ValidationError({"cursor": [problem]}) from error

    def _value(self, cursor: Cursor) -> Any:
        """As the column has it. Raises ValueError."""
        try:
            value = self._column.to_python(cursor.value)
            value = value.astimezone(UTC) if isinstance(value, datetime) and not is_naive(value) else value
        except (DjangoValidationError, TypeError, OverflowError) as error:
            raise ValueError from error
        if value is None or (isinstance(value, datetime) and is_naive(value)):
            raise ValueError
        return value

    # What is read

    @property
    def _field(self) -> str:
        return self.ordering.removeprefix("-")

    @property
    def _column(self) -> Field:
        found = self.queryset.query.annotations.get(self._field)
        return found.output_field if found else self.queryset.model._meta.get_field(self._field)

    def _goes_down(self, is_back: bool) -> bool:
        return self.ordering.startswith("-") != is_back

    def _ties_go_down(self, is_back: bool) -> bool:
        goes_up = getattr(self.view, "ties_go_up", False) and self._field != "id"
        return is_back if goes_up else self._goes_down(is_back)

    def _sorted(self, queryset: QuerySet, is_back: bool) -> QuerySet:
        sign, of_ties = ("-" if down else "" for down in (self._goes_down(is_back), self._ties_go_down(is_back)))
        return queryset.order_by(*dict.fromkeys((f"{sign}{self._field}", f"{of_ties}id")))

    def _beyond(self, cursor: Cursor) -> Q:
        than = "lt" if self._goes_down(cursor.back) else "gt"
        further = Q(**{"pk__lt" if self._ties_go_down(cursor.back) else "pk__gt": cursor.pk})
        if self._field == "id":
            return further
        at = Q(**{self._field: cursor.value}) & further
        return Q(**{f"{self._field}__{than}e": cursor.value}) & (Q(**{f"{self._field}__{than}": cursor.value}) | at)

    def _link(self, row: Any, *, back: bool) -> str:
        value = getattr(row, self._field)
        value = value.isoformat() if isinstance(value, datetime) else value
        cursor = str(Cursor(self.ordering, value, row.pk, back))
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    # What the description of the API says

    def get_paginated_response_schema(self, schema: dict) -> dict:
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict]:
        cursor = {"type": "string", "description": "From `next` or `previous` of another page."}
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}
        ordering = {"type": "string", "enum": choices(view), "default": view.ordering}
        schemas = {"cursor": cursor, "limit": limit, "ordering": ordering}
        return [{"name": name, "in": "query", "required": False, "schema": one} for name, one in schemas.items()]


def choices(view: Any) -> list[str]:
    return [f"{sign}{name}" for name in view.orderings for sign in ("", "-")]
