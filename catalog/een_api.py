"""The profile that advisers of the Enterprise Europe Network know over HTTP, as JSON and as Word document."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from .een import findings, profile_of
from .een_document import WORD, word_document
from .models import Document

KEPT_BY_NOBODY = {"Cache-Control": "private, no-store"}


class ProfileSerializer(serializers.Serializer):
    """The fields of the network's form, whole and in its own names; `findings` says what the form would not take."""

    profileType = serializers.ChoiceField(choices=("BO", "TO", "BR", "TR"))
    reference = serializers.CharField()
    language = serializers.CharField()
    originCountry = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    description = serializers.CharField()
    advantagesAndInnovation = serializers.CharField()
    technicalSpecification = serializers.CharField()
    partnerRole = serializers.CharField()
    stageOfDevelopment = serializers.CharField()
    iprStatus = serializers.CharField()
    partnershipTypes = serializers.ListField(child=serializers.CharField())
    partnerTypes = serializers.ListField(child=serializers.CharField())
    technologyKeywords = serializers.ListField(child=serializers.CharField())
    marketKeywords = serializers.ListField(child=serializers.CharField())
    sdgs = serializers.ListField(child=serializers.IntegerField())
    targetCountries = serializers.ListField(child=serializers.CharField())
    validUntil = serializers.DateField(allow_null=True)
    findings = serializers.ListField(child=serializers.CharField())


class ProfilesOfDocuments:
    """Adds `{id}/een-profile/` and `{id}/een-profile/docx/` to a resource of offers or needs."""

    @extend_schema(responses=ProfileSerializer)
    @action(
        detail=True, url_path="een-profile", permission_classes=[IsAuthenticated], filter_backends=[],
        pagination_class=None,
    )  # fmt: skip
    def een_profile(self, request: Request, pk: int) -> Response:
        """The whole text for an adviser of the Enterprise Europe Network, so for its editors only."""
        document = self._for_an_adviser(pk)
        profile: dict[str, Any] = profile_of(document) | {"findings": findings(document)}
        return Response(profile, headers=KEPT_BY_NOBODY)

    @extend_schema(responses={(200, WORD): OpenApiTypes.BINARY})
    @action(
        detail=True, url_path="een-profile/docx", permission_classes=[IsAuthenticated], filter_backends=[],
        pagination_class=None,
    )  # fmt: skip
    def een_document(self, request: Request, pk: int) -> HttpResponse:
        """The same as a Word document: what is missing, then each field with its length and limit."""
        document = self._for_an_adviser(pk)
        name = {"Content-Disposition": f'attachment; filename="{document.reference}.docx"'}
        return HttpResponse(word_document(document), content_type=WORD, headers=KEPT_BY_NOBODY | name)

    def _for_an_adviser(self, pk: int) -> Document:
        mine = self.editable().without_vectors().select_related("organisation")
        document: Document | None = mine.filter(pk=pk).first()
        if document is None:
            raise NotFound
        return document

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Errors are JSON, also where a client asks for the document."""
        return super().perform_content_negotiation(request, force=force or self.action == "een_document")
