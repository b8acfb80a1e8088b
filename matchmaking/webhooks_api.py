"""Webhooks over HTTP: brokers register addresses for their clusters, see what was given up, and send it again."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Cluster
from catalog.api import Page, Parser

from .models import Delivery, Webhook, WebhookEvent
from .outgoing import Forbidden, target_of


class WebhookSerializer(serializers.ModelSerializer):
    events = serializers.ListField(child=serializers.ChoiceField(choices=WebhookEvent.choices), allow_empty=False)
    cluster = serializers.PrimaryKeyRelatedField(queryset=Cluster.objects.none())

    class Meta:
        model = Webhook
        fields = ["id", "cluster", "url", "events", "secret", "created_at", "ended_at"]
        read_only_fields = ["id", "secret", "created_at", "ended_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cluster"].queryset = Cluster.objects.run_by(self.context["request"].user)

    def validate_url(self, url: str) -> str:
        try:
            target_of(url)
        except Forbidden as error:
            raise serializers.ValidationError(_("Only https addresses can be told.")) from error
        return url


class DeliverySerializer(serializers.ModelSerializer):
    class Meta:
        model = Delivery
        fields = ["id", "event", "match", "state", "attempts", "happened_at", "not_before", "settled_at", "error"]


class WebhookViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet
):
    """DELETE ends one; what was told stays in its list of deliveries."""

    permission_classes = [IsAuthenticated]
    pagination_class = Page
    parser_classes = [Parser]
    serializer_class = WebhookSerializer

    def get_queryset(self) -> QuerySet:
        return Webhook.objects.manageable_by(self.request.user).order_by("pk")

    def perform_create(self, serializer: WebhookSerializer) -> None:
        serializer.save(owner=self.request.user)

    def destroy(self, request: Request, pk: int) -> Response:
        self.get_queryset().filter(pk=self.get_object().pk).end()
        return Response(status=204)

    @action(detail=True)
    def deliveries(self, request: Request, pk: int) -> Response:
        """Newest first; `?state=dead` for what was given up."""
        found = self.get_object().deliveries.order_by("-pk")
        if state := request.query_params.get("state"):
            found = found.filter(state=state)
        return self.get_paginated_response(DeliverySerializer(self.paginate_queryset(found), many=True).data)

    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: int) -> Response:
        """Send everything again that was given up."""
        return Response({"replayed": self.get_object().deliveries.replay()})
