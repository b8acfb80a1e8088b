"""Figures over HTTP as JSON: what a broker's clusters did in a period, and what a provider's catalogue meets."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Concept
from catalog.presenting import Shown
from catalog.serializers import ShownNeedSerializer

from .catalogue import Catalogue, declines, fared, gaps, servable
from .charts import Chart
from .demand import names_of
from .diversity import gini
from .exposure import by_size, exposures_for
from .overview_charts import PERIODS, OverviewFilter, charts_of
from .site import ForBrokers
from .views.catalogues import SHOWN, CatalogueFilter

REASONS = OpenApiExample(
    "Reasons for a no",
    {
        "figures": [
            {
                "name": "reasons",
                "title": "Reasons for a no",
                "text": "Said in this period.",
                "head": ["Reason", "Brokers", "Sides asked", "After an introduction", "in all"],
                "rows": [["too expensive", 2, 1, 0, 3]],
            }
        ]
    },
    response_only=True,
)


class FigureSerializer(serializers.Serializer):
    """One chart of the page as its table: the first column names what the others count."""

    name = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    head = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.JSONField()))

    def to_representation(self, chart: Chart) -> dict[str, Any]:
        rows = [[cell if isinstance(cell, int) else str(cell) for cell in row] for row in chart.rows]
        words = {name: str(getattr(chart, name)) for name in ("name", "title", "text")}
        return words | {"head": [str(column) for column in chart.head], "rows": rows}


class FiguresSerializer(serializers.Serializer):
    """The charts of the page, in its order."""

    figures = FigureSerializer(many=True)


class OverviewView(APIView):
    """What happened in the clusters of a broker: from proposal to agreement, waiting, reasons, unmet needs."""

    permission_classes = [ForBrokers]
    problems = ("not_found",)
    PERIOD = OpenApiParameter("period", str, enum=[code for code, _words in PERIODS], default=PERIODS[0][0])
    CLUSTER = OpenApiParameter("cluster", int, description="One of the broker's clusters; all without.")

    @extend_schema(parameters=[PERIOD, CLUSTER], responses=FiguresSerializer, examples=[REASONS])
    def get(self, request: Request) -> Response:
        wishes = OverviewFilter(request.query_params, user=request.user)
        figures = [FigureSerializer().to_representation(chart) for chart in charts_of(wishes.scope())]
        return Response({"figures": figures})


class ExposureSerializer(serializers.Serializer):
    """How often the offers of a provider, or of all providers of a size, were proposed, accepted by a broker, and
    introduced; `size` is a code, empty where it is not known."""

    name = serializers.CharField()
    size = serializers.CharField()
    providers = serializers.IntegerField()
    offers = serializers.IntegerField(help_text="Open ones.")
    proposed = serializers.IntegerField()
    accepted = serializers.IntegerField()
    introduced = serializers.IntegerField()


class ExposuresSerializer(serializers.Serializer):
    """Providers, most often proposed first; sizes, the smallest first; `gini` is 0 where all are proposed alike."""

    providers = ExposureSerializer(many=True)
    sizes = ExposureSerializer(many=True)
    gini = serializers.FloatField()


class ExposureView(APIView):
    """How evenly the providers of a broker's clusters are proposed."""

    permission_classes = [ForBrokers]

    @extend_schema(responses=ExposuresSerializer)
    def get(self, request: Request) -> Response:
        rows = exposures_for(request.user)
        told = {"providers": [row._asdict() for row in rows], "sizes": [row._asdict() for row in by_size(rows)]}
        return Response(told | {"gini": gini([row.proposed for row in rows])})


class ServableSerializer(serializers.Serializer):
    """A need that one of the catalogue's offers could serve."""

    need = ShownNeedSerializer()
    offer = serializers.IntegerField()


class GapSerializer(serializers.Serializer):
    """A concept that needs speak of and no offer of the catalogue; `near` if it is one step from what is offered."""

    concept = serializers.IntegerField()
    label = serializers.CharField()
    needs = serializers.IntegerField()
    others = serializers.IntegerField(help_text="Open offers of others about it.")
    near = serializers.BooleanField()


class FaredSerializer(serializers.Serializer):
    """How often an offer was opened by others, proposed, accepted by a broker, wanted by the company, introduced."""

    title = serializers.CharField()
    opened = serializers.IntegerField()
    proposed = serializers.IntegerField()
    accepted = serializers.IntegerField()
    wanted = serializers.IntegerField()
    introduced = serializers.IntegerField()


class DeclinesSerializer(serializers.Serializer):
    """In a quarter, how often companies gave which reason for a no."""

    quarter = serializers.DateTimeField()
    reasons = serializers.DictField(child=serializers.IntegerField())


class DemandSerializer(serializers.Serializer):
    """What a catalogue meets; lists are empty for whoever writes for no organisation."""

    servable = ServableSerializer(many=True)
    gaps = GapSerializer(many=True)
    offers = FaredSerializer(many=True)
    declines = DeclinesSerializer(many=True)


class DemandView(APIView):
    """What is asked for beside the offers of one's organisations, as far as one may see it."""

    ORGANISATION = OpenApiParameter("organisation", int, description="One of those you write for; all without.")

    @extend_schema(parameters=[ORGANISATION], responses=DemandSerializer)
    def get(self, request: Request) -> Response:
        catalogue = CatalogueFilter(request.query_params, user=request.user).catalogue()
        nothing: dict[str, list] = {"servable": [], "gaps": [], "offers": [], "declines": []}
        return Response(told(catalogue) if catalogue.organisations else nothing)


def told(catalogue: Catalogue) -> dict[str, list[dict[str, Any]]]:
    reader, missing = ShownNeedSerializer(context={"editable": {}}), gaps(catalogue, SHOWN)
    names, served = names_of(missing), servable(catalogue, SHOWN)
    return {
        "servable": [{"need": reader.to_representation(Shown(need)), "offer": need.offer} for need in served],
        "gaps": [counted(concept, names[concept.pk]) for concept in missing],
        "offers": [one._asdict() for one in fared(catalogue, SHOWN)],
        "declines": [{"quarter": quarter, "reasons": counts} for quarter, counts in declines(catalogue).items()],
    }


def counted(concept: Concept, label: str) -> dict[str, Any]:
    counts = {"needs": concept.needs, "others": concept.others or 0, "near": concept.near}
    return {"concept": concept.pk, "label": label} | counts
