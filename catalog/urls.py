"""Addresses where needs and offers are written. They are read at addresses of the upper package."""

from django.urls import path

from . import bulk_views, concept_views, import_views, views

urlpatterns = [
    path("needs/new/", views.need_new, name="need-new"),
    path("needs/<int:pk>/edit/", views.need_edit, name="need-edit"),
    path("needs/<int:pk>/publish/", views.need_publish, name="need-publish"),
    path("needs/<int:pk>/pause/", views.need_pause, name="need-pause"),
    path("needs/<int:pk>/close/", views.need_close, name="need-close"),
    path("needs/<int:pk>/concepts/", concept_views.need_concepts, name="need-concepts"),
    path("offers/<int:pk>/concepts/", concept_views.offer_concepts, name="offer-concepts"),
    path("words/<str:side>/", concept_views.words, name="words"),
    path("notes/<str:side>/", concept_views.notes, name="notes"),
    path("offers/new/", views.offer_new, name="offer-new"),
    path("offers/<int:pk>/edit/", views.offer_edit, name="offer-edit"),
    path("offers/<int:pk>/publish/", views.offer_publish, name="offer-publish"),
    path("offers/<int:pk>/pause/", views.offer_pause, name="offer-pause"),
    path("offers/<int:pk>/close/", views.offer_close, name="offer-close"),
    path("offers/change/", bulk_views.offer_bulk, name="offer-bulk"),
    path("offers/change/undo/", bulk_views.offer_bulk_undo, name="offer-bulk-undo"),
    path("needs/import/", import_views.need_import, name="need-import"),
    path("offers/import/", import_views.offer_import, name="offer-import"),
    path("imports/<int:pk>/", import_views.import_detail, name="import-detail"),
    path("imports/<int:pk>/columns/", import_views.import_columns, name="import-columns"),
    path("imports/<int:pk>/stop/", import_views.import_stop, name="import-stop"),
    path("imports/<int:pk>/problems/", import_views.import_problems, name="import-problems"),
]
