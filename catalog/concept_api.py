"""The vocabulary over HTTP as JSON: concepts in use, with what they are called in each language."""

import django_filters as filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from accounts.rest.narrowing import Narrowing
from accounts.rest.resources import Listed, Resource, Retrieved

from .codes import Facet
from .models.concept import Concept, ConceptLabel


class LabelSerializer(serializers.ModelSerializer):
    class Meta:
        model = ConceptLabel
        fields = ["language", "text", "kind"]
        extra_kwargs = {"kind": {"required": True}}


class ConceptSerializer(serializers.ModelSerializer):
    scheme = serializers.CharField(source="scheme.identifier")
    labels = LabelSerializer(many=True, source="active_labels")

    class Meta:
        model = Concept
        fields = ["id", "scheme", "identifier", "facet", "green_aims", "definition", "definition_language", "labels"]
        extra_kwargs = {name: {"required": True} for name in ("facet", "green_aims", "definition")} | {
            "definition_language": {"required": True}
        }


class ConceptFilter(filters.FilterSet):
    scheme = filters.CharFilter("scheme__identifier", max_length=300)
    facet = filters.ChoiceFilter(choices=Facet.choices)
    text = filters.CharFilter(method="those_called", max_length=100, label="In any of its names, in any language.")

    def those_called(self, concepts: QuerySet[Concept], name: str, value: str) -> QuerySet[Concept]:
        named = ConceptLabel.objects.told().filter(text__icontains=value)
        return concepts.filter(pk__in=named.values("concept"))


class ConceptViewSet(Listed, Retrieved, Resource):
    """Concepts of all vocabularies that are in use here."""

    queryset = Concept.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = ConceptSerializer
    filter_backends = [Narrowing]
    filterset_class = ConceptFilter
    ordering = "id"

    def get_queryset(self) -> QuerySet:
        labels = ConceptLabel.objects.told().without_vectors().order_by("pk")
        concepts = Concept.objects.active().without_vectors().select_related("scheme")
        return concepts.prefetch_related(Prefetch("labels", labels, to_attr="active_labels"))
