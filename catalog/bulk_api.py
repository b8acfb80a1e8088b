"""Several offers at once over HTTP as JSON."""

from typing import Any

from django.core.signing import BadSignature, SignatureExpired
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.problems import Conflict
from accounts.rest.repeating import once

from .bulk import Action, change, changeable, sealed, take_back, unsealed
from .models import Offer

LONGEST = 100_000  # twice what a change of 1,000 offers is answered with
TAKEN_BACK = OpenApiExample("What the change was answered with", {"undo": "eyJieSI6N30:1v…"}, request_only=True)
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
    undo = serializers.CharField(help_text="Takes it back within ten minutes, sent to `undo/`; empty for no change.")


class UndoOfOffersSerializer(serializers.Serializer):
    """What the change was answered with."""

    undo = serializers.CharField(max_length=LONGEST)


class OffersAsBeforeSerializer(serializers.Serializer):
    """Which offers are as they were; which stay, because somebody has changed them since."""

    undone = serializers.ListField(child=serializers.IntegerField())
    unchanged = serializers.ListField(child=serializers.IntegerField())


class ChangesOffers:
    """Adds `change/` and `change/undo/` to the resource of offers."""

    @extend_schema(request=ChangeOfOffersSerializer, responses=ChangedOffersSerializer, examples=[PAUSED])
    @action(detail=False, methods=["post"], permission_classes=[IsAuthenticated])
    @once
    def change(self, request: Request) -> Response:
        """Publish, pause or extend several of your offers, or show them to others than before."""
        wanted = ChangeOfOffersSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        action, offers = wanted.validated_data["action"], set(wanted.validated_data["offers"])
        rows = change(changeable(request.user, offers, action), action)
        changed = [row["pk"] for row in rows]
        undo = sealed(rows, request.user) if rows else ""
        return Response({"changed": changed, "unchanged": sorted(offers - set(changed)), "undo": undo})

    @extend_schema(request=UndoOfOffersSerializer, responses=OffersAsBeforeSerializer, examples=[TAKEN_BACK])
    @action(detail=False, methods=["post"], url_path="change/undo", permission_classes=[IsAuthenticated])
    @once
    def undo_change(self, request: Request) -> Response:
        """Take back a change of several offers, for ten minutes; 409 after that."""
        asked = UndoOfOffersSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rows = self._unsealed(asked.validated_data["undo"])
        undone = take_back(Offer.objects.editable_by(request.user), rows)
        return Response({"undone": undone, "unchanged": sorted({row["pk"] for row in rows} - set(undone))})

    def _unsealed(self, seal: str) -> list[dict[str, Any]]:
        try:
            return unsealed(seal, self.request.user)
        except SignatureExpired as error:
            raise Conflict("The time to take it back is over. Nothing was changed.") from error
        except BadSignature as error:
            raise serializers.ValidationError({"undo": ["No change of yours was answered with this."]}) from error
