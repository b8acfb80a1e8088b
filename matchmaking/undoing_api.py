"""Taking back several of one's own decisions at once over HTTP as JSON."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.repeating import once

from .models import Review
from .undoing import undo_all, undoable_by

MOST = 100  # decisions taken back in one go
TWO = OpenApiExample("Two of them", {"reviews": [7, 9]}, request_only=True)
ALL = OpenApiExample("All that can be taken back", {}, request_only=True)
ONE_STANDS = OpenApiExample(
    "One stands",
    {"undone": [7], "refused": [{"review": 9, "reason": "One side has been asked already. …"}]},
    response_only=True,
)


class DecisionsSerializer(serializers.Serializer):
    """The numbers of your decisions; without them all that can be taken back, the latest hundred."""

    reviews = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=MOST,
        required=False,
    )


class StandsSerializer(serializers.Serializer):
    review = serializers.IntegerField()
    reason = serializers.CharField()


class UndoneSerializer(serializers.Serializer):
    """Which decisions were taken back, and which stand, with the reason."""

    undone = serializers.ListField(child=serializers.IntegerField())
    refused = StandsSerializer(many=True)


class UndoesSeveral:
    """Adds `undo/` to the resource of decisions."""

    @extend_schema(
        operation_id="reviews_undo_several",
        request=DecisionsSerializer,
        responses=UndoneSerializer,
        examples=[TWO, ALL, ONE_STANDS],
    )
    @action(detail=False, methods=["post"], url_path="undo", filter_backends=[])
    @once
    def undo_several(self, request: Request) -> Response:
        """Take back decisions of your own, each by itself: one that has reached somebody stands, and you are told."""
        asked = DecisionsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        numbers = asked.validated_data.get("reviews")
        mine = undoable_by(request.user)[:MOST] if numbers is None else Review.objects.filter(broker=request.user)
        reviews = list(mine if numbers is None else mine.filter(pk__in=numbers))
        unknown = sorted(set(numbers or ()) - {review.pk for review in reviews})
        outcome = undo_all(reviews, by=request.user)
        refused = [{"review": review.pk, "reason": str(error)} for review, error in outcome.refused]
        refused += [{"review": number, "reason": "You have no such decision, or took it back."} for number in unknown]
        return Response({"undone": sorted(outcome.matches), "refused": refused})
