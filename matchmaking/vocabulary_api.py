"""The vocabulary over HTTP as JSON for brokers: adding concepts and names, and what the texts propose."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.codes import Language
from accounts.models import Scope
from accounts.rest.repeating import once
from catalog import concept_api
from catalog.codes import LabelKind
from catalog.concept_api import ConceptSerializer
from catalog.models.concept import LONGEST_LABEL
from catalog.vocabulary_editing import NewConcept, add_concept, add_name
from catalog.vocabulary_files import Name, VocabularyError

from .site import ForBrokers
from .vocabulary_page import proposals_for, rows_of

FOR_BROKERS = ("create", "names", "uses", "proposals")

REST = OpenApiExample(
    "A concept",
    {"name": "dough rest", "language": "en", "definition": "Time that dough takes before it is baked."},
    request_only=True,
)
RUHE = OpenApiExample("A name", {"text": "Teigruhe", "language": "de", "kind": "expert"}, request_only=True)


class NewConceptSerializer(serializers.Serializer):
    """A concept of the brokers' own. Texts are compared with the definition, too."""

    name = serializers.CharField(max_length=LONGEST_LABEL)
    language = serializers.ChoiceField(choices=Language.choices)
    definition = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class NewNameSerializer(serializers.Serializer):
    """One more name of a concept, and who says so."""

    text = serializers.CharField(max_length=LONGEST_LABEL)
    language = serializers.ChoiceField(choices=Language.choices)
    kind = serializers.ChoiceField(choices=LabelKind.choices, help_text="One `preferred` name in each language.")


class PhraseSerializer(serializers.Serializer):
    """Words that several organisations use and that no concept is called by."""

    words = serializers.CharField()
    language = serializers.CharField()
    organisations = serializers.IntegerField()


class PhrasesSerializer(serializers.Serializer):
    """What most organisations say first."""

    results = PhraseSerializer(many=True)


class UsesSerializer(serializers.Serializer):
    """How many needs and offers are about it."""

    needs = serializers.IntegerField()
    offers = serializers.IntegerField()


class ConceptViewSet(concept_api.ConceptViewSet):
    """Concepts of all vocabularies that are in use here; brokers add to them."""

    scopes = {"create": Scope.BROKER, "names": Scope.BROKER}

    def get_permissions(self) -> list[BasePermission]:
        return [ForBrokers()] if self.action in FOR_BROKERS else super().get_permissions()

    @extend_schema(request=NewConceptSerializer, responses={201: ConceptSerializer}, examples=[REST])
    @once
    def create(self, request: Request) -> Response:
        """Add a concept; texts are read anew with it in the next minutes."""
        new = NewConceptSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        try:
            concept = add_concept(NewConcept(**new.validated_data))
        except VocabularyError as error:
            raise serializers.ValidationError({"name": [str(error)]}) from error
        return self.row(concept.pk, status.HTTP_201_CREATED)

    @extend_schema(request=NewNameSerializer, responses=ConceptSerializer, examples=[RUHE])
    @action(detail=True, methods=["post"])
    @once
    def names(self, request: Request, pk: int) -> Response:
        """Add a name to a concept, or switch it on again."""
        concept, new = self.get_object(), NewNameSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        self.check_version(pk)
        said = new.validated_data
        try:
            add_name(concept, Name(said["language"], said["text"], said["kind"]))
        except VocabularyError as error:
            raise serializers.ValidationError({"text": [str(error)]}) from error
        return self.row(pk)

    @extend_schema(responses=UsesSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def uses(self, request: Request, pk: int) -> Response:
        """How often texts are about it."""
        (row,) = rows_of([self.get_object()])
        return Response({"needs": row.needs, "offers": row.offers})

    @extend_schema(responses=PhrasesSerializer)
    @action(detail=False, filter_backends=[], pagination_class=None)
    def proposals(self, request: Request) -> Response:
        """What texts say without there being a concept for it."""
        return Response({"results": [one._asdict() for one in proposals_for(request.user)]})
