"""Vocabularies over HTTP as JSON for brokers: which are here, and a SKOS file taken in."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved
from catalog.models import Scheme
from catalog.vocabulary_files import VocabularyError
from catalog.vocabulary_loading import Loaded

from .site import ForBrokers
from .vocabulary_page import load_file

READ = OpenApiExample("A new file", {"concepts": 140, "added": 140, "changed": 0, "retired": 0}, response_only=True)


class VocabularySerializer(serializers.ModelSerializer):
    """A vocabulary; its concepts are read under `concepts/?scheme=` with its identifier."""

    class Meta:
        model = Scheme
        fields = ["id", "identifier", "title", "changed_at"]
        read_only_fields = fields


class VocabularyFileSerializer(serializers.Serializer):
    """The file itself."""

    file = serializers.FileField(help_text="SKOS as Turtle (.ttl) or RDF/XML (.rdf), up to 2 MB.")


class LoadedSerializer(serializers.Serializer):
    """How many concepts were read, and how many of them are new or changed; those gone from the file are retired."""

    concepts = serializers.IntegerField()
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    retired = serializers.IntegerField()

    def to_representation(self, loaded: Loaded) -> dict[str, Any]:
        counts = {"added": len(loaded.added), "changed": len(loaded.changed), "retired": loaded.retired}
        return {"concepts": loaded.concepts} | counts


class VocabularyViewSet(Listed, Retrieved, Resource):
    """Vocabularies in use here, for brokers. Concepts and names of brokers' own are added under `concepts/`."""

    queryset = Scheme.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = VocabularySerializer
    permission_classes = [ForBrokers]
    orderings = ("id", "changed_at")
    scopes = {"create": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        return Scheme.objects.all()

    def get_parsers(self) -> list[Any]:
        is_upload = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser()] if is_upload else super().get_parsers()

    @extend_schema(
        request={"multipart/form-data": VocabularyFileSerializer}, responses=LoadedSerializer, examples=[READ]
    )
    @once
    def create(self, request: Request) -> Response:
        """Take in a file, as a whole or not at all; the same file again changes nothing."""
        sent = VocabularyFileSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            loaded = load_file(sent.validated_data["file"])
        except VocabularyError as error:
            raise serializers.ValidationError({"file": [str(error)]}) from error
        return Response(LoadedSerializer(loaded).data)
