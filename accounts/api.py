"""Organisations over HTTP as JSON: those a person may see; whoever manages one changes what it tells of itself."""

import django_filters as filters
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from .codes import Country, OrganisationKind, SizeBand
from .forms import JOINABLE_KINDS, OrganisationForm
from .models import Organisation, Scope
from .rest.narrowing import Narrowing
from .rest.repeating import once
from .rest.resources import Listed, Resource, Retrieved
from .verification import evidence_of

RESTING = OpenApiExample(
    "No new introductions for some time", {"no_introductions_until": "2027-01-31"}, request_only=True
)


WORDS = ("name", "kind", "country", "region", "size", "languages", "website", "description")


class OrganisationSerializer(serializers.ModelSerializer):
    is_verified = serializers.BooleanField(help_text="Whether a broker vouches for it being who it says it is.")
    cluster = serializers.IntegerField(
        source="cluster.pk", allow_null=True, help_text="The number by which a cluster is asked to be let in."
    )

    class Meta:
        model = Organisation
        fields = ["id", *WORDS, "is_verified", "cluster"]
        extra_kwargs = {name: {"required": True} for name in fields}


class OwnWordsSerializer(serializers.ModelSerializer):
    """What an organisation tells of itself, with the rules of its form."""

    class Meta:
        model = Organisation
        fields = [*WORDS, "no_introductions_until"]
        extra_kwargs = {"kind": {"choices": JOINABLE_KINDS}}
        validators = []  # the form has words of its own for the constraint

    def save(self) -> Organisation:
        known = model_to_dict(self.instance, self.Meta.fields)
        form = OrganisationForm(known | self.validated_data, instance=self.instance)
        if not form.is_valid():
            raise serializers.ValidationError(form.errors)
        return form.save()


class EvidenceSerializer(serializers.Serializer):
    """What speaks for an organisation being who it says it is."""

    website = serializers.CharField()
    domain = serializers.CharField(help_text="That of the website; empty where anybody gets an address at it.")
    has_mail_there = serializers.BooleanField(help_text="Whether a member has confirmed an address at the domain.")
    verified_by = serializers.CharField(allow_null=True, help_text="The broker who vouches for it, if known.")
    verified_at = serializers.DateTimeField(allow_null=True)


class OrganisationFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=OrganisationKind.choices)
    country = filters.ChoiceFilter(choices=Country.choices)
    size = filters.ChoiceFilter(choices=SizeBand.choices)


class OrganisationViewSet(Listed, Retrieved, Resource):
    """Clusters, which everybody may know, and the organisations a person acts for or is the broker of."""

    queryset = Organisation.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = OrganisationSerializer
    filter_backends = [Narrowing]
    filterset_class = OrganisationFilter
    orderings = ("id", "name", "created_at")
    versioned_methods = ("PATCH",)
    scopes = {"verify": Scope.BROKER, "unverify": Scope.BROKER}

    def get_queryset(self) -> QuerySet:
        return Organisation.objects.visible_to(self.request.user).select_related("cluster")

    @extend_schema(request=OwnWordsSerializer(partial=True), responses=OrganisationSerializer, examples=[RESTING])
    @transaction.atomic
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what an organisation that you manage tells of itself, or when it takes introductions again."""
        self.get_object()  # 404 for what one may not even see
        managed = Organisation.objects.managed_by(request.user).select_for_update(of=("self",)).filter(pk=pk).first()
        if managed is None:
            raise exceptions.PermissionDenied
        self.check_version(pk, is_required=True)
        words = OwnWordsSerializer(managed, data=request.data, partial=True)
        words.is_valid(raise_exception=True)
        words.save()
        return self.row(pk)

    @extend_schema(responses=EvidenceSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def evidence(self, request: Request, pk: int) -> Response:
        """What a broker looks at before vouching for it; for its people and its brokers."""
        organisation = self.get_object()
        concerned = Organisation.objects.of(request.user) | Organisation.objects.managed_by(request.user)
        if not concerned.filter(pk=pk).exists():
            raise exceptions.PermissionDenied
        vouched = {name: getattr(organisation, name) for name in ("verified_by", "verified_at")}
        return Response(EvidenceSerializer(evidence_of(organisation)._asdict() | vouched).data)

    @extend_schema(request=None, responses=OrganisationSerializer)
    @action(detail=True, methods=["post"])
    @once
    def verify(self, request: Request, pk: int) -> Response:
        """Vouch for the organisation as a broker of its cluster: whoever sees its name sees the mark."""
        self._verifiable(pk).verify(by=request.user)
        return self.row(pk)

    @extend_schema(request=None, responses=OrganisationSerializer)
    @action(detail=True, methods=["post"])
    @once
    def unverify(self, request: Request, pk: int) -> Response:
        """Take the mark back."""
        self._verifiable(pk).unverify()
        return self.row(pk)

    def _verifiable(self, pk: int) -> Organisation:
        self.get_object()  # 404 for what one may not even see
        verifiable = Organisation.objects.verifiable_by(self.request.user).filter(pk=pk).first()
        if verifiable is None:
            raise exceptions.PermissionDenied
        return verifiable
