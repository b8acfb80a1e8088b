"""Decisions and introductions over HTTP as JSON, read only; they are made at the addresses of matches."""

from django.db.models import Q, QuerySet
from rest_framework import serializers

from accounts.rest.resources import Listed, Resource, Retrieved

from .models import Ask, Introduction, Match, Review


class DecisionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Review
        fields = ["id", "match", "verdict", "reason", "note", "created_at"]
        extra_kwargs = {name: {"required": True} for name in ("reason", "note", "created_at")}


class ReviewViewSet(Listed, Retrieved, Resource):
    """What brokers decided on the matches of one's clusters."""

    queryset = Review.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = DecisionSerializer
    orderings = ("id", "created_at")

    def get_queryset(self) -> QuerySet:
        return Review.objects.filter(match__in=decided_by(self.request.user).values("pk"))


class AskSerializer(serializers.ModelSerializer):
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
        own = Ask.objects.answerable_by(user).values("pk")
        return Ask.objects.filter(Q(pk__in=own) | Q(match__in=decided_by(user).values("pk")))


class IntroductionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Introduction
        fields = ["id", "match", "message", "meeting_at", "created_at", "introduced_at"]
        extra_kwargs = {name: {"required": True} for name in ("meeting_at", "created_at", "introduced_at")}


class IntroductionViewSet(Listed, Retrieved, Resource):
    """Introductions: a draft for the brokers of the match, and once it was sent for both sides."""

    queryset = Introduction.objects.none()
    serializer_class = IntroductionSerializer
    orderings = ("id", "created_at")

    def get_queryset(self) -> QuerySet:
        user = self.request.user
        sent = Q(introduced_at__isnull=False, match__in=Match.objects.visible_to(user).values("pk"))
        return Introduction.objects.filter(sent | Q(match__in=decided_by(user).values("pk")))


def decided_by(user: object) -> QuerySet:
    return Match.objects.all() if user.is_staff else Match.objects.brokered_by(user)
