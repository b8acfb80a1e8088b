"""The forms about matches: trying without an account, deciding, answering, introducing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.codes import Country, Frequency
from accounts.models import Cluster
from catalog.codes import Ecosystem
from catalog.models import Concept, Document
from catalog.presenting import END_WORDS

from .codes import Answer, Reason
from .models import Kind, MailGroup, SavedSearch
from .models.glossary import LONGEST_WORDS
from .searching import Search

TRIAL_LENGTH = 4000  # characters, as long as a need's description


class TrialForm(forms.Form):
    text = forms.CharField(
        label=_("What would you like to solve?"),
        min_length=12,
        max_length=TRIAL_LENGTH,
        widget=forms.Textarea(
            {"class": "box", "rows": 5, "placeholder": _("In your own words, in any language. What bothers you?")}
        ),
        error_messages={
            "required": _("Write a sentence or two about what you would like to solve."),
            "min_length": _("Write a little more: a sentence or two is enough."),
        },
    )


class ReasonForm(forms.Form):
    """Why not, and a word about it for the colleagues."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *Reason.choices],
        error_messages={"required": _("Say why not: choose one of the reasons.")},
    )
    note = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2}))


class DismissForm(ReasonForm):
    """Why a suggestion is not for the side of the need."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="dismiss", **kwargs)
        self.fields["note"].label = _("A word to the broker")


class ParkForm(forms.Form):
    until = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2}))

    def clean_until(self) -> timezone.datetime:
        until = self.cleaned_data["until"]
        if until <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day after today."))
        return until

    @staticmethod
    def in_a_month() -> "ParkForm":
        return ParkForm(initial={"until": timezone.localdate() + timedelta(days=30)})


class ScoutingForm(forms.Form):
    note = forms.CharField(label=_("What was found"), max_length=1000, required=False, widget=forms.Textarea)


def capitalised() -> list[tuple[str, str]]:
    """The answers as they begin a line."""
    return [(code, capfirst(words)) for code, words in Answer.choices]


class ReasonField(forms.ChoiceField):
    """Why nothing comes of it: needed with one of the answers, so it is neither required nor called optional."""

    is_conditional = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[("", _("Choose a reason")), *Reason.choices], required=False, **kwargs)


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=capitalised,
        widget=forms.RadioSelect,
        error_messages={"required": _("Answer yes, later or no.")},
    )
    reason = ReasonField(label=_("If no: why?"))
    note = forms.CharField(
        label=_("A word to the broker"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2})
    )

    def clean(self) -> dict:
        data = super().clean()
        if data.get("answer") == Answer.NO and not data.get("reason"):
            self.add_error("reason", _("Say why not: it helps us to propose something better."))
        return data


class SearchForm(forms.Form):
    """What is searched; nonsense in the address means no filter."""

    text = forms.CharField(label=_("Search for"), max_length=400, required=False, widget=forms.TextInput)
    kind = forms.ChoiceField(label=_("In"), choices=Kind, required=False)
    ecosystem = forms.ChoiceField(label=_("Sector"), choices=[("", _("all")), *Ecosystem.choices], required=False)
    country = forms.ChoiceField(label=_("Country"), choices=[("", _("all")), *Country.choices], required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.input_type = "search"

    @property
    def search(self) -> Search:
        wishes = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        filters = {name: wishes[name] for name in ("ecosystem", "country") if wishes.get(name)}
        return Search(wishes.get("kind") or Kind.OFFER, wishes.get("text", "").strip(), "", filters)


class OtherOfferForm(SearchForm):
    """Another offer for a need."""

    kind = None


class WidgetForm(forms.Form):
    """What a cluster shows of the platform on its own site."""

    kind = forms.ChoiceField(label=_("Show"), choices=Kind)
    cluster = forms.ModelChoiceField(
        label=_("Cluster"), queryset=Cluster.objects.local().select_related("organisation"), to_field_name="slug",
        required=False, empty_label=_("all"),
    )  # fmt: skip
    ecosystem = forms.ChoiceField(label=_("Sector"), choices=[("", _("all")), *Ecosystem.choices], required=False)
    country = forms.ChoiceField(label=_("Country"), choices=[("", _("all")), *Country.choices], required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("that of the reader")), *settings.LANGUAGES], required=False
    )
    accent = forms.RegexField(
        label=_("Accent colour"), regex=r"^[0-9a-fA-F]{6}$", required=False,
        help_text=_("Six digits, as in 0a5a5c."),
    )  # fmt: skip


class SaveSearchForm(forms.ModelForm):
    """How a search is kept. Only a broker may have it sent to a client."""

    class Meta:
        model = SavedSearch
        fields = ["name", "frequency", "client_email", "client_language"]
        help_texts = {
            "client_email": _(
                "Leave it empty to get the hits yourself. A client needs no account and is asked once."
            ),
        }

    def __init__(self, *args: object, may_name_client: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["frequency"].choices = [choice for choice in Frequency.choices if choice[0] != Frequency.NEVER]
        self.fields["client_language"].choices = [("", "—"), *settings.LANGUAGES]
        if not may_name_client:
            del self.fields["client_email"], self.fields["client_language"]

    @property
    def client(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in ("client_email", "client_language")}


class MailChoiceForm(forms.Form):
    """Which mails, and how often the digest."""

    frequency = forms.ChoiceField(
        label=_("What is new for you, in one mail"), choices=Frequency.choices, widget=forms.RadioSelect
    )
    groups = forms.MultipleChoiceField(
        label=_("What else may reach you"),
        choices=[choice for choice in MailGroup.choices if choice[0] != MailGroup.DIGEST],
        help_text=_("What you leave out still stands on the page when you sign in."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, is_broker: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_broker:
            shown = self.fields["groups"].choices
            self.fields["groups"].choices = [choice for choice in shown if choice[0] != MailGroup.CASES]

    def clean_groups(self) -> list[str]:
        """What is not shown stays as it was."""
        shown = {group for group, _label in self.fields["groups"].choices}
        return self.cleaned_data["groups"] + [group for group in self.initial["groups"] if group not in shown]


class JoinForm(forms.Form):
    """Words of a need and words of an offer that mean the same."""

    need_words = forms.CharField(label=_("Words of the need"), max_length=LONGEST_WORDS)
    offer_words = forms.CharField(label=_("Words of the offer"), max_length=LONGEST_WORDS)
    concept = forms.ModelChoiceField(
        label=_("What both speak of"), queryset=None, required=False, empty_label=_("Not said")
    )

    def __init__(self, *args: object, concepts: Mapping[int, str], **kwargs: object) -> None:
        """`concepts` are those to choose from, by name."""
        super().__init__(*args, **kwargs)
        field = self.fields["concept"]
        field.queryset = Concept.objects.active().without_vectors().filter(pk__in=concepts)
        field.choices = [("", field.empty_label), *sorted(concepts.items(), key=lambda named: named[1].casefold())]


class EndForm(forms.Form):
    """How a need or an offer ended."""

    end = forms.ChoiceField(label=_("How did it end?"), widget=forms.RadioSelect)

    def __init__(self, *args: object, document: Document, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["end"].choices = list(END_WORDS[type(document)].items())


class EraseForm(forms.Form):
    """The person's own password; wrong ones count like failed attempts to sign in."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text=_("So that nobody else can do this in your place."),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        password, person = self.cleaned_data["password"], self.request.user
        if get_adapter().authenticate(self.request, email=person.email, password=password) != person:
            raise forms.ValidationError(_("This is not your password."))
        return password
