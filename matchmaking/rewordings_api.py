"""Changes of texts over HTTP as JSON: a broker proposes one, whoever acts for its author says yes or no."""

from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Door, Organisation, Scope
from accounts.rest.narrowing import Narrowing
from accounts.rest.problems import Conflict
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved
from catalog.codes import DocumentKind
from catalog.filters import NumberFilter
from catalog.models import Need, Offer, Rewording
from catalog.models.document import TEXT_FIELDS
from catalog.models.rewording import RewordingState
from catalog.rewording import REWORDED, is_of_others, take_back

from . import rewordings

FIGURE = OpenApiExample(
    "A figure instead of a share",
    {"description": "We throw away 40 kg of dough every evening.", "note": "A figure is easier to match."},
    request_only=True,
)
ONLY_NEEDS = sorted({*REWORDED[Need]} - {*REWORDED[Offer]})


class RewordSerializer(serializers.ModelSerializer):
    """The texts that shall change, each as a whole; all others stay. Offers have no `expertise_sought`."""

    note = serializers.CharField(
        max_length=500, required=False, default="", allow_blank=True, help_text="Why; the author reads it."
    )

    class Meta:
        model = Need
        fields = [*TEXT_FIELDS, "note"]
        extra_kwargs = {name: {"required": False} for name in TEXT_FIELDS}

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if self.context["model"] is Offer and data.keys() & set(ONLY_NEEDS):
            raise serializers.ValidationError({name: ["Offers have no such text."] for name in ONLY_NEEDS})
        return data


class RewordingSerializer(serializers.Serializer):
    """A proposed change: the texts as they would be, and what its author said to it."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=DocumentKind.choices, source="document._meta.model_name")
    document = serializers.IntegerField(source="document.pk")
    state = serializers.ChoiceField(choices=RewordingState.choices)
    texts = serializers.DictField(child=serializers.CharField())
    note = serializers.CharField()
    proposed_by = serializers.CharField(allow_null=True)
    proposed_at = serializers.DateTimeField()
    answered_by = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    may_answer = serializers.SerializerMethodField()

    def get_may_answer(self, proposed: Rewording) -> bool:
        is_own = proposed.document.organisation_id in self.context["own"]
        return is_own and proposed.state == RewordingState.WAITING


class AuthorSaidSerializer(serializers.Serializer):
    """What whoever acts for its author says."""

    accept = serializers.BooleanField()


class RewordingFilter(filters.FilterSet):
    need = NumberFilter()
    offer = NumberFilter()
    is_answered = filters.BooleanFilter("answered_at", "isnull", exclude=True)


class RewordingViewSet(Listed, Retrieved, Resource):
    """Changes of the texts that one takes care of: one's own organisation's, and those of a broker's clients."""

    queryset = Rewording.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = RewordingSerializer
    filter_backends = [Narrowing]
    filterset_class = RewordingFilter
    orderings = ("id", "proposed_at")
    scopes = {"take_back": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        return Rewording.objects.editable_by(self.request.user).with_documents()

    def told(self, rows: Iterable[Rewording]) -> list[dict[str, Any]]:
        own = set(Organisation.objects.of(self.request.user).values_list("pk", flat=True))
        return RewordingSerializer(list(rows), many=True, context={"own": own}).data

    @extend_schema(request=AuthorSaidSerializer, responses=RewordingSerializer)
    @action(detail=True, methods=["post"])
    @once
    def answer(self, request: Request, pk: int) -> Response:
        """{"accept": true} changes the text as proposed, {"accept": false} leaves it."""
        proposed, said = self.get_object(), AuthorSaidSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        self.check_version(pk)
        if not rewordings.is_author(proposed, request.user):
            raise exceptions.PermissionDenied
        answer = "yes" if said.validated_data["accept"] else "no"
        if not rewordings.answer(proposed, answer, by=request.user, door=Door.API):
            raise Conflict
        return self.row(pk)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="take-back")
    @once
    def take_back(self, request: Request, pk: int) -> Response:
        """The author is not asked any more."""
        proposed = self.get_object()
        self.check_version(pk)
        if not is_of_others(proposed.document, request.user):
            raise exceptions.PermissionDenied
        if not take_back(proposed):
            raise Conflict
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProposesRewordings:
    """Adds `{id}/reword/` to the resources of offers and needs."""

    @extend_schema(request=RewordSerializer, responses={201: RewordingSerializer}, examples=[FIGURE])
    @action(detail=True, methods=["post"])
    @once
    def reword(self, request: Request, pk: int) -> Response:
        """Propose other words to the author of a text that you take care of as a broker; nothing changes before a
        yes. With `If-Match` only for the version that you have read."""
        document = self._to_change(pk)
        wanted = RewordSerializer(data=request.data, context={"model": type(document)})
        wanted.is_valid(raise_exception=True)
        texts = dict(wanted.validated_data)
        proposed = rewordings.propose(document, texts, by=request.user, note=texts.pop("note"))
        told = RewordingSerializer(proposed, context={"own": set()}).data
        headers = {"Location": reverse("api-rewording-detail", args=[proposed.pk])}
        return Response(told, status=status.HTTP_201_CREATED, headers=headers)
