"""The administration of vocabularies. What comes from files is read only; names can be added and switched off."""

from typing import Any

from django.contrib import admin
from django.db.models import Field, QuerySet
from django.forms import ChoiceField, ModelForm
from django.http import HttpRequest

from accounts.codes import Language

from .codes import LabelSource
from .models import Concept, ConceptLabel, NeedConcept, OfferConcept, Scheme
from .vocabulary_editing import add_name, delete_name, switch_off
from .vocabulary_files import Name


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Scheme)
class SchemeAdmin(ReadOnly):
    list_display = ["title", "identifier", "revision", "changed_at"]


@admin.register(Concept)
class ConceptAdmin(ReadOnly):
    list_display = ["identifier", "scheme", "facet", "state"]
    list_filter = ["scheme", "facet", "state"]
    search_fields = ["identifier", "labels__text"]
    list_select_related = ["scheme"]
    show_full_result_count = False
    fields = ["scheme", "identifier", "facet", "green_aims", "definition", "broader", "related", "state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).without_vectors()


@admin.register(ConceptLabel)
class ConceptLabelAdmin(admin.ModelAdmin):
    """Added by the rules of `vocabulary_editing.py`; of one that is there only whether it counts can be changed."""

    list_display = ["text", "language", "kind", "source", "is_active", "concept"]
    list_filter = ["source", "kind", "language", "is_active"]
    search_fields = ["text", "concept__identifier"]
    list_select_related = ["concept"]
    autocomplete_fields = ["concept"]
    show_full_result_count = False
    fields = ["concept", "language", "text", "kind", "is_active"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).without_vectors()

    def get_readonly_fields(self, request: HttpRequest, obj: ConceptLabel | None = None) -> list[str]:
        return ["concept", "language", "text", "kind"] if obj else ["is_active"]

    def save_model(self, request: HttpRequest, obj: ConceptLabel, form: ModelForm, change: bool) -> None:
        if change and not obj.is_active:
            switch_off(obj)
            return
        made = add_name(obj.concept, Name(obj.language, obj.text, obj.kind))
        obj.pk, obj.source = made.pk, made.source

    def delete_model(self, request: HttpRequest, obj: ConceptLabel) -> None:
        delete_name(obj)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "language":
            return ChoiceField(label=db_field.verbose_name, choices=Language.choices)
        return super().formfield_for_dbfield(db_field, request, **options)

    def has_delete_permission(self, request: HttpRequest, obj: ConceptLabel | None = None) -> bool:
        return obj is not None and obj.source in (LabelSource.BROKER, LabelSource.LEARNT)


class ConceptUseAdmin(ReadOnly):
    """Without the texts: who may see those is decided on the pages of the documents."""

    list_display = ["document_id", "concept", "weight", "found_by", "state", "decided_at"]
    list_filter = ["state", "found_by"]
    search_fields = ["concept__identifier"]
    list_select_related = ["concept"]
    show_full_result_count = False
    fields = ["concept", "weight", "found_by", "state", "decided_by", "decided_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("embedding", "concept__embedding")


admin.site.register([NeedConcept, OfferConcept], ConceptUseAdmin)
