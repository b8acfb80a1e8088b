"""Forms about people and organisations: signing up, the profile, an organisation, asking to be let in."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .clients import found_client
from .codes import Country, Frequency, Language, OrganisationKind
from .joining import KEPT_TEXT, ask_cluster, ask_to_broker, join_organisation
from .models import Brokership, Cluster, Door, Membership, Organisation, User, brokered_clusters

# A cluster is set up by whoever runs the installation: it is shown to everybody.
JOINABLE_KINDS = [choice for choice in OrganisationKind.choices if choice[0] != OrganisationKind.CLUSTER]
CHECKED_FIELDS = {"name", "country", "website"}  # what a broker looks at who marks an organisation as verified
REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def clusters() -> QuerySet:
    return Cluster.objects.local().select_related("organisation").order_by("organisation__name")


def languages_of_mails(also: str = "") -> list[tuple[str, Any]]:
    """Those we can write in, each named in itself, and `also`: what somebody said before the choice was this one."""
    return [choice for choice in Language.choices if choice[0] in {also, *dict(settings.LANGUAGES)}]


def time_zones() -> list[tuple[str, Any]]:
    """Grouped by part of the world, Europe first."""
    names = sorted(available_timezones())
    order = sorted(REGIONS, key=lambda region: (region != "Europe", region))
    grouped = [(part, [(name, name) for name in names if name.startswith(f"{part}/")]) for part in order]
    return [("UTC", "UTC"), *grouped]


class OrganisationFields(forms.Form):
    """Which organisation somebody comes with; one that is here already is asked, a new one is founded."""

    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        help_text=_("If it is registered here already, somebody there is asked to let you in."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(label=_("Country of the organisation"), choices=[("", "—"), *Country.choices])
    kind = forms.ChoiceField(label=_("Kind of organisation"), choices=JOINABLE_KINDS, initial=OrganisationKind.SME)

    def join(self, user: User) -> Membership:
        data = self.cleaned_data
        return join_organisation(user, name=data["organisation"], country=data["country"], kind=data["kind"])


class LoginForm(AllauthLoginForm):
    """The library's, with a label that is a sentence like ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remember"].label = _("Keep me signed in")


class SignupForm(OrganisationFields, AllauthSignupForm):
    """Address, password, name, language, organisation and, for a new organisation, a cluster to ask."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language we write to you in"), choices=languages_of_mails)
    cluster = forms.ModelChoiceField(
        clusters(),
        label=_("Cluster"),
        required=False,
        empty_label=_("None, or I do not know"),
        help_text=_("The association your organisation belongs to. Its brokers confirm that."),
    )
    field_order = ("email", "password1", "name", "language", "organisation", "country", "kind", "cluster")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language() or Language.EN

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        return super().save(request)

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        super().custom_signup(request, user)
        user.name, user.language = self.cleaned_data["name"], self.cleaned_data["language"]
        user.kept_text = request.session.pop(KEPT_TEXT, "")
        user.save(update_fields=["name", "language", "kept_text"])
        membership = self.join(user)
        if self.cleaned_data["cluster"] and membership.role == Membership.Role.OWNER:
            ask_cluster(membership.organisation, self.cleaned_data["cluster"])


class JoinForm(OrganisationFields):
    """One more organisation for somebody who has an account."""


class ProfileForm(forms.ModelForm):
    door = Door.PAGE
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "digest_frequency", "digest_weekday", "digest_hour"]
        help_texts = {
            "digest_frequency": _("One mail over everything new for you; none when there is nothing."),
            "digest_weekday": _("For the weekly mail."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digest_frequency"].choices = Frequency.choices
        self.fields["language"].choices = languages_of_mails(self.instance.language)

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        person = super().save(commit)
        if commit and "digest_frequency" in self.changed_data:
            person.note_digest(self.door)
        return person


class OrganisationForm(forms.ModelForm):
    languages = forms.MultipleChoiceField(
        label=_("Languages you can work in"),
        choices=Language.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    website = forms.URLField(label=_("Website"), required=False, max_length=200, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = ["name", "kind", "country", "region", "size", "languages", "website", "description"]
        fields += ["no_introductions_until"]
        help_texts = {
            "region": _("For example DE21 or PL22; leave it empty if you do not know it."),
            "no_introductions_until": _(
                "Before that day your offers are proposed to nobody; what has begun goes on. Empty: you take them."
            ),
        }
        widgets = {
            "description": forms.Textarea({"rows": 4}),
            "no_introductions_until": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind == OrganisationKind.CLUSTER:
            del self.fields["kind"]  # stays what it is
        else:
            self.fields["kind"].choices = JOINABLE_KINDS

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        name, country = data.get("name"), data.get("country")
        if name and country and Organisation.objects.named(name, country).exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("Another organisation of this name and country is registered here."))
        return data

    @transaction.atomic
    def save(self, commit: bool = True) -> Organisation:
        """Whoever vouched for it had seen another name or website: the mark goes until somebody looks again."""
        organisation = super().save(commit)
        if commit and CHECKED_FIELDS & set(self.changed_data):
            organisation.unverify()
        return organisation


class ClientForm(forms.ModelForm):
    """A client of a broker: an organisation of which nobody has an account."""

    cluster = forms.ModelChoiceField(Cluster.objects.none(), label=_("Cluster"), empty_label=None)

    class Meta:
        model = Organisation
        fields = ["name", "country", "kind", "size"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["kind"].choices = JOINABLE_KINDS
        self.fields["cluster"].queryset = clusters().filter(pk__in=brokered_clusters(user))
        self.fields["cluster"].initial = self.fields["cluster"].queryset.first()

    def found(self) -> Organisation:
        """Raises ValidationError where it is here already."""
        facts = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return found_client(self.cleaned_data["cluster"], facts, by=self.user)


class ClusterForm(forms.Form):
    """Asking a cluster that the organisation neither belongs to nor has asked."""

    cluster = forms.ModelChoiceField(Cluster.objects.none(), label=_("Cluster"))

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        known = Q(memberships__organisation=organisation) | Q(organisation=organisation)
        self.fields["cluster"].queryset = clusters().exclude(known)

    def ask(self) -> None:
        ask_cluster(self.organisation, self.cleaned_data["cluster"])


class BrokerForm(forms.Form):
    """Asking a cluster to become one of its brokers."""

    cluster = forms.ModelChoiceField(Cluster.objects.none(), label=_("Cluster"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["cluster"].queryset = clusters().exclude(
            pk__in=Brokership.objects.filter(user=user).values("cluster")
        )

    def ask(self) -> None:
        ask_to_broker(self.user, self.cleaned_data["cluster"])
