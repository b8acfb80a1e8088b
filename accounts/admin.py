"""The administration of people, organisations and clusters."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from .models import (
    Brokership,
    Cluster,
    ClusterMembership,
    Consent,
    KeptAnswer,
    Membership,
    Organisation,
    PersonalToken,
    User,
)


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = PersonCreationForm
    list_display = ["email", "name", "language", "is_active", "is_staff", "last_login"]
    list_filter = ["is_staff", "is_active", "language", "digest_frequency"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    show_full_result_count = False
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        (_("Mail"), {"fields": ["language", "time_zone", "digest_frequency", "digest_weekday", "digest_hour"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    """What another installation told of is only read here."""

    list_display = ["name", "kind", "country", "size", "origin", "verified_at", "created_at"]
    list_filter = ["kind", "size", "country", ("verified_at", admin.EmptyFieldListFilter)]
    readonly_fields = ["verified_at", "verified_by"]
    search_fields = ["name", "website", "origin"]
    ordering = ["-pk"]
    show_full_result_count = False
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_change_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.origin)


@admin.register(Cluster)
class ClusterAdmin(admin.ModelAdmin):
    list_display = ["organisation", "slug", "is_default"]
    search_fields = ["organisation__name", "slug"]
    autocomplete_fields = ["organisation", "linked"]
    list_select_related = ["organisation"]


class AdmissionAdmin(admin.ModelAdmin):
    """Who was let in where; approving here counts like approving on the pages."""

    list_filter = ["state"]
    actions = ["approve", "decline"]
    ordering = ["-pk"]
    show_full_result_count = False
    readonly_fields = ["requested_at", "decided_at", "decided_by"]

    @admin.action(description=_("Let the selected in"), permissions=["change"])
    def approve(self, request: HttpRequest, chosen: QuerySet) -> None:
        decided = sum(admission.approve(by=request.user) for admission in chosen)
        self.message_user(request, _("%(count)s let in.") % {"count": decided})

    @admin.action(description=_("Decline the selected"), permissions=["change"])
    def decline(self, request: HttpRequest, chosen: QuerySet) -> None:
        decided = sum(admission.decline(by=request.user) for admission in chosen)
        self.message_user(request, _("%(count)s declined.") % {"count": decided})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A row made by hand here is a decision of whoever makes it."""
        super().save_model(request, obj, form, change)
        if obj.state == obj.State.REQUESTED and not change:
            obj.approve(by=request.user)


@admin.register(Membership)
class MembershipAdmin(AdmissionAdmin):
    list_display = ["user", "organisation", "role", "state", "requested_at"]
    list_filter = ["state", "role"]
    search_fields = ["user__email", "user__name", "organisation__name"]
    autocomplete_fields = ["user", "organisation"]
    list_select_related = ["user", "organisation"]


@admin.register(ClusterMembership)
class ClusterMembershipAdmin(AdmissionAdmin):
    list_display = ["organisation", "cluster", "state", "requested_at"]
    search_fields = ["organisation__name", "cluster__organisation__name"]
    autocomplete_fields = ["organisation", "cluster"]
    list_select_related = ["organisation", "cluster__organisation"]


@admin.register(Brokership)
class BrokershipAdmin(AdmissionAdmin):
    list_display = ["user", "cluster", "state", "requested_at"]
    search_fields = ["user__email", "user__name", "cluster__organisation__name"]
    autocomplete_fields = ["user", "cluster"]
    list_select_related = ["user", "cluster__organisation"]


@admin.register(Consent)
class ConsentAdmin(admin.ModelAdmin):
    """A log: read here, and written only by what people decide."""

    list_display = ["at", "person", "address", "subject", "act", "detail", "about", "door"]
    list_filter = ["subject", "act", "door"]
    search_fields = ["person__email", "address"]
    list_select_related = ["person"]
    ordering = ["-pk"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        return False


@admin.register(KeptAnswer)
class KeptAnswerAdmin(admin.ModelAdmin):
    """Which keys of the API were used; what was answered is the person's own matter."""

    list_display = ["key", "user", "status", "created_at"]
    list_select_related = ["user"]
    search_fields = ["key", "user__email"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = readonly_fields = ["user", "key", "status", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: KeptAnswer | None = None) -> bool:
        return False


@admin.register(PersonalToken)
class PersonalTokenAdmin(admin.ModelAdmin):
    """Which programs have access; whoever deletes a row ends the access."""

    list_display = ["name", "owner", "scope", "expires", "last_used_at"]
    list_filter = ["scope"]
    list_select_related = ["token__user"]
    search_fields = ["name", "token__user__email"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = readonly_fields = ["name", "owner", "scope", "expires", "last_used_at"]

    @admin.display(description=_("person"))
    def owner(self, one: PersonalToken) -> str:
        return str(one.token.user)

    @admin.display(description=_("valid until"))
    def expires(self, one: PersonalToken) -> datetime:
        return one.token.expiry

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PersonalToken | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: PersonalToken) -> None:
        obj.token.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        AuthToken.objects.filter(personal__in=queryset).delete()
