"""The API of version 1: what `catalog` offers, with what matches disclose; matches, decisions, answers; tokens."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework import exceptions, routers, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Door, User
from accounts.rest import problems
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved
from catalog import api as catalog_api

from . import introductions, reviewing
from .codes import Verdict
from .disclosure import needs_visible_to, offers_visible_to
from .filters import MatchFilter
from .models import Ask, Match
from .serializers import AnswerSerializer, ReviewSerializer, SeenSerializer
from .viewer import Seen, seen_by

DECIDE = {Verdict.ACCEPT: reviewing.accept, Verdict.REJECT: reviewing.reject, Verdict.PARK: reviewing.park}


class OfferViewSet(catalog_api.OfferViewSet):
    def visible(self) -> QuerySet:
        return offers_visible_to(self.request.user)


class NeedViewSet(catalog_api.NeedViewSet):
    def visible(self) -> QuerySet:
        return needs_visible_to(self.request.user)


class MatchViewSet(Listed, Retrieved, Resource):
    """Matches that the person may see; brokers review them, both sides answer."""

    queryset = Match.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = SeenSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = MatchFilter
    orderings = ("score", "id", "created_at")
    ordering = "-score"

    def get_queryset(self) -> QuerySet:
        return Match.objects.visible_to(self.request.user).with_documents()

    def told(self, rows: Iterable[Match]) -> list[dict[str, Any]]:
        return SeenSerializer(seen_by(self.request.user, rows), many=True).data

    def _seen(self, pk: int) -> Seen:
        """In the version the caller has read, if it says which; 404 for what one may not see."""
        seen = seen_by(self.request.user, self.get_queryset().filter(pk=pk))
        if not seen:
            raise Http404
        self.check_version(pk)
        return seen[0]

    @extend_schema(request=ReviewSerializer, responses=SeenSerializer)
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

    @extend_schema(request=AnswerSerializer, responses=SeenSerializer)
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

    def _ask(self, seen: Seen, side: str | None) -> Ask:
        asks = Ask.objects.answerable_by(self.request.user).filter(match=seen.pk)
        mine = list(asks.filter(side=side) if side else asks)
        if not mine:
            raise exceptions.PermissionDenied(_("Only people of the organisation that was asked can answer."))
        if len(mine) > 1:
            raise exceptions.ValidationError({"side": [_("You act for both sides: say for which you answer.")]})
        return mine[0]


class Credentials(serializers.Serializer):
    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, max_length=4096)


class MadeTokenSerializer(serializers.Serializer):
    token = serializers.CharField()
    expiry = serializers.DateTimeField()


class TokenView(APIView):
    """POST: a token for an address and its password, counted like signing in. DELETE: end the one that is used."""

    permission_classes = []
    authentication_classes = [TokenAuthentication]

    @extend_schema(request=Credentials, responses={201: MadeTokenSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        checked = Credentials(data=request.data)
        checked.is_valid(raise_exception=True)
        user = self._signed_in(**checked.validated_data)
        row, token = AuthToken.objects.create(user=user)
        self._forget_oldest(user)
        return Response({"token": token, "expiry": row.expiry}, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        if not isinstance(request.auth, AuthToken):
            raise exceptions.NotAuthenticated
        request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _signed_in(self, email: str, password: str) -> User:
        """Raises for wrong credentials, too many attempts and an address that is not confirmed."""
        user = get_adapter().authenticate(self.request._request, email=email.lower(), password=password)
        if user is None or not user.is_active:
            raise exceptions.AuthenticationFailed(_("Address and password do not belong together."))
        if not EmailAddress.objects.filter(user=user, verified=True).exists():
            raise exceptions.PermissionDenied(_("Confirm your address first: follow the link in our mail."))
        return user

    def _forget_oldest(self, user: User) -> None:
        tokens = AuthToken.objects.filter(user=user).order_by("-created")
        AuthToken.objects.filter(pk__in=list(tokens.values_list("pk", flat=True)[settings.API_TOKENS :])).delete()


router = routers.SimpleRouter(use_regex_path=False)
router.register("offers", OfferViewSet, basename="api-offer")
router.register("needs", NeedViewSet, basename="api-need")
router.register("matches", MatchViewSet, basename="api-match")
