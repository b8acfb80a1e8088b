"""The code lists of the platform over HTTP: what a code means, in the language of the request."""

from django.db.models import Choices
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.codes import Country, Frequency, Language, OrganisationKind, SizeBand
from catalog.codes import (
    CostBand,
    Ecosystem,
    Facet,
    GreenAim,
    IprStatus,
    PartnerKind,
    PartnershipType,
    Stage,
    State,
    Visibility,
)

from .codes import Answer, MatchState, Reason, Side, Verdict

LISTS: dict[str, type[Choices]] = {
    "answers": Answer, "cost-bands": CostBand, "countries": Country, "ecosystems": Ecosystem, "facets": Facet,
    "frequencies": Frequency, "green-aims": GreenAim, "ipr-statuses": IprStatus, "languages": Language,
    "match-states": MatchState, "organisation-kinds": OrganisationKind, "partner-kinds": PartnerKind,
    "partnership-types": PartnershipType, "reasons": Reason, "sides": Side, "sizes": SizeBand, "stages": Stage,
    "states": State, "verdicts": Verdict, "visibilities": Visibility,
}  # fmt: skip


class CodeSerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()


class CodeListSerializer(serializers.Serializer):
    name = serializers.CharField()
    codes = CodeSerializer(many=True)


class CodeListsView(APIView):
    """All code lists."""

    permission_classes = []

    @extend_schema(operation_id="code_lists_list", responses=CodeListSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response([told(name) for name in LISTS])


class CodeListView(APIView):
    """One code list."""

    permission_classes = []

    @extend_schema(operation_id="code_lists_retrieve", responses=CodeListSerializer)
    def get(self, request: Request, name: str) -> Response:
        if name not in LISTS:
            raise exceptions.NotFound
        return Response(told(name))


def told(name: str) -> dict[str, object]:
    return {"name": name, "codes": [{"code": code, "label": str(label)} for code, label in LISTS[name].choices]}
