"""Where a need or an offer stands over HTTP as JSON, in the words that its editors read on its page."""

from collections.abc import Callable
from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from .progress import Status

WANTED = OpenApiExample(
    "An answer is wanted",
    {
        "words": "1 answer wanted from you",
        "next": "Say yes, later or no. It takes a minute.",
        "tone": "warn",
        "who": "you",
        "when": "By 4 May 2026; after that we take it as no answer.",
    },
    response_only=True,
)


class StatusSerializer(serializers.Serializer):
    """What is the case, what comes next, who has it now and by when, in your language, as far as that is known."""

    words = serializers.CharField()
    next = serializers.CharField()
    tone = serializers.ChoiceField(choices=["", "busy", "good", "warn", "bad"])
    who = serializers.CharField()
    when = serializers.CharField()


class StandsSomewhere:
    """Adds `{id}/status/` to a resource of offers or needs. `standing` is what its words are counted from, and what
    says them."""

    standing: ClassVar[tuple[Callable[..., QuerySet], Callable[..., Status]]]

    @extend_schema(responses=StatusSerializer, examples=[WANTED])
    @action(detail=True, permission_classes=[IsAuthenticated], filter_backends=[], pagination_class=None)
    def status(self, request: Request, pk: int) -> Response:
        """Where your text stands: what is the case, who has it, and what comes."""
        counted, said = self.standing
        mine = self.editable().without_vectors().select_related("organisation").filter(pk=pk)
        document = counted(mine, request.user).first()
        if document is None:
            raise NotFound
        return Response(StatusSerializer(said(document)).data)
