"""Needs that nothing fits over HTTP as JSON: the tasks of looking around, for the brokers of their clusters."""

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from accounts.rest.narrowing import Narrowing
from accounts.rest.problems import Conflict
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved

from . import scouting
from .models import Scouting, ScoutingState

FOUND = OpenApiExample(
    "What was found", {"note": "Two providers in Porto; both have been called."}, request_only=True
)


class ScoutingSerializer(serializers.ModelSerializer):
    """One task; the need itself is read under `needs/`."""

    class Meta:
        model = Scouting
        fields = ["id", "need", "cluster", "state", "note", "created_at", "taken_at", "done_at", "closed_by_itself"]
        read_only_fields = fields


class FoundNoteSerializer(serializers.Serializer):
    """What was found, for the next broker who meets the need."""

    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class ScoutingFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=ScoutingState.choices)


class ScoutingViewSet(Listed, Retrieved, Resource):
    """Needs of one's clusters that nothing fits, also those that are done."""

    queryset = Scouting.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = ScoutingSerializer
    filter_backends = [Narrowing]
    filterset_class = ScoutingFilter
    orderings = ("id", "created_at")
    scopes = {"take": Scope.BROKER, "finish": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        return Scouting.objects.visible_to(self.request.user)

    @extend_schema(request=None, responses=ScoutingSerializer)
    @action(detail=True, methods=["post"])
    @once
    def take(self, request: Request, pk: int) -> Response:
        """Look around oneself; the need's author reads that somebody does."""
        task = self.get_object()
        self.check_version(pk)
        if not scouting.take(task, by=request.user):
            raise Conflict
        return self.row(pk)

    @extend_schema(request=FoundNoteSerializer, responses=ScoutingSerializer, examples=[FOUND])
    @action(detail=True, methods=["post"])
    @once
    def finish(self, request: Request, pk: int) -> Response:
        """It is done; when the text changes and still nothing fits, a new task begins."""
        task, found = self.get_object(), FoundNoteSerializer(data=request.data)
        found.is_valid(raise_exception=True)
        self.check_version(pk)
        if not scouting.finish(task, by=request.user, **found.validated_data):
            raise Conflict
        return self.row(pk)
