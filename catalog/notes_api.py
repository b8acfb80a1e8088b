"""Notes on the text of an offer or a need over HTTP as JSON, as its form shows them."""

from collections.abc import Iterable

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from .advising import FORMS, advice
from .lint_words import Advice


class NoteSerializer(serializers.Serializer):
    """What to change in which field, and why it helps. None blocks."""

    field = serializers.CharField()
    label = serializers.CharField()
    words = serializers.CharField()


class NotesSerializer(serializers.Serializer):
    """The most urgent first."""

    notes = NoteSerializer(many=True)


class NotesOfDocuments:
    """Adds `{id}/notes/` to a resource of offers or needs."""

    @extend_schema(responses=NotesSerializer)
    @action(detail=True, permission_classes=[IsAuthenticated], filter_backends=[], pagination_class=None)
    def notes(self, request: Request, pk: int) -> Response:
        """What would make your text easier to find and to decide on, in your language."""
        document = self.editable().without_vectors().select_related("organisation").filter(pk=pk).first()
        if document is None:
            raise NotFound
        form = FORMS[type(document)](instance=document, user=request.user)
        return Response({"notes": told(advice(form))})


def told(found: Iterable[Advice]) -> list[dict[str, str]]:
    return [
        {"field": one.field_id.removeprefix("id_"), "label": str(one.label), "words": str(one.words)} for one in found
    ]
