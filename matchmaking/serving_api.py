"""The needs that an offer could serve over HTTP as JSON: for its provider, and the brokers who take care of it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.serializers import ShownNeedSerializer

from .serializers import OF_A_PAIR, PairSerializer, ReasonSerializer
from .serving import served_to
from .viewer import Seen


class ServedSerializer(serializers.Serializer):
    """A need for which the offer is good enough; `rank` is its place among all offers for that need."""

    rank = serializers.IntegerField()
    need = ShownNeedSerializer()
    score = serializers.FloatField()
    probability = serializers.FloatField(allow_null=True)
    reasons = ReasonSerializer(many=True)
    bridge = PairSerializer(many=True)

    def to_representation(self, seen: Seen) -> dict[str, Any]:
        match = seen.match
        return {
            "rank": match.rank,
            "need": ShownNeedSerializer(context={"editable": {}}).to_representation(seen.need),
            "score": match.score,
            "probability": match.probability,
            "reasons": seen.reasons,
            "bridge": [{name: getattr(pair, name) for name in OF_A_PAIR} for pair in seen.pairs],
        }


class ServableNeedsSerializer(serializers.Serializer):
    """Best first, at most ten; none for an offer that is not open."""

    results = ServedSerializer(many=True)


class ServesNeeds:
    """Adds `{id}/needs/` to the resource of offers."""

    @extend_schema(responses=ServableNeedsSerializer)
    @action(detail=True, permission_classes=[IsAuthenticated], filter_backends=[], pagination_class=None)
    def needs(self, request: Request, pk: int) -> Response:
        """Open needs that this offer of yours could serve, as far as you may see them. Nobody is told."""
        mine = self.editable().values("pk")
        offer = self.visible().filter(pk__in=mine).select_related("organisation").filter(pk=pk).first()
        if offer is None:
            raise NotFound
        return Response({"results": ServedSerializer(served_to(request.user, offer), many=True).data})
