"""Files of offers and needs over HTTP: listed and read by whoever sees the whole document, kept by its editors."""

from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.narrowing import Narrowing
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved
from catalog.attachments import attach, remove
from catalog.filters import NumberFilter
from catalog.models import Attachment, Document, Need, Offer

from .disclosure import attachments_visible_to, needs_visible_to, offers_visible_to
from .views.attachments import download

SEEN = {Offer: offers_visible_to, Need: needs_visible_to}
KINDS = ("application/pdf", "image/jpeg", "image/png", "image/webp")
BIGGEST = 2**31 - 1
STORED = OpenApiExample(
    "A picture of an offer",
    {
        "id": 3, "offer": 12, "need": None, "name": "oven.png", "content_type": "image/png", "size": 20480,
        "uploaded_at": "2026-05-04T09:30:00Z",
    },
    response_only=True,
)  # fmt: skip


class AttachmentSerializer(serializers.ModelSerializer):
    """One file of an offer or of a need; what is in it is read under `content/`."""

    class Meta:
        model = Attachment
        fields = ["id", "offer", "need", "name", "content_type", "size", "uploaded_at"]
        read_only_fields = fields


class UploadSerializer(serializers.Serializer):
    """The file, and of which offer or need it is: one of the two."""

    file = serializers.FileField(help_text="PDF, JPEG, PNG or WebP; it is stored without its metadata.")
    offer = serializers.IntegerField(required=False, min_value=1, max_value=BIGGEST)
    need = serializers.IntegerField(required=False, min_value=1, max_value=BIGGEST)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("offer" in data) == ("need" in data):
            raise serializers.ValidationError({"offer": ["Name one offer or one need."]})
        return data


class AttachmentFilter(filters.FilterSet):
    offer = NumberFilter()
    need = NumberFilter()


class AttachmentViewSet(Listed, Retrieved, Resource):
    """Files of the offers and needs that one sees in full."""

    queryset = Attachment.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = AttachmentSerializer
    permission_classes = [IsAuthenticatedOrReadOnly]
    filter_backends = [Narrowing]
    filterset_class = AttachmentFilter
    orderings = ("id", "uploaded_at")

    def get_queryset(self) -> QuerySet:
        return attachments_visible_to(self.request.user)

    def get_parsers(self) -> list[Any]:
        is_upload = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser()] if is_upload else super().get_parsers()

    @extend_schema(
        request={"multipart/form-data": UploadSerializer}, responses={201: AttachmentSerializer}, examples=[STORED]
    )
    @once
    def create(self, request: Request) -> Response:
        """Store a file with an offer or a need that you may change."""
        sent = UploadSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        document = self._document(sent.validated_data)
        try:
            stored = attach(document, sent.validated_data["file"], by=request.user)
        except ValidationError as error:
            raise serializers.ValidationError({"file": error.messages}) from None
        return self.row(stored.pk, status.HTTP_201_CREATED)

    def _document(self, sent: dict[str, Any]) -> Document:
        model, name = (Offer, "offer") if "offer" in sent else (Need, "need")
        if not SEEN[model](self.request.user).filter(pk=sent[name]).exists():
            raise serializers.ValidationError({name: ["There is none of this number."]})
        document = model.objects.editable_by(self.request.user).filter(pk=sent[name]).first()
        if document is None:
            raise exceptions.PermissionDenied
        return document

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete the file."""
        attachment = self.get_object()
        if not Attachment.objects.editable_by(request.user).filter(pk=pk).exists():
            raise exceptions.PermissionDenied
        self.check_version(pk)
        remove(attachment)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, kind): OpenApiTypes.BINARY for kind in KINDS})
    @action(detail=True)
    def content(self, request: Request, pk: int) -> FileResponse:
        """The file itself."""
        return download(self.get_object())

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Errors are JSON, also where a client asks for a picture."""
        return super().perform_content_negotiation(request, force=force or self.action == "content")
