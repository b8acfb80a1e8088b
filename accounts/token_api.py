"""Tokens over HTTP as JSON: one for an address and its password, those there are, and ending them."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import PersonalToken, Scope, User
from .rest.tokens import TokenAuthentication

MOST_DAYS = 366


class WantedSerializer(serializers.Serializer):
    """Who wants it, and what it may do; without `scope` it only reads."""

    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, max_length=4096)
    name = serializers.CharField(max_length=80, default="", allow_blank=True)
    scope = serializers.ChoiceField(choices=Scope.choices, default=Scope.READ)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, required=False)

    def lasting(self) -> timedelta:
        days = self.validated_data.get("days")
        return timedelta(days=days) if days else settings.REST_KNOX["TOKEN_TTL"]


class TokenSerializer(serializers.ModelSerializer):
    """A token without its secret, which nobody can read again."""

    created_at = serializers.DateTimeField(source="token.created")
    expiry = serializers.DateTimeField(source="token.expiry")

    class Meta:
        model = PersonalToken
        fields = ["id", "name", "scope", "created_at", "expiry", "last_used_at"]
        extra_kwargs = {name: {"required": True} for name in ("name", "scope", "last_used_at")}


class MadeTokenSerializer(TokenSerializer):
    """The only answer in which the token itself is told."""

    token = serializers.CharField()

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]


class TokensView(APIView):
    """Tokens of whoever asks with one."""

    authentication_classes = [TokenAuthentication]
    scopes = {"post": Scope.READ, "delete": Scope.READ}

    def get_permissions(self) -> list[Any]:
        return [] if self.request.method == "POST" else [IsAuthenticated()]

    @extend_schema(operation_id="tokens_list", responses=TokenSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Those that work, the newest first."""
        return Response(TokenSerializer(PersonalToken.objects.of(request.user), many=True).data)

    @extend_schema(request=WantedSerializer, responses={201: MadeTokenSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        """One for an address and its password, counted like signing in. It ends with the password."""
        checked = WantedSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        given = dict(checked.validated_data)
        user = self._signed_in(given["email"], given["password"])
        made, secret = PersonalToken.objects.make(
            user, name=given["name"], scope=given["scope"], lasts=checked.lasting(), most=settings.API_TOKENS
        )
        return Response(TokenSerializer(made).data | {"token": secret}, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """End the one that is used."""
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


class TokenView(APIView):
    """One token."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="tokens_end", request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """End it: from now on programs that use it are refused."""
        get_object_or_404(PersonalToken.objects.of(request.user), pk=pk).token.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
