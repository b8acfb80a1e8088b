"""While somebody writes, over HTTP as JSON: notes on the text, and how the other side says it. Nothing is kept."""

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.codes import Language
from accounts.models import Scope
from accounts.rest.problems import Unavailable

from .advising import KEYWORDS, advice_on
from .codes import DocumentKind, Ecosystem, Visibility
from .encoder.failures import EncoderError
from .in_their_words import sayings
from .linting import LIMITS
from .models import Document, Need, Offer
from .notes_api import NotesSerializer, told
from .rates import ASKS_A_MINUTE, MINUTE, may_ask

LONGEST = 20_000  # characters: far over the limits, which the notes name
MODELS: dict[str, type[Document]] = {DocumentKind.NEED: Need, DocumentKind.OFFER: Offer}
DOUGH = "We throw away a third of the dough every evening."
NOTED = OpenApiExample(
    "A need that hides who wrote it",
    {"kind": "need", "description": DOUGH, "visibility": "anonymous", "ecosystems": ["agri_food"]},
    request_only=True,
)
READ = OpenApiExample("A need", {"kind": "need", "text": DOUGH}, request_only=True)


def text() -> serializers.CharField:
    return serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")


def keywords() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=100, required=False, default=[]
    )


class UnstoredTextSerializer(serializers.Serializer):
    """A need or an offer as far as it is written; the language is found out where none is given."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    title, summary, description, advantages, expertise_sought, partner_role = (text() for _name in range(6))
    technology_keywords, market_keywords = keywords(), keywords()
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, default=Visibility.PUBLIC)
    ecosystems = serializers.MultipleChoiceField(choices=Ecosystem.choices, required=False, default=[])

    def written(self) -> dict[str, Any]:
        """As the form of the page has it."""
        data = self.validated_data
        said = {name: data[name] for name in (*LIMITS, "visibility")} | {"language": data.get("language", "")}
        listed = {name: ",".join(data[name]) for name in KEYWORDS}
        return said | listed | {"ecosystems": sorted(data["ecosystems"])}


class NotesView(APIView):
    """What would make a text that you write easier to find and to decide on, in your language. None blocks, and
    nothing of the text is kept."""

    permission_classes = [IsAuthenticated]
    scopes = {"post": Scope.READ}  # it changes nothing

    @extend_schema(
        operation_id="notes_on_text", request=UnstoredTextSerializer, responses=NotesSerializer, examples=[NOTED]
    )
    def post(self, request: Request) -> Response:
        check_rate(request, "notes")
        asked = UnstoredTextSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        model = MODELS[asked.validated_data["kind"]]
        return Response({"notes": told(advice_on(model, asked.written(), request.user))})


class TextToReadSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    text = serializers.CharField(max_length=LONGEST, help_text="Its first 4,000 characters are read.")


class SayingSerializer(serializers.Serializer):
    """A concept by its name in your language, and how the other side says it, in the language of the text."""

    concept = serializers.IntegerField()
    label = serializers.CharField()
    words = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField(help_text="Of the words.")


class UnderstoodSerializer(serializers.Serializer):
    """The weightiest first; none for a few letters."""

    understood = SayingSerializer(many=True)


class WordsView(APIView):
    """What is understood in a text that you write, and how the other side says it: experts for a need, companies for
    an offer. Nothing of the text is kept."""

    permission_classes = []
    scopes = {"post": Scope.READ}
    problems = ("unavailable",)

    @extend_schema(
        operation_id="words_for_text", request=TextToReadSerializer, responses=UnderstoodSerializer, examples=[READ]
    )
    def post(self, request: Request) -> Response:
        check_rate(request, "words")
        asked = TextToReadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        try:
            found = sayings(data["text"], data["kind"], (get_language() or "en")[:2])
        except EncoderError as error:
            raise Unavailable from error
        return Response({"understood": SayingSerializer(found, many=True).data})


def check_rate(request: Request, what: str) -> None:
    """Together with the pages, where the same is asked while somebody types."""
    if not may_ask(request, what, ASKS_A_MINUTE):
        raise exceptions.Throttled(MINUTE)
