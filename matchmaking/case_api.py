"""Decisions and introductions over HTTP as JSON; they are made at the addresses of matches, drafts changed here."""

from datetime import datetime

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope, User
from accounts.rest.narrowing import Narrowing
from accounts.rest.problems import Conflict
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved

from . import undoing
from .codes import INTRODUCED_STATES
from .filters import ReviewFilter
from .models import Ask, Introduction, Match, Review
from .undoing_api import UndoesSeveral


class Noted(serializers.ModelSerializer):
    """Notes name people and firms: brokers of a second cluster read none of the first before an introduction.

    The rows bear `is_known`: whether the reader may.
    """

    def to_representation(self, instance: Review | Ask) -> dict:
        told = super().to_representation(instance)
        return told if instance.is_known else told | {"note": ""}


class DecisionSerializer(Noted):
    class Meta:
        model = Review
        fields = ["id", "match", "verdict", "reason", "note", "created_at"]
        extra_kwargs = {name: {"required": True} for name in ("reason", "note", "created_at")}


class ReviewViewSet(UndoesSeveral, Listed, Retrieved, Resource):
    """What brokers decided on the matches of one's clusters."""

    queryset = Review.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = DecisionSerializer
    filter_backends = [Narrowing]
    filterset_class = ReviewFilter
    orderings = ("id", "created_at")

    scopes = {"undo": Scope.BROKER, "undo_several": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        user = self.request.user
        decided = Review.objects.filter(match__in=Match.objects.decided_by(user).values("pk"))
        return decided.annotate(is_known=known(Q(broker=user) | led_by(user)))

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    @once
    def undo(self, request: Request, pk: int) -> Response:
        """Take back a decision of your own, for some minutes and as long as it has reached nobody."""
        review = self.get_object()
        if review.broker_id != request.user.pk:
            raise exceptions.PermissionDenied
        try:
            undoing.undo(review, by=request.user)
        except undoing.TooLate as error:
            raise Conflict(str(error)) from error
        return Response(status=status.HTTP_204_NO_CONTENT)


class AskSerializer(Noted):
    class Meta:
        model = Ask
        fields = [
            "id",
            "match",
            "side",
            "asked_at",
            "remind_at",
            "reminded_at",
            "lapsed_at",
            "answer",
            "reason",
            "note",
        ]
        fields += ["answered_at"]
        extra_kwargs = {name: {"required": True} for name in fields}


class AnswerViewSet(Listed, Retrieved, Resource):
    """Questions to the sides of matches with their answers: a side's own, and all of them for its brokers."""

    queryset = Ask.objects.none()
    serializer_class = AskSerializer
    orderings = ("id", "asked_at")

    def get_queryset(self) -> QuerySet:
        user = self.request.user
        own = Q(pk__in=Ask.objects.answerable_by(user).values("pk"))
        asked = Ask.objects.filter(own | Q(match__in=Match.objects.decided_by(user).values("pk")))
        return asked.annotate(is_known=known(own | led_by(user)))


class IntroductionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Introduction
        fields = ["id", "match", "message", "meeting_at", "created_at", "introduced_at"]
        extra_kwargs = {name: {"required": True} for name in ("meeting_at", "created_at", "introduced_at")}


class DraftSerializer(serializers.ModelSerializer):
    """What goes to both sides when both said yes; the talk is proposed as a calendar entry of half an hour."""

    message = serializers.CharField(max_length=4000)

    class Meta:
        model = Introduction
        fields = ["message", "meeting_at"]

    def validate_meeting_at(self, moment: datetime | None) -> datetime | None:
        """Across two installations each writes to its own side, so no time is proposed to both."""
        if moment and self.instance.match.origin:
            raise serializers.ValidationError(_("No time can be proposed across two installations."))
        return moment


class IntroductionViewSet(Listed, Retrieved, Resource):
    """Introductions: a draft for the brokers of the match, and once it was sent for both sides."""

    versioned_methods = ("PATCH",)
    scopes = {"partial_update": Scope.BROKER}
    problems = ("conflict",)

    queryset = Introduction.objects.none()
    serializer_class = IntroductionSerializer
    orderings = ("id", "created_at")

    def get_queryset(self) -> QuerySet:
        user = self.request.user
        sent = Q(introduced_at__isnull=False, match__in=Match.objects.visible_to(user).values("pk"))
        return Introduction.objects.filter(sent | Q(match__in=Match.objects.decided_by(user).values("pk")))

    @extend_schema(request=DraftSerializer(partial=True), responses=IntroductionSerializer)
    @transaction.atomic
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the draft."""
        draft = self.get_queryset().select_for_update(of=("self",)).filter(pk=pk).first()
        if draft is None:
            raise exceptions.NotFound
        if not Match.objects.decided_by(request.user).filter(pk=draft.match_id).exists():
            raise exceptions.PermissionDenied
        self.check_version(pk, is_required=True)
        written = DraftSerializer(draft, data=request.data, partial=True)
        written.is_valid(raise_exception=True)
        said = {"message": draft.message, "meeting_at": draft.meeting_at} | written.validated_data
        if not draft.rewrite(**said):
            raise Conflict
        return self.row(pk)


def led_by(user: User) -> Q:
    return Q(match__in=Match.objects.led_by(user).values("pk"))


def known(reader: Q) -> ExpressionWrapper:
    return ExpressionWrapper(reader | Q(match__state__in=INTRODUCED_STATES), BooleanField())
