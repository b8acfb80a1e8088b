"""Cases over HTTP as JSON, for the brokers who take care of them: what the board shows, and what its pages change."""

from collections.abc import Callable
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Cluster, Scope, User
from accounts.rest import problems
from accounts.rest.narrowing import Narrowing
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved

from . import cases, follow_ups
from .codes import MatchState, Reason, Side
from .follow_ups_api import FIGURES, AchievementSerializer
from .handover import hand_over, receiving_brokers, receiving_clusters
from .models import Case, CaseEvent


class EventSerializer(serializers.ModelSerializer):
    what = serializers.ChoiceField(choices=CaseEvent.Kind.choices, source="kind")

    class Meta:
        model = CaseEvent
        fields = ["what", "at", "by", "state", "reason", "on", "owner", "former", "cluster", "text"]
        extra_kwargs = {name: {"required": True} for name in fields if name != "what"}


class CaseSerializer(serializers.ModelSerializer):
    """A case with its whole history; people and clusters by their number."""

    state = serializers.ChoiceField(choices=MatchState.choices, source="match.state")
    cluster = serializers.IntegerField(source="match.cluster_id", allow_null=True)
    events = EventSerializer(many=True)
    achievements = AchievementSerializer(many=True)

    class Meta:
        model = Case
        fields = ["id", "match", "state", "cluster", "owner", "next_step", "next_step_on", "reason", "opened_at"]
        fields += ["touched_at", "events", "achievements"]
        extra_kwargs = {name: {"required": True} for name in fields if name not in ("events", "achievements")}


class CaseFilter(filters.FilterSet):
    state = filters.ChoiceFilter("match__state", choices=MatchState.choices)
    mine = filters.BooleanFilter(method="taken")
    without_owner = filters.BooleanFilter(method="nobodys")
    without_next_step = filters.BooleanFilter(method="waiting")

    def taken(self, cases: QuerySet, name: str, is_wanted: bool) -> QuerySet:
        return cases.filter(owner=self.request.user) if is_wanted else cases

    def nobodys(self, cases: QuerySet, name: str, is_wanted: bool) -> QuerySet:
        return cases.without_owner() if is_wanted else cases

    def waiting(self, cases: QuerySet, name: str, is_wanted: bool) -> QuerySet:
        return cases.without_next_step() if is_wanted else cases


# What is sent


class MoveSerializer(serializers.Serializer):
    """Where the two sides stand now; an end without agreement needs a reason."""

    state = serializers.ChoiceField(choices=MatchState.choices)
    reason = serializers.ChoiceField(choices=Reason.choices, required=False)
    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class PlanSerializer(serializers.Serializer):
    """The next step and its day; an empty step takes both away."""

    next_step = serializers.CharField(max_length=200, allow_blank=True)
    on = serializers.DateField(required=False, default=None, allow_null=True)


class NoteSerializer(serializers.Serializer):
    """A word for the colleagues."""

    text = serializers.CharField(max_length=2000)


class HandoverSerializer(serializers.Serializer):
    """To a broker of the cluster or to another cluster: one of those that `receivers` names."""

    broker = serializers.IntegerField(required=False)
    cluster = serializers.IntegerField(required=False)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("broker" in data) == ("cluster" in data):
            raise serializers.ValidationError("Name either a broker or a cluster.")
        return data

    def receiver(self, case: Case, by: User) -> User | Cluster:
        data = self.validated_data
        name = "broker" if "broker" in data else "cluster"
        receivers = receiving_brokers(case) if name == "broker" else receiving_clusters(case, by)
        found = next((one for one in receivers if one.pk == data[name]), None)
        if found is None:
            raise serializers.ValidationError({name: ["It is not among the receivers."]})
        return found


class HeardSerializer(AchievementSerializer):
    """What a broker heard of one side; only what is sent is written."""

    side = serializers.ChoiceField(choices=Side.choices)

    class Meta(AchievementSerializer.Meta):
        fields = ["side", *FIGURES]
        extra_kwargs = {name: {"required": False} for name in FIGURES}


class ReceiverSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ReceiversSerializer(serializers.Serializer):
    """Who may receive the case."""

    brokers = ReceiverSerializer(many=True)
    clusters = ReceiverSerializer(many=True)


# The doors


class CaseViewSet(Listed, Retrieved, Resource):
    """Cases of the clusters one is a broker of. A change heeds `If-Match`, so that nobody's work gets lost."""

    queryset = Case.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = CaseSerializer
    filter_backends = [Narrowing]
    filterset_class = CaseFilter
    orderings = ("id", "opened_at", "touched_at")
    scopes = dict.fromkeys(("move", "plan", "take", "note", "hand_over", "record"), Scope.BROKER)
    problems = ("conflict",)

    def get_queryset(self) -> QuerySet:
        visible = Case.objects.visible_to(self.request.user).select_related("match")
        return visible.prefetch_related("events", "achievements")

    @extend_schema(request=MoveSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    @once
    def move(self, request: Request, pk: int) -> Response:
        """Say where the two sides stand now."""
        return self._change(pk, MoveSerializer, cases.move)

    @extend_schema(request=PlanSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    @once
    def plan(self, request: Request, pk: int) -> Response:
        """Say what is to be done next, and by when."""
        return self._change(pk, PlanSerializer, cases.plan)

    @extend_schema(request=None, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    @once
    def take(self, request: Request, pk: int) -> Response:
        """Take care of it from now on."""
        return self._change(pk, serializers.Serializer, cases.take)

    @extend_schema(request=NoteSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    @once
    def note(self, request: Request, pk: int) -> Response:
        """Note something that only brokers read."""
        case, said = self._case(pk), NoteSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        cases.note(case, said.validated_data["text"], by=request.user)
        return self.row(pk)

    @extend_schema(request=HandoverSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    @once
    def hand_over(self, request: Request, pk: int) -> Response:
        """Give it to a colleague or to another cluster; both sides are told. What is answered is how it was given."""
        case, said = self._case(pk), HandoverSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        receiver, note = said.receiver(case, request.user), said.validated_data["note"]
        if not hand_over(case, receiver, by=request.user, seen=case.version, note=note):
            raise problems.Conflict
        case = Case.objects.select_related("match").prefetch_related("events", "achievements").get(pk=pk)
        return Response(CaseSerializer(case).data)

    @extend_schema(request=HeardSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    @once
    def record(self, request: Request, pk: int) -> Response:
        """Keep what a side told; only the side itself can agree that it is published."""
        case, heard = self._case(pk), HeardSerializer(data=request.data)
        heard.is_valid(raise_exception=True)
        fields = dict(heard.validated_data)
        follow_ups.record(case, fields.pop("side"), fields, by=request.user)
        return self.row(pk)

    @extend_schema(responses=ReceiversSerializer)
    @action(detail=True)
    def receivers(self, request: Request, pk: int) -> Response:
        """Who may receive the case."""
        case = self._case(pk)
        found = {"brokers": receiving_brokers(case), "clusters": receiving_clusters(case, request.user)}
        told = {kind: [{"id": one.pk, "name": str(one)} for one in ones] for kind, ones in found.items()}
        return Response(told)

    def _case(self, pk: int) -> Case:
        """In the version the caller has read, if it says which; 404 for what one may not see."""
        whole = self.get_queryset().select_related("match__need", "match__offer", "match__cluster")
        case = whole.filter(pk=pk).first()
        if case is None:
            raise exceptions.NotFound
        self.check_version(pk)
        return case

    def _change(self, pk: int, sent: type[serializers.Serializer], change: Callable[..., bool]) -> Response:
        case, said = self._case(pk), sent(data=self.request.data)
        said.is_valid(raise_exception=True)
        if not change(case, by=self.request.user, seen=case.version, **said.validated_data):
            raise problems.Conflict
        return self.row(pk)
