"""Addresses of the pages about people and organisations; signing up and in are allauth's."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from . import token_views, views


class AdmissionKind(StringConverter):
    regex = "|".join(views.ADMISSIONS)


register_converter(AdmissionKind, "admission")

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/tokens/", token_views.token_list, name="token-list"),
    path("tokens/<int:pk>/end/", token_views.token_end, name="token-end"),
    path("profile/brokership/ask/", views.brokership_ask, name="brokership-ask"),
    path("organisations/join/", views.organisation_join, name="organisation-join"),
    path("organisations/<int:pk>/", views.organisation, name="organisation"),
    path("organisations/<int:pk>/edit/", views.organisation_edit, name="organisation-edit"),
    path("organisations/<int:pk>/verify/", views.organisation_verify, name="organisation-verify"),
    path("organisations/<int:pk>/unverify/", views.organisation_unverify, name="organisation-unverify"),
    path("organisations/<int:pk>/cluster/ask/", views.cluster_ask, name="cluster-ask"),
    path("admissions/", views.admission_list, name="admission-list"),
    path("admissions/<admission:kind>/<int:pk>/approve/", views.admission_approve, name="admission-approve"),
    path("admissions/<admission:kind>/<int:pk>/decline/", views.admission_decline, name="admission-decline"),
    path("memberships/<int:pk>/end/", views.membership_end, name="membership-end"),
    path("memberships/<int:pk>/change/", views.membership_change, name="membership-change"),
]
