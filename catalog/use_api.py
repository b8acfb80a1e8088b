"""The concepts of an offer or a need over HTTP as JSON: what it is about, and what its editors say to that."""

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.repeating import once

from .chips import chips
from .confirming import UnknownConcept, add, confirm, forget, remove
from .models import Document
from .presenting import Shown

DECISIONS = ("confirm", "remove", "forget", "add")
ADDED = OpenApiExample(
    "It is about this, too", {"decision": "add", "concept": 7, "words": "rinse water"}, request_only=True
)
NOT_ABOUT = OpenApiExample("It is not about that", {"decision": "remove", "concept": 7}, request_only=True)


class ChipSerializer(serializers.Serializer):
    """A concept of a text, and the sentence that says so, as far as one may see it."""

    concept = serializers.IntegerField()
    label = serializers.CharField()
    origin = serializers.CharField()
    sentence = serializers.CharField()
    is_confirmed = serializers.BooleanField()


class TakenOffSerializer(serializers.Serializer):
    """A concept that an editor has removed; `forget` takes that back."""

    concept = serializers.IntegerField()
    label = serializers.CharField()


class ConceptsSerializer(serializers.Serializer):
    """The weightiest concepts; `removed` is told to editors only."""

    concepts = ChipSerializer(many=True)
    removed = TakenOffSerializer(many=True)


class SaidOfConceptSerializer(serializers.Serializer):
    """Confirm, remove or add a concept by its number, or forget what was said of it. `words` of the text, where a
    concept is added, say why."""

    decision = serializers.ChoiceField(choices=DECISIONS)
    concept = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    words = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class ConceptsOfDocuments:
    """Adds `{id}/concepts/` to a resource of offers or needs."""

    @extend_schema(responses=ConceptsSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def concepts(self, request: Request, pk: int) -> Response:
        """What it is about, in your language."""
        document = self.get_queryset().filter(pk=pk).first()
        if document is None:
            raise NotFound
        return Response(self._about(document))

    @extend_schema(request=SaidOfConceptSerializer, responses=ConceptsSerializer, examples=[ADDED, NOT_ABOUT])
    @concepts.mapping.post
    @once
    def decide_concept(self, request: Request, pk: int) -> Response:
        """Say what it is about and what not; that teaches how the next text is read."""
        document, said = self._to_change(pk), SaidOfConceptSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        self._decide_concept(document, **said.validated_data)
        return Response(self._about(self.get_queryset().get(pk=pk)))

    def _decide_concept(self, document: Document, decision: str, concept: int, words: str) -> None:
        user = self.request.user
        try:
            if decision == "add":
                add(document, concept, user, words)
            elif decision == "confirm":
                confirm(document, concept, user)
            elif decision == "remove":
                remove(document, concept, user)
            else:
                forget(document, concept)
        except UnknownConcept as error:
            raise serializers.ValidationError({"concept": [str(error)]}) from error

    def _about(self, document: Document) -> dict[str, Any]:
        language = (get_language() or "en")[:2]
        edits = self.editable().filter(pk=document.pk).exists()
        found = chips(Shown(document), document, language)
        removed = found.taken_off if edits else []
        names = ("concept", "label", "origin", "sentence", "is_confirmed")
        return {
            "concepts": [{name: getattr(chip, name) for name in names} for chip in found.shown],
            "removed": [{"concept": concept, "label": label} for concept, label in removed],
        }
