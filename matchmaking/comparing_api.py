"""Suggestions to a need side by side over HTTP as JSON."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.presenting import Shown
from catalog.serializers import ShownNeedSerializer

from .codes import Topic
from .serializers import SeenSerializer
from .side_by_side import LISTED, Compared, compared
from .viewer import Seen

COST = OpenApiExample(
    "Two suggestions",
    {
        "need": {"id": 5, "title": "Less dough thrown away"},
        "suggestions": [
            {
                "match": {"id": 7},
                "likelihood": "Likely",
                "status": "Your answer is wanted",
                "next": "",
                "may_ask": True,
            },
            {"match": {"id": 9}, "likelihood": "", "status": "With a broker", "next": "", "may_ask": False},
        ],
        "lines": [{"topic": "cost", "label": "Cost to start with", "values": ["€5,000 to €25,000", ""]}],
        "is_cut": False,
    },
    response_only=True,
)


class ChosenSerializer(serializers.Serializer):
    """Which suggestions; without any, the best."""

    match = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, default=list,
        max_length=LISTED, help_text="Numbers of matches of this need; once for each.",
    )  # fmt: skip


class SideSerializer(serializers.Serializer):
    """One column: a match, how likely it is and where it stands in words."""

    match = SeenSerializer()
    likelihood = serializers.CharField(help_text="Empty where nothing is known of it.")
    status = serializers.CharField()
    next = serializers.CharField(help_text="What happens next; may be empty.")
    may_ask = serializers.BooleanField(help_text="Whether you may ask the provider what the offer does not say.")

    def to_representation(self, seen: Seen) -> dict[str, Any]:
        return {
            "match": SeenSerializer().to_representation(seen),
            "likelihood": seen.likelihood.words if seen.likelihood else "",
            "status": seen.status.words,
            "next": seen.status.next,
            "may_ask": seen.asks_provider,
        }


class LineSerializer(serializers.Serializer):
    """One line of the cards of cost, benefit and risk, with a value for each column: empty where the offer does not
    say, which is what to ask about under this topic."""

    topic = serializers.ChoiceField(choices=Topic.choices)
    label = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField(allow_blank=True))


class ComparedSerializer(serializers.Serializer):
    """Up to four suggestions in columns; `is_cut` where more were chosen than that."""

    need = ShownNeedSerializer()
    suggestions = SideSerializer(many=True)
    lines = LineSerializer(many=True)
    is_cut = serializers.BooleanField()


class ComparedSuggestions:
    """Adds `{id}/compare/` to the resource of needs."""

    @extend_schema(parameters=[ChosenSerializer], responses=ComparedSerializer, examples=[COST])
    @action(detail=True, permission_classes=[IsAuthenticated], filter_backends=[], pagination_class=None)
    def compare(self, request: Request, pk: int) -> Response:
        """Up to four suggestions side by side: those chosen with `?match=7&match=9`, or the best."""
        need = self.get_queryset().filter(pk=pk).first()
        if need is None:
            raise NotFound
        chosen = ChosenSerializer(data=request.query_params)
        chosen.is_valid(raise_exception=True)
        return Response(told(Shown(need), compared(request.user, need, chosen.validated_data["match"])))


def told(need: Shown, found: Compared) -> dict[str, Any]:
    lines = [
        {"topic": line.topic, "label": line.label, "values": [weight.value for _seen, weight in line.said]}
        for line in found.lines
    ]
    return {
        "need": ShownNeedSerializer(context={"editable": {}}).to_representation(need),
        "suggestions": SideSerializer(found.seen, many=True).data,
        "lines": lines,
        "is_cut": found.is_cut,
    }
