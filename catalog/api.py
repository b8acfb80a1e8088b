"""Offers and needs over HTTP as JSON: thin doors on the rooms that the pages use.

What one may see is `visible_to` here; the upper package widens it in its subclasses.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import exceptions, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from .codes import State
from .models import Document, Need, Offer
from .presenting import Shown
from .serializers import CloseSerializer, DocumentSerializer, NeedSerializer, OfferSerializer, ShownSerializer


class Page(LimitOffsetPagination):
    default_limit = 50
    max_limit = 200


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The request is too large.")


class Parser(JSONParser):
    """JSON of bounded size and depth."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(_("The JSON is nested too deeply.")) from error


class DocumentViewSet(viewsets.GenericViewSet, mixins.ListModelMixin):
    """List, read, write, publish, pause and close documents of one kind."""

    model: type[Document]
    permission_classes = [IsAuthenticatedOrReadOnly]
    pagination_class = Page
    parser_classes = [Parser]

    def visible(self) -> QuerySet:
        """Documents with `disclosure`; the upper package knows of more."""
        return self.model.objects.visible_to(self.request.user)

    def get_queryset(self) -> QuerySet:
        return self.visible().without_vectors().select_related("organisation").order_by("-pk")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """`?mine=true`: those one may change; `?state=published`."""
        if self.request.query_params.get("mine") == "true":
            queryset = queryset.filter(pk__in=self._editable().values("pk"))
        if state := self.request.query_params.get("state"):
            if state not in State.values:
                raise exceptions.ValidationError({"state": [_("Choose one of %s.") % ", ".join(State.values)]})
            queryset = queryset.filter(state=state)
        return queryset

    def _editable(self) -> QuerySet:
        user = self.request.user
        return self.model.objects.editable_by(user) if user.is_authenticated else self.model.objects.none()

    # Reading

    def get_serializer(self, documents: Any, many: bool = False, **kwargs: Any) -> ShownSerializer:
        """For ListModelMixin: a page of documents."""
        return self._reader(documents)

    def _reader(self, documents: Iterable[Document]) -> ShownSerializer:
        rows = list(documents)
        editable = self._editable().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
        mine = {row.pk: row for row in rows if row.pk in set(editable)}
        return ShownSerializer([Shown(row) for row in rows], many=True, context={"editable": mine})

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self._read(pk))

    def _read(self, pk: int) -> dict[str, Any]:
        return self._reader([get_object_or_404(self.get_queryset(), pk=pk)]).data[0]

    # Writing

    def create(self, request: Request) -> Response:
        document = self._write(self._checked(data=request.data), author=request.user)
        return Response(self._read(document.pk), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: int) -> Response:
        self._write(self._checked(self._to_change(pk), data=request.data, partial=True))
        return Response(self._read(pk))

    def _checked(self, *args: Any, **kwargs: Any) -> DocumentSerializer:
        return self.serializer_class(*args, context={"request": self.request}, **kwargs)

    def _write(self, checked: DocumentSerializer, **fields: Any) -> Document:
        checked.is_valid(raise_exception=True)
        return checked.save(**fields)

    def _to_change(self, pk: int) -> Document:
        """404 for what one may not even see, 403 for what one may only read."""
        get_object_or_404(self.visible(), pk=pk)
        document = self._editable().select_related("organisation").filter(pk=pk).first()
        if document is None:
            raise exceptions.PermissionDenied
        return document

    # Life

    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: int) -> Response:
        self._to_change(pk).publish_for_a_term()
        return Response(self._read(pk))

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: int) -> Response:
        self._to_change(pk).pause()
        return Response(self._read(pk))

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: int) -> Response:
        document, end = self._to_change(pk), CloseSerializer(data=request.data)
        end.is_valid(raise_exception=True)
        document.close(State(end.validated_data["end"]))
        return Response(self._read(pk))


class OfferViewSet(DocumentViewSet):
    model = Offer
    serializer_class = OfferSerializer


class NeedViewSet(DocumentViewSet):
    model = Need
    serializer_class = NeedSerializer
