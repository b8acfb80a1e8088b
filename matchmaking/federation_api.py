"""What another installation reads here: the feed of changes, of offers and needs of this installation only.

Its key opens this door and no other. It sees what a broker of a linked cluster sees: public texts whole, of others
the teaser; of the network's only those in a cluster that is linked with it. No vector is given: whoever keeps a text
makes one from what was told.
"""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User

from . import changes
from .changes_api import ChangesView
from .models import Change, Peer

SCHEME = "Peer"
OF_DOCUMENTS = (Change.Kind.OFFER.value, Change.Kind.NEED.value)


class PeerAuthentication(BaseAuthentication):
    """`Authorization: Peer …`"""

    def authenticate(self, request: Request) -> tuple[User, Peer] | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != SCHEME:
            return None
        peer = Peer.objects.known_by(key.strip())
        if peer is None:
            raise exceptions.AuthenticationFailed
        return peer.account, peer

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class FederationView(ChangesView):
    """The feed for linked installations."""

    authentication_classes = [PeerAuthentication]
    permission_classes = [IsAuthenticated]
    kinds = OF_DOCUMENTS

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return super().get(request)

    def told(self, entries: Sequence[changes.Entry]) -> list[dict[str, Any]]:
        """Nothing that came from another installation: who wants that asks there."""
        own = [entry for entry in entries if entry.record is None or not entry.record.origin]
        return [row | _visibility(entry) for row, entry in zip(super().told(own), own, strict=True)]


def _visibility(entry: changes.Entry) -> dict[str, str]:
    return {"visibility": entry.record.visibility if entry.record else ""}
