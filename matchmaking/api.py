"""The API of version 1: what `catalog` offers, with what matches disclose; matches, decisions, answers."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, routers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Door, Scope
from accounts.rest import problems
from accounts.rest.narrowing import Narrowing
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved
from catalog import api as catalog_api

from . import dismissing, introductions, reviewing, wanting
from .clients_api import AsksClients
from .codes import Verdict
from .comparing_api import ComparedSuggestions
from .disclosure import needs_visible_to, offers_visible_to
from .filters import MatchFilter
from .history_api import TellsWhatWas
from .models import Ask, Match
from .particulars import count_opening, seen_alone
from .particulars_api import COLLEAGUE, ONE_SIDE, MatchSerializer
from .rewordings_api import ProposesRewordings
from .serializers import (
    AnswerSerializer,
    DismissalSerializer,
    OutcomeSerializer,
    ReviewSerializer,
    SeenSerializer,
    SeveralSerializer,
)
from .serving_api import ServesNeeds
from .standing import need_status, offer_status, with_demand, with_progress
from .standing_api import StandsSomewhere
from .suggesting_api import SuggestsOthers
from .viewer import Seen, seen_by

DECIDE = {Verdict.ACCEPT: reviewing.accept, Verdict.REJECT: reviewing.reject, Verdict.PARK: reviewing.park}

AS_BROKER = {"ask_client": Scope.BROKER, "reword": Scope.BROKER}

TWO = OpenApiExample(
    "Two at once", {"verdict": "reject", "reason": "not_relevant", "matches": [7, 9]}, request_only=True
)


class OfferViewSet(ServesNeeds, StandsSomewhere, AsksClients, ProposesRewordings, catalog_api.OfferViewSet):
    scopes = AS_BROKER
    standing = (with_demand, offer_status)

    def visible(self) -> QuerySet:
        return offers_visible_to(self.request.user)


class NeedViewSet(ComparedSuggestions, StandsSomewhere, AsksClients, ProposesRewordings, catalog_api.NeedViewSet):
    scopes = AS_BROKER
    standing = (with_progress, need_status)

    def visible(self) -> QuerySet:
        return needs_visible_to(self.request.user)


class MatchViewSet(TellsWhatWas, SuggestsOthers, Listed, Retrieved, Resource):
    """Matches that the person may see; brokers review them, both sides answer. One by itself tells as much as its
    page, the list less."""

    queryset = Match.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = SeenSerializer
    filter_backends = [Narrowing]
    filterset_class = MatchFilter
    orderings = ("score", "id", "created_at")
    ordering = "-score"
    scopes = {"review": Scope.BROKER, "decide": Scope.BROKER, "suggest": Scope.BROKER}
    seen: Seen | None = None  # what was told last

    def get_queryset(self) -> QuerySet:
        return Match.objects.visible_to(self.request.user).with_documents()

    def get_serializer_class(self) -> type[SeenSerializer]:
        return SeenSerializer if self.action == "list" else MatchSerializer

    def told(self, rows: Iterable[Match]) -> list[dict[str, Any]]:
        return SeenSerializer(seen_by(self.request.user, rows), many=True).data

    def told_one(self, pk: int) -> dict[str, Any]:
        self.seen = seen_alone(self.request.user, pk)
        if self.seen is None:
            raise Http404
        return MatchSerializer(context={"user": self.request.user}).to_representation(self.seen)

    @extend_schema(examples=[ONE_SIDE, COLLEAGUE])
    def retrieve(self, request: Request, pk: int) -> Response:
        """With what its page says: cost, benefit and risk, digital means for a green aim, who was introduced, and for
        whoever decides what to ask both sides, the parts of the score, and what stands in the way."""
        answer = super().retrieve(request, pk)
        if request.method == "GET" and answer.status_code == status.HTTP_200_OK:
            count_opening(self.seen)
        return answer

    def _seen(self, pk: int) -> Seen:
        """In the version the caller has read, if it says which; 404 for what one may not see."""
        seen = seen_by(self.request.user, self.get_queryset().filter(pk=pk))
        if not seen:
            raise Http404
        self.check_version(pk)
        return seen[0]

    @extend_schema(request=ReviewSerializer, responses=MatchSerializer)
    @action(detail=True, methods=["post"])
    @once
    def review(self, request: Request, pk: int) -> Response:
        """{"verdict": "accept"}, {"verdict": "reject", "reason": …} or {"verdict": "park", "until": …}."""
        seen, decision = self._seen(pk), ReviewSerializer(data=request.data)
        decision.is_valid(raise_exception=True)
        arguments = dict(decision.validated_data)
        if not DECIDE[arguments.pop("verdict")](seen.match, by=request.user, **arguments):
            raise problems.Conflict
        return self.row(pk)

    @extend_schema(request=SeveralSerializer, responses=OutcomeSerializer, examples=[TWO])
    @action(detail=False, methods=["post"])
    @once
    def decide(self, request: Request) -> Response:
        """The same verdict on several matches; what a colleague decided meanwhile is left alone and told."""
        decision = SeveralSerializer(data=request.data)
        decision.is_valid(raise_exception=True)
        arguments = dict(decision.validated_data)
        verdict, numbers = arguments.pop("verdict"), arguments.pop("matches")
        matches = list(Match.objects.decided_by(request.user).filter(pk__in=numbers).with_documents())
        if unknown := sorted(numbers - {match.pk for match in matches}):
            raise exceptions.ValidationError({"matches": [f"You decide on no match {unknown[0]}."]})
        now = {match.pk: match.stamp for match in matches}
        outcome = reviewing.decide_all(matches, now, lambda one: DECIDE[verdict](one, by=request.user, **arguments))
        told = {name: [match.pk for match in getattr(outcome, name)] for name in ("decided", "faster")}
        return Response(told | {"refused": outcome.refused})

    @extend_schema(request=AnswerSerializer, responses=MatchSerializer)
    @action(detail=True, methods=["post"])
    @once
    def answer(self, request: Request, pk: int) -> Response:
        """{"answer": "yes"}, {"answer": "later"} or {"answer": "no", "reason": …}."""
        seen, reply = self._seen(pk), AnswerSerializer(data=request.data)
        reply.is_valid(raise_exception=True)
        arguments = dict(reply.validated_data)
        ask = self._ask(seen, arguments.pop("side", None))
        if not introductions.answer(ask, by=request.user, door=Door.API, **arguments):
            raise problems.Conflict
        return self.row(pk)

    @extend_schema(request=DismissalSerializer, responses=MatchSerializer)
    @action(detail=True, methods=["post"])
    @once
    def dismiss(self, request: Request, pk: int) -> Response:
        """Turn a suggestion for your need down before a broker has decided: {"reason": …}. The provider does not hear
        of it."""
        seen, said = self._seen(pk), DismissalSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        if not dismissing.dismiss(seen.match, by=request.user, door=Door.API, **said.validated_data):
            raise problems.Conflict
        return self.row(pk)

    @extend_schema(request=None, responses=MatchSerializer)
    @action(detail=True, methods=["post"], url_path="bring-back")
    @once
    def bring_back(self, request: Request, pk: int) -> Response:
        """Have a suggestion that you turned down among the others again."""
        seen = self._seen(pk)
        if not dismissing.bring_back(seen.match, by=request.user, door=Door.API):
            raise problems.Conflict
        return self.row(pk)

    @extend_schema(request=None, responses=MatchSerializer)
    @action(detail=True, methods=["post"])
    @once
    def want(self, request: Request, pk: int) -> Response:
        """Say that a suggestion for your need interests you, before a broker has decided. Its brokers see that; once
        one accepts, only the provider is asked, unless the offer has changed meanwhile."""
        if not wanting.want(self._seen(pk).match, by=request.user, door=Door.API):
            raise problems.Conflict
        return self.row(pk)

    @extend_schema(request=None, responses=MatchSerializer)
    @action(detail=True, methods=["post"])
    @once
    def unwant(self, request: Request, pk: int) -> Response:
        """Take that back, as long as no broker has decided."""
        if not wanting.unwant(self._seen(pk).match, by=request.user, door=Door.API):
            raise problems.Conflict
        return self.row(pk)

    def _ask(self, seen: Seen, side: str | None) -> Ask:
        asks = Ask.objects.answerable_by(self.request.user).filter(match=seen.pk)
        mine = list(asks.filter(side=side) if side else asks)
        if not mine:
            raise exceptions.PermissionDenied(_("Only people of the organisation that was asked can answer."))
        if len(mine) > 1:
            raise exceptions.ValidationError({"side": [_("You act for both sides: say for which you answer.")]})
        return mine[0]


router = routers.SimpleRouter(use_regex_path=False)
router.register("offers", OfferViewSet, basename="api-offer")
router.register("needs", NeedViewSet, basename="api-need")
router.register("matches", MatchViewSet, basename="api-match")
