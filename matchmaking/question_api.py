"""The questions between the two sides of matches over HTTP as JSON."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest import problems
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved

from . import questions
from .models import Match, Question
from .serializers import AskingSerializer, ReplySerializer, SaidSerializer
from .viewer import seen_by


class QuestionViewSet(Listed, Retrieved, Resource):
    """Questions of both sides of one's matches, without names."""

    queryset = Question.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = SaidSerializer
    orderings = ("id", "asked_at")

    def get_queryset(self) -> QuerySet:
        return Question.objects.visible_to(self.request.user).select_related("asked_by", "answered_by")

    def told(self, rows: Iterable[Question]) -> list[dict[str, Any]]:
        rows = list(rows)
        matches = Match.objects.filter(pk__in={row.match_id for row in rows}).with_documents()
        seen = {one.pk: one for one in seen_by(self.request.user, matches)}
        told = [questions.said(row, seen[row.match_id]) for row in rows if row.match_id in seen]
        return SaidSerializer(told, many=True).data

    @extend_schema(request=AskingSerializer, responses={201: SaidSerializer})
    @once
    def create(self, request: Request) -> Response:
        """{"match": 7, "topic": "cost"}, or {"match": 7, "topic": "other", "text": …}."""
        asking = AskingSerializer(data=request.data)
        asking.is_valid(raise_exception=True)
        asked = self._ask(**asking.validated_data)
        return self.row(asked.pk, status.HTTP_201_CREATED)

    def _ask(self, match: int, topic: str, text: str) -> Question:
        visible = Match.objects.visible_to(self.request.user).with_documents().filter(pk=match)
        seen = next(iter(seen_by(self.request.user, visible)), None)
        if seen is None:
            raise exceptions.ValidationError({"match": [_("There is no such match.")]})
        side = questions.asking_side(seen)
        if side is None:
            raise exceptions.PermissionDenied(_("Only people of the two sides write here."))
        return questions.ask(seen.match, side, topic, text, by=self.request.user)

    @extend_schema(request=ReplySerializer, responses=SaidSerializer)
    @action(detail=True, methods=["post"])
    @once
    def answer(self, request: Request, pk: int) -> Response:
        """{"text": …}: the answer of the side that was asked."""
        question, reply = self.get_object(), ReplySerializer(data=request.data)
        reply.is_valid(raise_exception=True)
        if not questions.answer(question, reply.validated_data["text"], by=request.user):
            raise problems.Conflict
        return self.row(pk)
