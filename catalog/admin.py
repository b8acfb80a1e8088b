"""The administration of offers, needs and their files. Vectors and terms are never loaded for a page."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .models import Attachment, ClientText, Document, ImportJob, Need, Offer, Rewording
from .models.space import VECTOR_FIELDS
from .vocabulary_admin import ConceptAdmin, ConceptLabelAdmin, SchemeAdmin

__all__ = ["ConceptAdmin", "ConceptLabelAdmin", "SchemeAdmin"]  # registered by being imported


class DocumentAdmin(admin.ModelAdmin):
    """What another installation told of is only read here."""

    list_display = ["reference", "title", "organisation", "state", "visibility", "language", "valid_until"]
    list_filter = ["state", "visibility", "language", "stage"]
    search_fields = ["reference", "title", "organisation__name", "external_id"]
    list_select_related = ["organisation"]
    autocomplete_fields = ["organisation"]
    ordering = ["-pk"]
    show_full_result_count = False
    readonly_fields = [
        "reference", "author", "language_is_detected", "created_at", "updated_at", "published_at", "closed_at",
        "embedded_from", "embedded_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer(*VECTOR_FIELDS)

    def has_change_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.organisation.origin)


@admin.register(Offer)
class OfferAdmin(DocumentAdmin):
    pass


@admin.register(Need)
class NeedAdmin(DocumentAdmin):
    autocomplete_fields = ["organisation", "cluster"]


@admin.register(Attachment)
class AttachmentAdmin(admin.ModelAdmin):
    """Seen and deleted here; added on the pages, where they are cleaned."""

    list_display = ["name", "content_type", "size", "uploaded_by", "uploaded_at"]
    list_filter = ["content_type"]
    search_fields = ["name", "offer__reference", "need__reference"]
    list_select_related = ["uploaded_by"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = ["name", "content_type", "size", "offer", "need", "uploaded_by", "uploaded_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Attachment | None = None) -> bool:
        return False


@admin.register(ImportJob)
class ImportJobAdmin(admin.ModelAdmin):
    """How imports went, without what stood in the file; they are begun and stopped on the pages."""

    list_display = ["name", "kind", "organisation", "author", "state", "created", "updated", "rejected", "created_at"]
    list_filter = ["state", "kind"]
    search_fields = ["name", "organisation__name", "author__email"]
    list_select_related = ["organisation", "author"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = [
        "name", "kind", "organisation", "author", "state", "problem", "attempts", "rows_total", "rows_read",
        "created", "updated", "unchanged", "rejected", "created_at", "waiting_since", "ended_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("sample", "columns", "mapping")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportJob | None = None) -> bool:
        return False


@admin.register(ClientText)
class ClientTextAdmin(admin.ModelAdmin):
    """What became of texts for clients; asked, answered and forgotten by the rules only."""

    list_display = ["organisation", "kind", "broker", "state", "asked_at", "confirmed_at", "refused_at"]
    list_filter = ["kind"]
    search_fields = ["organisation__name", "broker__email", "need__reference", "offer__reference"]
    list_select_related = ["organisation", "broker"]
    ordering = ["-pk"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ClientText | None = None) -> bool:
        return False


@admin.register(Rewording)
class RewordingAdmin(admin.ModelAdmin):
    """Who proposed which change when, and what the author said; without the texts, which are on the page."""

    list_display = ["__str__", "proposed_by", "proposed_at", "is_accepted", "answered_by", "answered_at"]
    list_filter = ["is_accepted"]
    search_fields = ["need__reference", "offer__reference", "proposed_by__email"]
    list_select_related = ["need", "offer", "proposed_by", "answered_by"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = ["need", "offer", "proposed_by", "proposed_at", "is_accepted", "answered_by", "answered_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Rewording | None = None) -> bool:
        return False
