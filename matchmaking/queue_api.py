"""The queue of a broker over HTTP as JSON: what waits for a decision, in the order of the page."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.narrowing import Narrowing
from accounts.rest.resources import Listed, Resource

from .filters import QueueNarrowing
from .models import Match
from .queue import LISTS, extent, listed, with_worth, worth_at
from .serializers import AgreementSerializer, StandingSerializer, agreement_told
from .site import ForBrokers
from .viewer import Seen, seen_by

FIRST = next(iter(LISTS))


class QueuedSerializer(StandingSerializer):
    """A match in the queue, with what its row on the page says."""

    worth = serializers.FloatField(
        help_text="How probable it is, doubled with every 14 days of waiting, and where the company is interested."
    )
    waiting_since = serializers.DateTimeField()
    agreement = AgreementSerializer(allow_null=True)

    def to_representation(self, seen: Seen) -> dict[str, Any]:
        return super().to_representation(seen) | {
            "worth": worth_at(timezone.now(), seen.match.worth),
            "waiting_since": seen.match.created_at,
            "agreement": agreement_told(seen),
        }


class ExtentSerializer(serializers.Serializer):
    """How many there are, and when the oldest of them was proposed; null where there is none."""

    count = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)


class QueueViewSet(Listed, Resource):
    """What waits for a broker, most worth first: expected value times waiting. With `list` the other lists of the
    queue. `-score` is best first, `created_at` oldest first."""

    queryset = Match.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = QueuedSerializer
    permission_classes = [ForBrokers]
    filter_backends = [Narrowing]
    filterset_class = QueueNarrowing
    orderings = ("worth", "score", "created_at")
    ordering = "-worth"
    ties_go_up = True  # as on the page

    def get_queryset(self) -> QuerySet:
        name = self.request.query_params.get("list", FIRST)
        return with_worth(listed(self.request.user, name if name in LISTS else FIRST)).with_documents()

    def told(self, rows: Iterable[Match]) -> list[dict[str, Any]]:
        return QueuedSerializer(seen_by(self.request.user, rows), many=True).data

    @extend_schema(responses=ExtentSerializer, filters=True)
    @action(detail=False, pagination_class=None)
    def extent(self, request: Request) -> Response:
        """How much of the queue there is, narrowed like the list."""
        found = extent(self.filter_queryset(self.get_queryset()))
        return Response({"count": found["shown"], "oldest": found["oldest"]})
