"""Who a token belongs to, and whether its scope allows what is asked: checked before any view sees the request.

A view may name in `scopes` what its actions (or methods) need; else reading needs `read` and all the rest `write`.
"""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from ..models import PersonalToken, Scope, User


class TokenAuthentication(KnoxAuthentication):
    """`Authorization: Token …`; one query, whatever the number of tokens."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        found = super().authenticate(request)
        if found is not None:
            personal = personal_of(found[1])
            check_scope(Scope(personal.scope), needed(request.parser_context["view"], request.method))
            personal.note_use()
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        if not token.isascii():
            raise AuthenticationFailed
        known = AuthToken.objects.filter(digest=hash_token(token.decode()), expiry__gt=timezone.now())
        row = known.select_related("user", "personal").first()
        if row is None:
            raise AuthenticationFailed("This token has ended or never existed.")
        return self.validate_user(row)


def personal_of(token: AuthToken) -> PersonalToken:
    """One without a scope of its own only reads."""
    return token.personal if hasattr(token, "personal") else PersonalToken(scope=Scope.READ, token=token)


def needed(view: Any, method: str) -> Scope:
    name = getattr(view, "action", None) or method.lower()
    usual = Scope.READ if method in SAFE_METHODS else Scope.WRITE
    return getattr(view, "scopes", {}).get(name, usual)


def check_scope(given: Scope, wanted: Scope) -> None:
    if not given.includes(wanted):
        raise PermissionDenied(f"This needs a token with the scope “{wanted}”; yours has “{given}”.")


def check_token(request: Request, wanted: Scope) -> None:
    """For what needs more than the usual scope of its address; whoever is signed in without a token may."""
    if request.auth is not None:
        check_scope(Scope(personal_of(request.auth).scope), wanted)


class TokenScheme(OpenApiAuthenticationExtension):
    """How the description of the API words it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        words = "`Token …`, with a token made under “Access for programs” or with `POST /api/v1/tokens/`."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": words}
