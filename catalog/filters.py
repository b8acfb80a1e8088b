"""By what lists of offers and needs are narrowed over the API: what a teaser tells, or what is one's own."""

from datetime import UTC, datetime

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from accounts.codes import Country, Language, OrganisationKind, SizeBand

from .codes import CostBand, Disclosure, Ecosystem, Goal, IprStatus, PartnershipType, Stage, State


@extend_schema_field(OpenApiTypes.INT)
class NumberFilter(filters.Filter):
    """A whole number, as primary keys are."""

    field_class = forms.IntegerField

    def __init__(self, *args: object, max_value: int = 2**31 - 1, **kwargs: object) -> None:
        super().__init__(*args, min_value=1, max_value=max_value, **kwargs)


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentFilter(filters.IsoDateTimeFilter):
    """A moment, brought to UTC: PostgreSQL knows fewer offsets than ISO 8601."""

    def filter(self, rows: QuerySet, value: datetime | None) -> QuerySet:
        try:
            return super().filter(rows, value.astimezone(UTC) if value else value)
        except OverflowError as error:
            raise ValidationError({self.field_name: ["This moment is out of range."]}) from error


class DocumentFilter(filters.FilterSet):
    mine = filters.BooleanFilter(method="those_of_mine", label="Only those you may change.")
    state = filters.ChoiceFilter(choices=State.choices)
    language = filters.ChoiceFilter(choices=Language.choices)
    country = filters.ChoiceFilter("organisation__country", choices=Country.choices)
    kind = filters.ChoiceFilter("organisation__kind", choices=OrganisationKind.choices)
    size = filters.ChoiceFilter("organisation__size", choices=SizeBand.choices)
    ecosystem = filters.ChoiceFilter("ecosystems", choices=Ecosystem.choices, method="those_with")
    partnership_type = filters.ChoiceFilter("partnership_types", choices=PartnershipType.choices, method="those_with")
    sdg = filters.TypedChoiceFilter("sdgs", choices=Goal.choices, coerce=int, method="those_with")
    stage = filters.ChoiceFilter(choices=Stage.choices)
    ipr_status = filters.ChoiceFilter(choices=IprStatus.choices)
    published_after = MomentFilter("published_at", "gte")
    published_before = MomentFilter("published_at", "lt")
    updated_after = MomentFilter("updated_at", "gte")
    updated_before = MomentFilter("updated_at", "lt")
    organisation = NumberFilter(method="those_of", label="Of this organisation, where its name may be known.")
    external_id = filters.CharFilter(method="those_called", label="Among those you may change.", max_length=100)

    def those_of_mine(self, documents: QuerySet, name: str, value: bool) -> QuerySet:
        user = self.request.user
        mine = documents.model.objects
        mine = mine.editable_by(user) if user.is_authenticated else mine.none()
        return documents.filter(pk__in=mine.values("pk")) if value else documents.exclude(pk__in=mine.values("pk"))

    def those_with(self, documents: QuerySet, name: str, value: str | int) -> QuerySet:
        return documents.filter(**{f"{name}__contains": [value]})

    def those_of(self, documents: QuerySet, name: str, value: int) -> QuerySet:
        return documents.filter(disclosure=Disclosure.FULL, organisation=value)

    def those_called(self, documents: QuerySet, name: str, value: str) -> QuerySet:
        return self.those_of_mine(documents, name, True).filter(external_id=value)


class OfferFilter(DocumentFilter):
    cost_band = filters.ChoiceFilter(choices=CostBand.choices)


class NeedFilter(DocumentFilter):
    budget_band = filters.ChoiceFilter(choices=CostBand.choices)
    deadline_before = filters.DateFilter("deadline", "lt")
