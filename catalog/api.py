"""Offers and needs over HTTP as JSON: thin doors on the rooms that the pages use.

What one may see is `visible_to` here; the upper package widens it in its subclasses.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.narrowing import Narrowing
from accounts.rest.problems import Conflict
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved

from . import clients
from .bulk_api import ChangesOffers
from .codes import State
from .een_api import ProfilesOfDocuments
from .filters import NeedFilter, OfferFilter
from .models import Document, Need, Offer
from .notes_api import NotesOfDocuments
from .presenting import Shown
from .rewording import check_author_decides
from .serializers import (
    CloseSerializer,
    DocumentSerializer,
    NeedSerializer,
    OfferSerializer,
    ShownNeedSerializer,
    ShownOfferSerializer,
)
from .use_api import ConceptsOfDocuments

WRITTEN = OpenApiExample(
    "A text is enough",
    {"description": "We throw away a third of the dough every evening and never know how much to bake."},
    request_only=True,
)


class DocumentViewSet(ConceptsOfDocuments, NotesOfDocuments, ProfilesOfDocuments, Listed, Retrieved, Resource):
    """List, read, write, publish, pause and close documents of one kind."""

    model: type[Document]
    writer: type[DocumentSerializer]
    permission_classes = [IsAuthenticatedOrReadOnly]
    filter_backends = [Narrowing]
    orderings = ("id", "created_at", "updated_at")  # not by words: the order would tell what a teaser leaves out
    versioned_methods = ("PATCH",)

    def visible(self) -> QuerySet:
        """Documents with `disclosure`; the upper package knows of more."""
        return self.model.objects.visible_to(self.request.user)

    def get_queryset(self) -> QuerySet:
        return self.visible().without_vectors().select_related("organisation")

    def editable(self) -> QuerySet:
        user = self.request.user
        return self.model.objects.editable_by(user) if user.is_authenticated else self.model.objects.none()

    # Reading

    def told(self, rows: Iterable[Document]) -> list[dict[str, Any]]:
        rows = list(rows)
        editable = set(self.editable().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        mine = {row.pk: row for row in rows if row.pk in editable}
        return self.serializer_class([Shown(row) for row in rows], many=True, context={"editable": mine}).data

    # Writing

    @once
    def create(self, request: Request) -> Response:
        """A draft; the title is proposed and the language found out where none is given."""
        document = self._write(self._checked(data=request.data), author=request.user)
        return self.row(document.pk, status.HTTP_201_CREATED)

    @transaction.atomic
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change some fields of the version that was read. A broker leaves the words to their author (403)."""
        document = self._to_change(pk)
        fields = request.data if isinstance(request.data, Mapping) else ()
        check_author_decides(document, fields, request.user)
        self._write(self._checked(document, data=request.data, partial=True))
        return self.row(pk)

    def _checked(self, *args: Any, **kwargs: Any) -> DocumentSerializer:
        return self.writer(*args, context={"request": self.request}, **kwargs)

    def _write(self, checked: DocumentSerializer, **fields: Any) -> Document:
        checked.is_valid(raise_exception=True)
        return checked.save(**fields)

    def _to_change(self, pk: int) -> Document:
        """The document, locked, in the version the caller has read; 404 for what one may not even see, 403 for what
        one may only read."""
        if not self.visible().filter(pk=pk).exists():
            raise Http404
        editable = self.editable().select_related("organisation").select_for_update(of=("self",))
        document = editable.filter(pk=pk).first()
        if document is None:
            raise exceptions.PermissionDenied
        self.check_version(pk, is_required=self.request.method in self.versioned_methods)
        return document

    # Life

    @action(detail=True, methods=["post"])
    @once
    def publish(self, request: Request, pk: int) -> Response:
        """Show it to others and match it, until the day its author chose or for the usual term. What a broker wrote
        for a client without an account is published by the client's own yes."""
        clients.publish(self._to_change(pk), request.user)
        return self.row(pk)

    @action(detail=True, methods=["post"])
    @once
    def pause(self, request: Request, pk: int) -> Response:
        """Neither shown nor matched until it is published again; only for what is published."""
        document = self._to_change(pk)
        return self._moved(document, document.pause())

    @action(detail=True, methods=["post"])
    @once
    def close(self, request: Request, pk: int) -> Response:
        """End what is published, paused or expired with one of four ends; it can be published again."""
        document, end = self._to_change(pk), CloseSerializer(data=request.data)
        end.is_valid(raise_exception=True)
        return self._moved(document, document.close(State(end.validated_data["end"])))

    def _moved(self, document: Document, is_done: bool) -> Response:
        if not is_done:
            raise Conflict(f"Its state is “{document.state}”. Nothing was changed.")
        return self.row(document.pk)


def described(writer: type, reader: type) -> Any:
    """Decorator: what is sent and what is answered, for the description of the API."""
    return extend_schema_view(
        create=extend_schema(request=writer, responses={201: reader}, examples=[WRITTEN]),
        partial_update=extend_schema(request=writer(partial=True), responses=reader),
        publish=extend_schema(request=None, responses=reader),
        pause=extend_schema(request=None, responses=reader),
        close=extend_schema(request=CloseSerializer, responses=reader),
    )


@described(OfferSerializer, ShownOfferSerializer)
class OfferViewSet(ChangesOffers, DocumentViewSet):
    """Offers of providers."""

    model = Offer
    queryset = Offer.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = ShownOfferSerializer
    writer = OfferSerializer
    filterset_class = OfferFilter


@described(NeedSerializer, ShownNeedSerializer)
class NeedViewSet(DocumentViewSet):
    """Needs of adopters."""

    model = Need
    queryset = Need.objects.none()
    serializer_class = ShownNeedSerializer
    writer = NeedSerializer
    filterset_class = NeedFilter
