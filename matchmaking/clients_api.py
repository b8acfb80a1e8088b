"""Clients without an account over HTTP as JSON: brokers add them and ask them about the texts written for them.

Whoever is asked answers by the link in the mail and needs no program for it.
"""

from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import OrganisationSerializer
from accounts.clients import found_client
from accounts.codes import Country, SizeBand
from accounts.forms import JOINABLE_KINDS
from accounts.models import Cluster, Organisation, Scope
from accounts.rest.narrowing import Narrowing
from accounts.rest.problems import Conflict
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved
from catalog.clients import Contact, take_back
from catalog.codes import DocumentKind
from catalog.filters import NumberFilter
from catalog.models import ClientText
from catalog.models.client_text import ClientState

from . import clients
from .client_forms import ContactForm
from .clients import Followed

BAKERY = OpenApiExample(
    "A bakery", {"name": "Boulangerie Dupont", "country": "FR", "kind": "sme", "cluster": 1}, request_only=True
)
MARIE = OpenApiExample(
    "Who confirms it", {"name": "Marie Dupont", "email": "marie@firm.example", "language": "fr"}, request_only=True
)


class NewClientSerializer(serializers.Serializer):
    """An organisation of which nobody has an account, and which of one's clusters it joins."""

    name = serializers.CharField(max_length=200)
    country = serializers.ChoiceField(choices=Country.choices)
    kind = serializers.ChoiceField(choices=JOINABLE_KINDS, default="sme")
    size = serializers.ChoiceField(choices=SizeBand.choices, required=False, default="", allow_blank=True)
    cluster = serializers.PrimaryKeyRelatedField(queryset=Cluster.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "request" in self.context:  # without one it only describes itself
            self.fields["cluster"].queryset = Cluster.objects.brokered_by(self.context["request"].user)


class ClientViewSet(Listed, Retrieved, Resource):
    """Organisations of a broker's clusters of which nobody has an account. Needs and offers are written for them
    under `needs/` and `offers/`, with their number as `organisation`."""

    queryset = Organisation.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = OrganisationSerializer
    orderings = ("id", "name", "created_at")
    scopes = {"create": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        return Organisation.objects.clients_of(self.request.user).select_related("cluster")

    @extend_schema(request=NewClientSerializer, responses={201: OrganisationSerializer}, examples=[BAKERY])
    @once
    def create(self, request: Request) -> Response:
        """Add a client to one of your clusters."""
        if not Cluster.objects.brokered_by(request.user).exists():
            raise exceptions.PermissionDenied
        client = NewClientSerializer(data=request.data, context={"request": request})
        client.is_valid(raise_exception=True)
        facts = dict(client.validated_data)
        founded = found_client(facts.pop("cluster"), facts, by=request.user)
        return self.row(founded.pk, status.HTTP_201_CREATED)


# What they were asked


class ClientTextSerializer(serializers.Serializer):
    """Reads one `Followed`: a need or an offer that a client was asked about. Name and address of whom the mail went
    to are there while the question waits; `contact` said yes."""

    id = serializers.IntegerField(source="text.pk")
    kind = serializers.ChoiceField(choices=DocumentKind.choices, source="text.kind")
    document = serializers.IntegerField(
        source="document.pk",
        default=None,
        allow_null=True,
        help_text="The need or offer, where you may read it.",
    )
    organisation = serializers.IntegerField(source="text.organisation_id")
    state = serializers.ChoiceField(choices=ClientState.choices, source="text.state")
    name = serializers.CharField(source="text.name")
    email = serializers.CharField(source="text.email")
    is_unreachable = serializers.BooleanField(help_text="Whether mail to the address does not arrive.")
    language = serializers.CharField(source="text.language")
    contact = serializers.CharField(source="text.contact", allow_null=True)
    broker = serializers.CharField(source="text.broker", allow_null=True)
    asked_at = serializers.DateTimeField(source="text.asked_at")
    answered_at = serializers.DateTimeField(source="text.answered_at", allow_null=True)


class ClientTextFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=DocumentKind.choices)
    organisation = NumberFilter()


class ClientTextViewSet(Listed, Retrieved, Resource):
    """What clients without an account were asked, and what they said."""

    queryset = ClientText.objects.none()
    serializer_class = ClientTextSerializer
    filter_backends = [Narrowing]
    filterset_class = ClientTextFilter
    orderings = ("id", "asked_at")
    scopes = {"take_back": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        return ClientText.objects.visible_to(self.request.user).select_related("broker", "contact")

    def told(self, rows: Iterable[ClientText]) -> list[dict[str, Any]]:
        return ClientTextSerializer(clients.followed(self.request.user, list(rows)), many=True).data

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="take-back")
    @once
    def take_back(self, request: Request, pk: int) -> Response:
        """The link in the mail does nothing any more; the draft stays."""
        text = self.get_object()
        self.check_version(pk)
        if not take_back(text):
            raise Conflict
        return Response(status=status.HTTP_204_NO_CONTENT)


class ContactSerializer(serializers.Serializer):
    """Who speaks for the client, and in which language. The address is kept only if the answer is yes."""

    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254)
    language = serializers.ChoiceField(choices=ContactForm.base_fields["language"].choices)


class KnownContactSerializer(serializers.Serializer):
    """Who said yes for the client before; the names are empty where nobody did."""

    name = serializers.CharField()
    email = serializers.CharField()
    language = serializers.CharField()


class AsksClients:
    """Adds `{id}/ask-client/` to the resources of offers and needs."""

    @extend_schema(responses=KnownContactSerializer)
    @action(
        detail=True, url_path="ask-client", permission_classes=[IsAuthenticated], filter_backends=[],
        pagination_class=None,
    )  # fmt: skip
    def known_contact(self, request: Request, pk: int) -> Response:
        """Whom to ask about it: who confirmed a text for this client before."""
        document = self.editable().select_related("organisation").filter(pk=pk).first()
        if document is None:
            raise exceptions.NotFound
        if not clients.may_ask(document, request.user):
            raise exceptions.PermissionDenied
        return Response(clients.known_contact(document)._asdict())

    @extend_schema(request=ContactSerializer, responses={201: ClientTextSerializer}, examples=[MARIE])
    @known_contact.mapping.post
    @once
    def ask_client(self, request: Request, pk: int) -> Response:
        """Ask the client by mail whether the draft may be published: it is as soon as the answer is yes."""
        document, contact = self._to_change(pk), ContactSerializer(data=request.data)
        contact.is_valid(raise_exception=True)
        text = clients.ask(document, Contact(**contact.validated_data), by=request.user)
        told = ClientTextSerializer(Followed(text, document, is_unreachable=False)).data
        headers = {"Location": reverse("api-client-text-detail", args=[text.pk])}
        return Response(told, status=status.HTTP_201_CREATED, headers=headers)
