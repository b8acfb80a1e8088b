"""The forms of needs and offers. One text is enough to start; everything else is optional and in small steps.

What a form adds to the model's own rules: a title proposed from the first sentence, the language detected where
the author does not name it, and the author's organisation where there is only one.
"""

import re
from secrets import token_urlsafe
from typing import Any, NamedTuple

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.codes import Country, Language
from accounts.models import Cluster, ClusterMembership, Organisation, User

from .codes import Ecosystem, Goal, PartnerKind, PartnershipType, Visibility
from .language import detect
from .models import Document, Need, Offer
from .rewording import REWORDED, is_of_others

TITLE_LENGTH = 90  # of a title proposed from the text; one typed may be as long as the column
SENTENCE_END = re.compile(r"(?<=[.!?…。])\s+|\n")


class Step(NamedTuple):
    title: str
    why: str
    fields: list[forms.BoundField]
    is_open: bool


def proposed_title(text: str) -> str:
    """The first sentence of a text, cut at a word."""
    first = SENTENCE_END.split(text.strip(), maxsplit=1)[0]
    if len(first) <= TITLE_LENGTH:
        return first.rstrip(".")
    whole_words = first[:TITLE_LENGTH].rpartition(" ")[0]
    return f"{whole_words or first[: TITLE_LENGTH - 1]}…"


def several(codes: type[TextChoices], label: str, hint: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, help_text=hint, choices=codes.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


def keywords(label: str) -> SimpleArrayField:
    hint = _("At most five, with commas between them.")
    return SimpleArrayField(
        forms.CharField(max_length=80), label=label, help_text=hint, required=False, max_length=5, delimiter=","
    )


class DateInput(forms.DateInput):
    """The browser's own calendar; it wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DocumentForm(forms.ModelForm):
    """What need and offer have in common."""

    language = forms.ChoiceField(
        label=_("Language of your text"),
        choices=[("", _("Find out from the text")), *Language.choices],
        required=False,
    )
    partnership_types = several(PartnershipType, _("Kind of cooperation"), _("One to three are usual."))
    partner_kinds = several(PartnerKind, _("Wanted partner"))
    ecosystems = several(Ecosystem, _("Sector"))
    countries = several(Country, _("Only from these countries"), _("Leave empty if any country will do."))
    technology_keywords = keywords(_("Technology keywords"))
    market_keywords = keywords(_("Market keywords"))
    sdgs = forms.TypedMultipleChoiceField(
        label=_("UN sustainable development goals it serves"),
        choices=Goal.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    visibility = forms.ChoiceField(
        label=_("Who may see it?"),
        choices=[(code, capfirst(label)) for code, label in Visibility.choices],
        widget=forms.RadioSelect,
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)  # the hash of the text the form was opened with
    nonce = forms.CharField(widget=forms.HiddenInput, required=False, initial=token_urlsafe)  # of a new document
    first_visibility = Visibility.ANONYMOUS  # of a new document, until its author chooses

    STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = ()  # title, why it is worth it, fields

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["organisation"].queryset = organisations_of(user, self.instance)
        self.fields["organisation"].empty_label = None
        self.fields["title"].required = False
        self.is_of_others = bool(self.instance.pk) and is_of_others(self.instance, user)
        if self.is_of_others:
            self._leave_words_alone()
        self._choose_organisation()
        if self.instance.language_is_detected:
            self.initial["language"] = ""
        if self.instance.pk:
            self.initial["seen"] = self.instance.text_hash
            self.fields["valid_until"].show_hidden_initial = True
        else:
            self.initial["visibility"] = self.first_visibility

    def _leave_words_alone(self) -> None:
        """They are the author's, and so is who sees them: a broker proposes a change on a page of its own."""
        for name in (*REWORDED[type(self.instance)], "visibility"):
            self.fields[name].disabled = True

    def _choose_organisation(self) -> None:
        """Nobody is asked where there is one answer."""
        field = self.fields["organisation"]
        if not self.initial.get("organisation"):  # the own one, and not the client whose name comes first
            self.initial["organisation"] = Organisation.objects.of(self.user).order_by("name").first()
        if len(field.queryset) == 1:
            field.required = False
            field.initial = self.initial["organisation"] = field.queryset[0].pk
            field.widget = field.hidden_widget()

    def clean_organisation(self) -> Organisation:
        return self.cleaned_data["organisation"] or self.fields["organisation"].queryset[0]

    def clean_valid_until(self) -> Any:
        """One that was not touched stays as it is now: publishing may have set it meanwhile."""
        is_left = self.instance.pk and "valid_until" not in self.changed_data
        day = self.instance.valid_until if is_left else self.cleaned_data["valid_until"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day is in the past. Choose a later one or leave it empty."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        text = data.get("description") or ""
        data["title"] = data.get("title") or proposed_title(text)
        self._check_text_is_the_one_seen(data)
        self.instance.language_is_detected = not data.get("language")
        default = self.instance.language or Language.EN
        data["language"] = data.get("language") or (detect(text, default) if text else default)
        return data

    def _check_text_is_the_one_seen(self, data: dict[str, Any]) -> None:
        """Nobody restores old words unawares; saving once more is their decision."""
        if not self.instance.pk or data.get("seen") in ("", self.instance.text_hash):
            return
        self.data = self.data.copy()
        self.data["seen"] = self.instance.text_hash
        names = [name for name in REWORDED[type(self.instance)] if name in data]
        if any(data[name].split() != getattr(self.instance, name).split() for name in names):
            problem = _("The text was changed while you wrote. Save once more if yours is to stand in its place.")
            self.add_error(None, problem)

    @property
    def steps(self) -> list["Step"]:
        """The optional part in small steps; one with something wrong in it is open."""
        return [self._step(title, why, names) for title, why, names in self.STEPS]

    def _step(self, title: str, why: str, names: tuple[str, ...]) -> "Step":
        fields = [self[name] for name in names]
        return Step(title, why, fields, any(field.errors for field in fields))


def organisations_of(user: User, document: Document) -> QuerySet:
    """Those a person may write this for; a document keeps its own."""
    if document.pk:
        return Organisation.objects.filter(pk=document.organisation_id)
    return Organisation.objects.writable_by(user).order_by("name")


class NeedForm(DocumentForm):
    STEPS = (
        (_("What it must do"), _("sharpens the search"), ("expertise_sought", "advantages", "summary", "ecosystems")),
        (
            _("The partner"),
            _("says who need not be asked"),
            ("partner_role", "partnership_types", "partner_kinds", "countries"),
        ),
        (_("Money and time"), _("providers ask this first"), ("budget_band", "deadline", "stage", "ipr_status")),
        (
            _("Keywords and keeping"),
            _("for the broker"),
            ("technology_keywords", "market_keywords", "sdgs", "cluster", "valid_until"),
        ),
    )

    class Meta:
        model = Need
        fields = [
            "description", "title", "language", "organisation", "visibility",
            "summary", "expertise_sought", "advantages", "partner_role", "partnership_types", "partner_kinds",
            "countries", "budget_band", "deadline", "stage", "ipr_status", "ecosystems", "technology_keywords",
            "market_keywords", "sdgs", "cluster", "valid_until",
        ]  # fmt: skip
        labels = {
            "description": _("What would you like to solve?"),
            "title": _("Title"),
            "expertise_sought": _("What must a solution be able to do?"),
            "advantages": _("What would be better afterwards?"),
            "partner_role": _("What should the partner do?"),
            "summary": _("Short summary"),
        }
        help_texts = {
            "description": _("In your own words, in any language. What happens, how often, what have you tried?"),
            "title": _("Leave it empty and your first sentence becomes the title."),
            "expertise_sought": _("Figures, standards, machines it must fit to: these decide whether it can work."),
            "deadline": _("Leave it empty if there is no day."),
            "valid_until": _("Leave it empty for one year. We write to you before it ends."),
        }
        widgets = {"deadline": DateInput, "valid_until": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations = self.fields["organisation"].queryset.values("pk")
        admitting = ClusterMembership.objects.approved().filter(organisation__in=organisations).values("cluster")
        clusters = Cluster.objects.filter(Q(pk__in=admitting) | Q(pk=self.instance.cluster_id))
        self.fields["cluster"].queryset = clusters.select_related("organisation")
        self.fields["cluster"].empty_label = _("The usual one")
        box(self.fields["description"], _("For example: every evening we throw away a third of our dough…"))

    def clean_cluster(self) -> Cluster | None:
        """One that has admitted the need's own organisation, not another one of its author; or the one it has."""
        cluster, organisation = self.cleaned_data["cluster"], self.cleaned_data.get("organisation")
        is_new = cluster and organisation and cluster.pk != self.instance.cluster_id
        if is_new and not Cluster.objects.of_organisation(organisation).filter(pk=cluster.pk).exists():
            raise forms.ValidationError(self.fields["cluster"].error_messages["invalid_choice"], "invalid_choice")
        return cluster


class OfferForm(DocumentForm):
    first_visibility = Visibility.PUBLIC
    STEPS = (
        (
            _("What is special about it"),
            _("helps others to decide"),
            ("advantages", "summary", "stage", "ipr_status"),
        ),
        (
            _("Cost, benefit and risk"),
            _("companies compare by this"),
            ("cost_band", "payback", "evidence", "reversibility"),
        ),
        (
            _("The customer"),
            _("says for whom it is"),
            ("ecosystems", "partner_role", "partnership_types", "partner_kinds", "countries"),
        ),
        (
            _("Keywords and keeping"),
            _("for the broker"),
            ("technology_keywords", "market_keywords", "sdgs", "valid_until"),
        ),
    )

    class Meta:
        model = Offer
        fields = [
            "title", "description", "language", "organisation", "visibility",
            "summary", "advantages", "partner_role", "partnership_types", "partner_kinds", "countries",
            "cost_band", "payback", "evidence", "reversibility", "stage", "ipr_status", "ecosystems",
            "technology_keywords", "market_keywords", "sdgs", "valid_until",
        ]  # fmt: skip
        labels = {
            "description": _("What can you do for others?"),
            "title": _("Title"),
            "advantages": _("What is better than with other ways?"),
            "partner_role": _("What does the customer contribute?"),
            "summary": _("Short summary"),
        }
        help_texts = {
            "description": _("Which problem it solves, how, with what results so far. Figures help most."),
            "title": _("Leave it empty and your first sentence becomes the title."),
            "payback": _("As you see it with your customers so far."),
            "evidence": _("Companies trust what was measured at others."),
            "reversibility": _("Who can go back dares to try."),
            "cost_band": _("What a first project costs. Companies ask this first."),
            "valid_until": _("Leave it empty for one year. We write to you before it ends."),
        }
        widgets = {"valid_until": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        box(self.fields["description"], _("For example: our software forecasts what each branch will sell tomorrow…"))


def box(field: forms.Field, example: str) -> None:
    """Make a field the one large text box of its form."""
    field.widget.attrs |= {"class": "box", "rows": 7, "placeholder": example}
