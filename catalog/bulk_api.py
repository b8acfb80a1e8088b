"""Several offers at once over HTTP as JSON."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.repeating import once

from .bulk import Action, change, changeable

PAUSED = OpenApiExample("Pause two", {"action": "pause", "offers": [7, 9]}, request_only=True)


class ChangeOfOffersSerializer(serializers.Serializer):
    """What is done with which offers."""

    action = serializers.ChoiceField(choices=Action.choices)
    offers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1), min_length=1, max_length=1000
    )


class ChangedOffersSerializer(serializers.Serializer):
    """Which offers were changed; which stay as they are, because they were so already or you may not."""

    changed = serializers.ListField(child=serializers.IntegerField())
    unchanged = serializers.ListField(child=serializers.IntegerField())


class ChangesOffers:
    """Adds `change/` to the resource of offers."""

    @extend_schema(request=ChangeOfOffersSerializer, responses=ChangedOffersSerializer, examples=[PAUSED])
    @action(detail=False, methods=["post"], permission_classes=[IsAuthenticated])
    @once
    def change(self, request: Request) -> Response:
        """Publish, pause or extend several of your offers, or show them to others than before."""
        wanted = ChangeOfOffersSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        action, offers = wanted.validated_data["action"], set(wanted.validated_data["offers"])
        changed = [row["pk"] for row in change(changeable(request.user, offers, action), action)]
        return Response({"changed": changed, "unchanged": sorted(offers - set(changed))})
