"""What another installation says here about a match of both: one word at a time, checked like any input.

Its key opens this door and the feed, and of matches only those between the two.
"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.addresses import in_ascii
from accounts.rest.problems import Conflict

from .accords import MOST_PEOPLE, Early, Said, Unknown, hear
from .codes import Reason, Side, Word
from .federation import LARGEST_NUMBER
from .federation_api import PeerAuthentication


class PersonSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120, allow_blank=True)
    email = serializers.EmailField(max_length=254)

    def validate_email(self, address: str) -> str:
        """Kept as mail programs write it; others cannot be written to."""
        if not (written := in_ascii(address)):
            raise serializers.ValidationError("Nobody can be written to there.")
        return written


class IdentitySerializer(serializers.Serializer):
    """Who one side is."""

    organisation = serializers.CharField(max_length=200)
    website = serializers.URLField(max_length=200, allow_blank=True)
    people = PersonSerializer(many=True, max_length=MOST_PEOPLE)


class SaidSerializer(serializers.Serializer):
    case = serializers.IntegerField(min_value=1, max_value=LARGEST_NUMBER)
    need = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER)
    offer = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER)
    side = serializers.ChoiceField(choices=Side.choices)
    word = serializers.ChoiceField(choices=Word.choices)
    reason = serializers.ChoiceField(choices=Reason.choices, allow_blank=True)
    identity = IdentitySerializer(allow_null=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Names come with the last yes and at no other time; a reason comes with an end."""
        if (data["identity"] is not None) != (data["word"] == Word.INTRODUCED):
            raise serializers.ValidationError("Names belong to an introduction and to nothing else.")
        if data["reason"] and data["word"] != Word.ENDED:
            raise serializers.ValidationError("A reason belongs to an end and to nothing else.")
        return data


class NoSuchMatch(exceptions.APIException):
    """410: a 404 could as well come from something before the site."""

    status_code = status.HTTP_410_GONE
    default_detail = "There is no such match between the two, or it is over."
    default_code = "match_unknown"


class AccordView(APIView):
    """`POST` one word. 204: it is known now, or was. 410: no such match of the two. 409: not now."""

    authentication_classes = [PeerAuthentication]
    permission_classes = [IsAuthenticated]

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        told = SaidSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        try:
            hear(request.auth, _said(told.validated_data))
        except Unknown as error:
            raise NoSuchMatch from error
        except Early as error:
            raise Conflict("Something else comes first, or nobody here can act on it.") from error
        return Response(status=status.HTTP_204_NO_CONTENT)


def _said(told: dict[str, Any]) -> Said:
    identity = told["identity"] and {**told["identity"], "people": [dict(one) for one in told["identity"]["people"]]}
    side, word = Side(told["side"]), Word(told["word"])
    return Said(told["case"], told["need"], told["offer"], side, word, told["reason"], identity)
