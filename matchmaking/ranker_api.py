"""What was learnt about the ranking, over HTTP as JSON for brokers: each version with its figures, and its use."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved

from .models import RankerVersion
from .site import ForBrokers
from .training import put_to_use

BETTER = OpenApiExample(
    "A version in use",
    {
        "id": 3,
        "made_at": "2026-05-04T09:30:00Z",
        "measured": {
            "needs": 40, "pairs": 210, "loss_before": 0.61, "loss_after": 0.57, "ndcg_before": 0.71,
            "ndcg_after": 0.75,
        },
        "moves": ["order"],
        "is_better": True,
        "is_active": True,
        "activated_at": "2026-05-04T10:00:00Z",
        "activated_by": "Ann Dupont",
    },
    response_only=True,
)  # fmt: skip


class MeasuredSerializer(serializers.Serializer):
    """On needs that the version has not learnt from, with the weights set by hand and with those learnt: the mean
    log-loss of a pair, and nDCG@10. Where enough is known also the mean log-loss of the probabilities of
    so many `outcomes`."""

    needs = serializers.IntegerField()
    pairs = serializers.IntegerField()
    loss_before = serializers.FloatField()
    loss_after = serializers.FloatField()
    ndcg_before = serializers.FloatField()
    ndcg_after = serializers.FloatField()
    outcomes = serializers.IntegerField(required=False)
    said_before = serializers.FloatField(required=False)
    said_after = serializers.FloatField(required=False)


class RankerVersionSerializer(serializers.ModelSerializer):
    """One training; without one in use, the weights set by hand are."""

    measured = MeasuredSerializer(source="metrics")
    moves = serializers.ListField(
        child=serializers.ChoiceField(choices=[("order", "order"), ("probabilities", "probabilities")]),
        help_text="What it changes once in use: what helped on needs it had not seen.",
    )
    activated_by = serializers.StringRelatedField(allow_null=True)

    class Meta:
        model = RankerVersion
        fields = ["id", "made_at", "measured", "moves", "is_better", "is_active", "activated_at", "activated_by"]
        read_only_fields = fields


class RankerVersionViewSet(Listed, Retrieved, Resource):
    """What reviews and answers taught the ranking, for brokers. The site learns with the command `train_ranker`."""

    queryset = RankerVersion.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = RankerVersionSerializer
    permission_classes = [ForBrokers]
    orderings = ("id", "made_at")
    scopes = {"activate": Scope.BROKER, "retire": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        return RankerVersion.objects.select_related("activated_by")

    @extend_schema(request=None, responses=RankerVersionSerializer, examples=[BETTER])
    @action(detail=True, methods=["post"])
    @once
    def activate(self, request: Request, pk: int) -> Response:
        """Rank with it from now on, if it is better; every need is matched again within minutes."""
        version = self.get_object()
        self.check_version(pk)
        put_to_use(version, by=request.user)
        return self.row(pk)

    @extend_schema(request=None, responses={204: None})
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    @once
    def retire(self, request: Request) -> Response:
        """Go back to the weights set by hand."""
        RankerVersion.retire()
        return Response(status=status.HTTP_204_NO_CONTENT)
