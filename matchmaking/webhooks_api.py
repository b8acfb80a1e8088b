"""Webhooks over HTTP: brokers register addresses for their clusters, see what was given up, and send it again."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Cluster, Scope
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved

from .models import Delivery, Webhook, WebhookEvent
from .outgoing import Forbidden, target_of


class WebhookSerializer(serializers.ModelSerializer):
    events = serializers.ListField(child=serializers.ChoiceField(choices=WebhookEvent.choices), allow_empty=False)
    cluster = serializers.PrimaryKeyRelatedField(queryset=Cluster.objects.none())

    class Meta:
        model = Webhook
        fields = ["id", "cluster", "url", "events", "created_at", "ended_at"]
        read_only_fields = ["id", "created_at", "ended_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "request" in self.context:  # without one it only describes itself
            self.fields["cluster"].queryset = Cluster.objects.run_by(self.context["request"].user)

    def validate_url(self, url: str) -> str:
        try:
            target_of(url)
        except Forbidden as error:
            raise serializers.ValidationError(_("Only https addresses can be told.")) from error
        return url


class SecretSerializer(serializers.Serializer):
    secret = serializers.CharField(help_text="With which each delivery is signed.")


class MadeWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(
        required=False, help_text="Told when it is made; not where the same request comes again."
    )

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class DeliverySerializer(serializers.ModelSerializer):
    class Meta:
        model = Delivery
        fields = ["id", "event", "match", "state", "attempts", "happened_at", "not_before", "settled_at", "error"]


class ReplayedSerializer(serializers.Serializer):
    replayed = serializers.IntegerField()


class WebhookViewSet(Listed, Retrieved, Resource):
    """DELETE ends one; what was told stays in its list of deliveries."""

    queryset = Webhook.objects.none()  # for the description; `get_queryset` says what is read
    permission_classes = [IsAuthenticated]
    serializer_class = WebhookSerializer
    scopes = dict.fromkeys(("create", "destroy", "replay", "secret"), Scope.BROKER)

    def get_queryset(self) -> QuerySet:
        return Webhook.objects.manageable_by(self.request.user)

    @extend_schema(responses={201: MadeWebhookSerializer})
    @once
    def create(self, request: Request) -> Response:
        checked = self.get_serializer(data=request.data)
        checked.is_valid(raise_exception=True)
        made = checked.save(owner=request.user)
        response = self.row(made.pk, status.HTTP_201_CREATED)
        response.data |= {"secret": made.secret}
        return response

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        self.get_queryset().filter(pk=self.get_object().pk).end()
        return Response(status=204)

    @extend_schema(request=None, responses=SecretSerializer)
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, pk: int) -> Response:
        """Tell once more what its deliveries are signed with."""
        return Response({"secret": self.get_object().secret})

    @extend_schema(
        responses=DeliverySerializer(many=True),
        parameters=[OpenApiParameter("state", str), OpenApiParameter("fields", exclude=True)],
    )
    @action(detail=True)
    def deliveries(self, request: Request, pk: int) -> Response:
        """Newest first; `?state=dead` for what was given up."""
        found = self.get_object().deliveries.all()
        if state := request.query_params.get("state"):
            found = found.filter(state=state)
        return self.get_paginated_response(DeliverySerializer(self.paginate_queryset(found), many=True).data)

    @extend_schema(request=None, responses=ReplayedSerializer)
    @action(detail=True, methods=["post"])
    @once
    def replay(self, request: Request, pk: int) -> Response:
        """Send everything again that was given up."""
        return Response({"replayed": self.get_object().deliveries.replay()})
