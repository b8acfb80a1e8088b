"""What happened with a match, and what was decided before it, over HTTP as JSON: as far as its page tells it."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from .codes import MatchState
from .course import course_of, next_of
from .precedents import Precedent, precedents_of

ASKED = OpenApiExample(
    "A side that has answered",
    {
        "events": [
            {"at": "2026-05-04T09:00:00Z", "words": "Proposed", "who": "", "note": ""},
            {"at": "2026-05-06T14:30:00Z", "words": "The side of the need: yes", "who": "Ann", "note": ""},
        ],
        "next": "When both say yes, they are introduced by mail.",
        "next_on": None,
    },
    response_only=True,
)


class HappenedSerializer(serializers.Serializer):
    """Names and notes only for those who may know them."""

    at = serializers.DateTimeField()
    words = serializers.CharField()
    who = serializers.CharField()
    note = serializers.CharField()


class MatchHistorySerializer(serializers.Serializer):
    """Oldest first; what comes next, and for whoever takes care of the case by which day."""

    events = HappenedSerializer(many=True)
    next = serializers.CharField(help_text="In words; empty where nothing comes.")
    next_on = serializers.DateField(allow_null=True)


class OfPrecedentSerializer(serializers.Serializer):
    """A decided match: both sides by their references, what became of it, and the reason in words."""

    match = serializers.IntegerField()
    need = serializers.CharField()
    offer = serializers.CharField()
    state = serializers.ChoiceField(choices=MatchState.choices)
    status = serializers.CharField()
    reason = serializers.CharField()
    decided_at = serializers.DateTimeField()


class EarlierSerializer(OfPrecedentSerializer):
    """With one of the two sides."""

    is_of_need = serializers.BooleanField(help_text="The same need with another offer; else the same offer.")


class AlikeSerializer(OfPrecedentSerializer):
    """Of a need that lies near."""

    title = serializers.CharField(help_text="Of that need.")
    language = serializers.CharField(help_text="Of the title.")


class PrecedentsSerializer(serializers.Serializer):
    """What became of the two sides in other matches, latest first; of similar needs, the nearest first."""

    earlier = EarlierSerializer(many=True)
    alike = AlikeSerializer(many=True)


class TellsWhatWas:
    """Adds `{id}/history/` and `{id}/precedents/` to the resource of matches."""

    @extend_schema(responses=MatchHistorySerializer, examples=[ASKED])
    @action(detail=True, filter_backends=[], pagination_class=None)
    def history(self, request: Request, pk: int) -> Response:
        """What happened so far, for both sides and the brokers; each learns as much as on the page."""
        seen = self._seen(pk)
        coming = next_of(seen)
        return Response(
            {
                "events": [event._asdict() for event in course_of(seen)],
                "next": str(coming.words),
                "next_on": coming.on,
            }
        )

    @extend_schema(responses=PrecedentsSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def precedents(self, request: Request, pk: int) -> Response:
        """What was decided before on these two sides and on similar needs, for whoever decides on this match."""
        seen = self._seen(pk)
        if not seen.decides:
            raise exceptions.PermissionDenied
        found = precedents_of(seen.match, request.user)
        earlier = [told(one) | {"is_of_need": one.is_of_need} for one in found.earlier]
        return Response({"earlier": earlier, "alike": [told(one) | titled(one) for one in found.alike]})


def told(one: Precedent) -> dict[str, Any]:
    match = one.match
    sides = {"match": match.pk, "need": match.need.reference, "offer": match.offer.reference}
    became = {"state": match.state, "status": str(one.status.words), "reason": one.reason}
    return sides | became | {"decided_at": match.decided_at}


def titled(one: Precedent) -> dict[str, str]:
    return {"title": one.match.need.title, "language": one.match.need.language}
