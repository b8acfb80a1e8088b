"""A resource: listed in pages, read one by one with its version, and only the fields that were asked for."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from rest_framework import status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from .versions import check_version, is_known, tag_of


class Resource(viewsets.GenericViewSet):
    """A subclass says with `get_queryset` what this person may see. `told` makes plain dicts of rows."""

    lookup_value_converter = "int"
    orderings: tuple[str, ...] = ("id",)
    ordering = "-id"
    versioned_methods: tuple[str, ...] = ()  # those for which If-Match is needed
    problems: tuple[str, ...] = ()  # kinds beyond the usual ones; an action may name its own

    def told(self, rows: Iterable) -> list[dict[str, Any]]:
        return self.get_serializer(list(rows), many=True).data

    def told_one(self, pk: int) -> dict[str, Any]:
        """Raises Http404 for what this person may not see."""
        told = self.told(self.get_queryset().filter(pk=pk)[:1])
        if not told:
            raise Http404
        return told[0]

    # Answering

    def listed(self) -> Response:
        wanted = self.wanted()
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([selected(one, wanted) for one in self.told(page)])

    def row(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        """The row with its version; nothing where the reader has that version already."""
        wanted, told = self.wanted(), self.told_one(pk)
        headers = {"ETag": tag_of(told)}
        if self.request.method in ("GET", "HEAD") and is_known(self.request, headers["ETag"]):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        if code == status.HTTP_201_CREATED:
            headers["Location"] = f"{self.request.path}{pk}/"
        return Response(selected(told, wanted), status=code, headers=headers)

    def check_version(self, pk: int, *, is_required: bool = False) -> None:
        """Raises Stale or VersionRequired; call it in the transaction that changes the row, with the row locked."""
        if is_required or "If-Match" in self.request.headers:
            check_version(self.request, tag_of(self.told_one(pk)), is_required=is_required)

    # Fields

    def wanted(self) -> set[str] | None:
        """The fields that were asked for with `?fields=a,b`; None for all."""
        names = {name.strip() for name in self.request.query_params.get("fields", "").split(",")} - {""}
        if not names:
            return None
        known = self.get_serializer_class()().fields.keys()
        if unknown := sorted(names - known):
            problem = "There is no field %(name)s; there are %(known)s."
            raise ValidationError({"fields": [problem % {"name": unknown[0], "known": ", ".join(known)}]})
        return names


class Listed:
    """Adds `list` to a resource."""

    def list(self, request: Request) -> Response:
        return self.listed()


class Retrieved:
    """Adds `retrieve` to a resource."""

    def retrieve(self, request: Request, pk: int) -> Response:
        return self.row(pk)


def selected(told: dict[str, Any], wanted: set[str] | None) -> dict[str, Any]:
    return told if wanted is None else {name: value for name, value in told.items() if name in wanted}
