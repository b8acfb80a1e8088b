"""Clusters over HTTP as JSON: those that one can ask to be let into, by the numbers that other addresses take."""

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers

from .codes import Country
from .models import Cluster
from .rest.narrowing import Narrowing
from .rest.resources import Listed, Resource, Retrieved

NORTE = OpenApiExample(
    "A cluster", {"id": 2, "slug": "norte", "name": "Cluster Norte", "organisation": 9, "country": "PT"}
)


class ClusterSerializer(serializers.ModelSerializer):
    """Its name and country are those of its organisation; `slug` stands in the address of its widget."""

    name = serializers.CharField(source="organisation.name")
    country = serializers.ChoiceField(source="organisation.country", choices=Country.choices)

    class Meta:
        model = Cluster
        fields = ["id", "slug", "name", "organisation", "country"]
        read_only_fields = fields


class ClusterFilter(filters.FilterSet):
    country = filters.ChoiceFilter("organisation__country", choices=Country.choices)


@extend_schema_view(retrieve=extend_schema(examples=[NORTE]))
class ClusterViewSet(Listed, Retrieved, Resource):
    """Clusters of this installation, which everybody may know."""

    queryset = Cluster.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = ClusterSerializer
    permission_classes = []
    filter_backends = [Narrowing]
    filterset_class = ClusterFilter
    ordering = "id"

    def get_queryset(self) -> QuerySet:
        return Cluster.objects.local().select_related("organisation")
