"""Lists narrowed by what is asked for in the address."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request


class Narrowing(DjangoFilterBackend):
    """By the view's `filterset_class`. Where none of its names is asked for, it is not made: its form took a sixth of
    the time of a whole list."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        if request.query_params.keys().isdisjoint(view.filterset_class.base_filters):
            return queryset
        return super().filter_queryset(request, queryset, view)
