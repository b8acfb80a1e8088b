"""The profile that advisers of the Enterprise Europe Network know over HTTP as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from .een import findings, profile_of
from .models import Document


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
    """Adds `{id}/een-profile/` to a resource of offers or needs."""

    @extend_schema(responses=ProfileSerializer)
    @action(
        detail=True, url_path="een-profile", permission_classes=[IsAuthenticated], filter_backends=[],
        pagination_class=None,
    )  # fmt: skip
    def een_profile(self, request: Request, pk: int) -> Response:
        """The whole text for an adviser of the Enterprise Europe Network, so for its editors only."""
        mine = self.editable().without_vectors().select_related("organisation")
        document: Document | None = mine.filter(pk=pk).first()
        if document is None:
            raise NotFound
        profile: dict[str, Any] = profile_of(document) | {"findings": findings(document)}
        return Response(profile, headers={"Cache-Control": "private, no-store"})
