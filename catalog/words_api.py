"""How the other side says it over HTTP as JSON: what is understood of a text that nobody stores."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Scope

from .codes import DocumentKind
from .concept_views import ASKS_A_MINUTE
from .in_their_words import LONGEST
from .rates import MINUTE, may_ask
from .views import looked_up

OVENS = OpenApiExample(
    "Of a need", {"kind": "need", "text": "We throw away a third of the dough every evening."}, request_only=True
)
WASTE = OpenApiExample(
    "As providers say it",
    {"results": [{"concept": 7, "label": "food waste", "words": ["demand forecasting"], "language": "en"}]},
    response_only=True,
)


class WrittenSerializer(serializers.Serializer):
    """A text as far as it is written, and what it is going to be."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    text = serializers.CharField(max_length=LONGEST)


class SayingSerializer(serializers.Serializer):
    """A concept that was understood, by its name in your language, and words of the other side for it."""

    concept = serializers.IntegerField()
    label = serializers.CharField()
    words = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField(help_text="Of the words.")


class SayingsSerializer(serializers.Serializer):
    """The weightiest first; nothing of a text that is very short, or while the encoder is busy."""

    results = SayingSerializer(many=True)


class WordsView(APIView):
    """How the other side says it: providers, of the text of a need; adopters, of that of an offer."""

    permission_classes = []
    scopes = {"post": Scope.READ}  # nothing of the text is kept

    @extend_schema(
        operation_id="words", request=WrittenSerializer, responses=SayingsSerializer, examples=[OVENS, WASTE]
    )
    def post(self, request: Request) -> Response:
        written = WrittenSerializer(data=request.data)
        written.is_valid(raise_exception=True)
        if not may_ask(request, "words", ASKS_A_MINUTE):
            raise Throttled(MINUTE)
        found = looked_up(written.validated_data, written.validated_data["kind"])
        return Response(SayingsSerializer({"results": found}).data)
