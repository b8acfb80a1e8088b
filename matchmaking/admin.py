"""The administration of what the engine and the brokers did: to be read here, changed only where the rules are."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm, MultipleChoiceField, URLField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import (
    Accord,
    Achievement,
    Ask,
    Case,
    CaseEvent,
    Change,
    ChangeLog,
    Delivery,
    DigestItem,
    DigestRound,
    FollowUp,
    GlossaryEntry,
    Handing,
    Introduction,
    Mail,
    Match,
    Opening,
    OptOut,
    Pace,
    Question,
    RankerVersion,
    Review,
    Run,
    SavedSearch,
    Scouting,
    SearchHit,
    SilencedAddress,
    Webhook,
    WebhookEvent,
)  # fmt: skip
from .outgoing import Forbidden, target_of
from .peer_admin import PeerAdmin

__all__ = ["PeerAdmin"]  # registered by being imported


class RecordAdmin(admin.ModelAdmin):
    """Rows that only the code writes: every change has consequences that a form would skip."""

    ordering = ["-pk"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(RecordAdmin):
    list_display = ["need", "created_at", "candidates", "proposed", "fingerprint"]
    search_fields = ["need__reference"]
    list_select_related = ["need"]


@admin.register(Match)
class MatchAdmin(RecordAdmin):
    list_display = [
        "__str__", "state", "cluster", "second_cluster", "score", "probability", "created_at", "decided_at",
    ]  # fmt: skip
    list_filter = ["state"]
    search_fields = ["need__reference", "offer__reference"]
    list_select_related = ["need", "offer", "cluster__organisation", "second_cluster__organisation"]


@admin.register(Review)
class ReviewAdmin(RecordAdmin):
    list_display = ["match", "verdict", "reason", "broker", "created_at"]
    list_filter = ["verdict", "reason"]
    search_fields = ["match__need__reference", "match__offer__reference", "broker__email"]
    list_select_related = ["match__need", "match__offer", "broker"]


@admin.register(Scouting)
class ScoutingAdmin(RecordAdmin):
    list_display = ["need", "state", "cluster", "created_at", "taken_by", "done_at", "closed_by_itself"]
    list_filter = ["state"]
    search_fields = ["need__reference"]
    list_select_related = ["need", "cluster__organisation", "taken_by"]


@admin.register(GlossaryEntry)
class GlossaryEntryAdmin(RecordAdmin):
    has_delete_permission = RecordAdmin.has_change_permission  # it is taken back, so that needs are matched anew

    list_display = ["need_words", "offer_words", "verdict", "cluster", "made_by", "made_at", "withdrawn_at"]
    list_filter = ["verdict"]
    search_fields = ["need_words", "offer_words"]
    list_select_related = ["cluster__organisation", "made_by"]


@admin.register(Ask)
class AskAdmin(RecordAdmin):
    list_display = ["match", "side", "answer", "reason", "asked_at", "reminded_at", "lapsed_at", "answered_by"]
    list_filter = ["side", "answer", "reason"]
    search_fields = ["match__need__reference", "match__offer__reference"]
    list_select_related = ["match__need", "match__offer", "answered_by"]


@admin.register(Accord)
class AccordAdmin(RecordAdmin):
    has_delete_permission = RecordAdmin.has_change_permission  # without it, names would stay with the other one

    list_display = ["match", "peer", "side", "heard", "told", "opened_at", "attempts", "error"]
    list_select_related = ["match__need", "match__offer", "peer"]
    exclude = ["identity"]


@admin.register(Handing)
class HandingAdmin(RecordAdmin):
    has_delete_permission = RecordAdmin.has_change_permission  # it goes with the person: `manage.py erase_person`

    list_display = ["accord", "person", "given_at"]
    list_select_related = ["accord__peer", "person"]


@admin.register(Introduction)
class IntroductionAdmin(RecordAdmin):
    list_display = ["match", "broker", "created_at", "introduced_at"]
    search_fields = ["match__need__reference", "match__offer__reference", "broker__email"]
    list_select_related = ["match__need", "match__offer", "broker"]


@admin.register(Case)
class CaseAdmin(RecordAdmin):
    list_display = ["match", "owner", "next_step", "next_step_on", "touched_at"]
    search_fields = ["match__need__reference", "match__offer__reference", "owner__email"]
    list_select_related = ["match__need", "match__offer", "owner"]


@admin.register(CaseEvent)
class CaseEventAdmin(RecordAdmin):
    list_display = ["case", "kind", "state", "reason", "by", "at"]
    list_filter = ["kind", "state"]
    search_fields = ["case__match__need__reference", "case__match__offer__reference"]
    list_select_related = ["case__match__need", "case__match__offer", "by"]


@admin.register(FollowUp)
class FollowUpAdmin(RecordAdmin):
    list_display = ["case", "side", "months", "asked_at", "progress", "reason", "answered_by"]
    list_filter = ["months", "progress"]
    search_fields = ["case__match__need__reference", "case__match__offer__reference"]
    list_select_related = ["case__match__need", "case__match__offer", "answered_by"]


@admin.register(Achievement)
class AchievementAdmin(RecordAdmin):
    list_display = ["case", "side", "kind", "jobs", "savings", "may_publish", "told_at"]
    list_filter = ["kind", "may_publish"]
    search_fields = ["case__match__need__reference", "case__match__offer__reference"]
    list_select_related = ["case__match__need", "case__match__offer"]


@admin.register(Question)
class QuestionAdmin(RecordAdmin):
    list_display = ["match", "side", "topic", "asked_at", "asked_by", "answered_at", "answered_by"]
    list_filter = ["side", "topic"]
    search_fields = ["match__need__reference", "match__offer__reference"]
    list_select_related = ["match__need", "match__offer", "asked_by", "answered_by"]


@admin.register(Mail)
class MailAdmin(RecordAdmin):
    """What is in doubt is resent or dropped with `manage.py mails`."""

    list_display = ["key", "kind", "recipient", "state", "attempts", "created_at", "settled_at", "error"]
    list_filter = ["state", "kind"]
    search_fields = ["key", "recipient__email"]
    list_select_related = ["recipient"]


@admin.register(DigestRound)
class DigestRoundAdmin(RecordAdmin):
    list_display = ["user", "period"]
    search_fields = ["user__email"]
    list_select_related = ["user"]


@admin.register(DigestItem)
class DigestItemAdmin(RecordAdmin):
    list_display = ["user", "section", "object_id", "version", "mail"]
    list_filter = ["section"]
    search_fields = ["user__email"]
    list_select_related = ["user", "mail"]


@admin.register(RankerVersion)
class RankerVersionAdmin(RecordAdmin):
    list_display = ["__str__", "is_better", "is_active", "activated_at", "activated_by"]
    list_filter = ["is_active", "is_better"]


@admin.register(SavedSearch)
class SavedSearchAdmin(RecordAdmin):
    list_display = ["name", "kind", "owner", "client_email", "frequency", "confirmed_at", "ended_at"]
    list_filter = ["kind", "frequency"]
    search_fields = ["name", "owner__email", "client_email"]
    list_select_related = ["owner"]


@admin.register(SearchHit)
class SearchHitAdmin(RecordAdmin):
    list_display = ["search", "object_id", "mail"]
    search_fields = ["search__name"]
    list_select_related = ["search", "mail"]


@admin.register(Change)
class ChangeAdmin(RecordAdmin):
    list_display = ["kind", "record", "is_erased", "openness", "at"]
    list_filter = ["kind", "is_erased"]


@admin.register(ChangeLog)
class ChangeLogAdmin(RecordAdmin):
    list_display = ["identity"]


class WebhookForm(ModelForm):
    url = URLField(label=_("address"), assume_scheme="https")
    events = MultipleChoiceField(label=_("events"), choices=WebhookEvent.choices)

    def clean_url(self) -> str:
        try:
            target_of(self.cleaned_data["url"])
        except Forbidden as error:
            raise ValidationError(_("Only https addresses can be told.")) from error
        return self.cleaned_data["url"]


@admin.register(Webhook)
class WebhookAdmin(admin.ModelAdmin):
    """Whoever registers one is its owner: it tells what that person may see."""

    form = WebhookForm
    fields = ["cluster", "url", "events", "secret"]
    readonly_fields = ["secret"]
    list_display = ["url", "cluster", "owner", "created_at", "ended_at"]
    autocomplete_fields = ["cluster"]
    list_select_related = ["cluster__organisation", "owner"]

    def save_model(self, request: HttpRequest, obj: Webhook, form: ModelForm, change: bool) -> None:
        if not change:
            obj.owner = request.user
        super().save_model(request, obj, form, change)


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    list_display = ["key", "webhook", "state", "attempts", "happened_at", "not_before", "error"]
    list_filter = ["state", "event"]
    list_select_related = ["webhook"]
    actions = ["replay"]

    @admin.action(description=_("Send again what was given up"), permissions=["delete"])
    def replay(self, request: HttpRequest, deliveries: QuerySet) -> None:
        deliveries.replay()


@admin.register(OptOut)
class OptOutAdmin(RecordAdmin):
    list_display = ["user", "group", "created_at"]
    list_filter = ["group"]
    search_fields = ["user__email"]
    list_select_related = ["user"]


@admin.register(SilencedAddress)
class SilencedAddressAdmin(RecordAdmin):
    """Written to again with `manage.py mails --write-again`, or by its owner in the mail settings."""

    list_display = ["address", "why", "detail", "since"]
    list_filter = ["why"]
    search_fields = ["address"]


@admin.register(Opening)
class OpeningAdmin(RecordAdmin):
    list_display = ["offer", "month", "number"]
    search_fields = ["offer__reference"]
    list_select_related = ["offer"]


@admin.register(Pace)
class PaceAdmin(RecordAdmin):
    """One row: how full the bucket was when the last mail was handed over."""

    list_display = ["level", "at"]
