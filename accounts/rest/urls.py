"""Addresses that describe the API, and the answer at those that do not exist."""

from django.urls import path

from .docs import DocsView, SchemaView
from .errors import NowhereView, ProblemView

urlpatterns = [
    path("v1/schema/", SchemaView.as_view(), name="api-schema"),
    path("v1/docs/", DocsView.as_view(), name="api-docs"),
    path("v1/problems/<str:code>/", ProblemView.as_view(), name="api-problem"),
    path("", NowhereView.as_view()),
    path("<path:rest>", NowhereView.as_view()),
]
