"""Organisations over HTTP as JSON: those a person may see, read only. They are changed on the pages."""

import django_filters as filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers

from .codes import Country, OrganisationKind, SizeBand
from .models import Organisation
from .rest.resources import Listed, Resource, Retrieved


class OrganisationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Organisation
        fields = ["id", "name", "kind", "country", "region", "size", "languages", "website", "description"]
        extra_kwargs = {name: {"required": True} for name in fields}


class OrganisationFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=OrganisationKind.choices)
    country = filters.ChoiceFilter(choices=Country.choices)
    size = filters.ChoiceFilter(choices=SizeBand.choices)


class OrganisationViewSet(Listed, Retrieved, Resource):
    """Clusters, which everybody may know, and the organisations a person acts for or is the broker of."""

    queryset = Organisation.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = OrganisationSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = OrganisationFilter
    orderings = ("id", "name", "created_at")

    def get_queryset(self) -> QuerySet:
        return Organisation.objects.visible_to(self.request.user)
