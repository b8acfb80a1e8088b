"""Trying the matching over HTTP as JSON, without an account: what was understood, and what could help, unnamed."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.codes import Language
from accounts.models import Scope
from accounts.rest.problems import Unavailable
from catalog.codes import Ecosystem, Facet, GreenAim
from catalog.encoder.failures import EncoderError
from catalog.serializers import OwnerSerializer
from catalog.views import looked_up
from catalog.writing_api import SayingSerializer

from .correcting import MOST_REMOVED, Corrections
from .forms import TRIAL_LENGTH
from .trial import HOUR, may_try, tried

BIGGEST = 2**31 - 1
DOUGH = "We throw away a third of the dough every evening."
TRIED = OpenApiExample("In own words", {"text": DOUGH}, request_only=True)
CORRECTED = OpenApiExample(
    "Corrected", {"text": DOUGH, "ecosystem": "agri_food", "aim": "waste", "without": [7]}, request_only=True
)


class TrialSerializer(serializers.Serializer):
    """What you would like to solve, in any language; the rest corrects what was understood of it before."""

    text = serializers.CharField(min_length=12, max_length=TRIAL_LENGTH)
    language = serializers.ChoiceField(choices=Language.choices, required=False, help_text="Of the text.")
    ecosystem = serializers.ChoiceField(choices=Ecosystem.choices, required=False)
    aim = serializers.ChoiceField(
        choices=GreenAim.choices, required=False, help_text="Offers that serve it stand first."
    )
    without = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIGGEST),
        max_length=MOST_REMOVED,
        required=False,
        help_text="Concepts that it is not about.",
    )

    def corrections(self) -> Corrections:
        chosen = {name: self.validated_data.get(name, "") for name in ("language", "ecosystem", "aim")}
        return Corrections(**chosen, without=frozenset(self.validated_data.get("without", ())))


class IdeaSerializer(serializers.Serializer):
    """A concept by its name in your language."""

    concept = serializers.IntegerField()
    label = serializers.CharField()
    facet = serializers.ChoiceField(choices=Facet.choices, allow_blank=True)
    aims = serializers.ListField(child=serializers.ChoiceField(choices=GreenAim.choices))


class ReadingSerializer(serializers.Serializer):
    """What was understood; `removed` are the concepts taken off. `detected` is the language before any correction."""

    language = serializers.ChoiceField(choices=Language.choices)
    detected = serializers.ChoiceField(choices=Language.choices)
    ideas = IdeaSerializer(many=True)
    removed = IdeaSerializer(many=True)


class SuggestionSerializer(serializers.Serializer):
    """An offer without names; `likelihood` is in words, in your language, null where it is not known."""

    language = serializers.CharField(source="offer.language")
    title = serializers.CharField(source="offer.title")
    summary = serializers.CharField(source="offer.summary")
    organisation = OwnerSerializer(source="offer")
    reasons = serializers.ListField(child=serializers.CharField())
    likelihood = serializers.CharField(source="likelihood.words", allow_null=True)


class TriedSerializer(serializers.Serializer):
    """What was understood, how providers say it, and suggestions, best first; none says that nothing fits yet."""

    reading = ReadingSerializer()
    sayings = SayingSerializer(many=True)
    suggestions = SuggestionSerializer(many=True)


class TrialView(APIView):
    """Matching for everybody. Nothing of the text is kept; one address may try so many times an hour, here and on the
    page together."""

    permission_classes = []
    problems = ("unavailable",)
    scopes = {"post": Scope.READ}

    @extend_schema(
        operation_id="try_text", request=TrialSerializer, responses=TriedSerializer, examples=[TRIED, CORRECTED]
    )
    def post(self, request: Request) -> Response:
        sent = TrialSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        if not may_try(get_adapter(request).get_client_ip(request)):
            raise exceptions.Throttled(HOUR)
        return Response(TriedSerializer(self._found(sent)).data)

    def _found(self, sent: TrialSerializer) -> dict[str, Any]:
        text = sent.validated_data["text"]
        try:
            reading, suggestions = tried(text, sent.corrections(), (get_language() or "en")[:2])
        except EncoderError as error:
            raise Unavailable from error
        return {"reading": reading, "sayings": looked_up({"text": text}, "need"), "suggestions": suggestions}
