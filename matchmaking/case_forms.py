"""The forms about cases. Each says which version of the case its reader had before them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Cluster, User

from .board import HEADINGS
from .codes import COURSES, MatchState
from .forms import ReasonField
from .handover import receivers, receiving_brokers, receiving_clusters
from .models import Case


class SeenForm(forms.Form):
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class MoveForm(SeenForm):
    state = forms.ChoiceField(label=_("Where the two sides stand now"), widget=forms.RadioSelect)
    reason = ReasonField(label=_("If there is no agreement: why?"))
    note = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: object, case: Case, **kwargs: object) -> None:
        super().__init__(*args, initial={"seen": case.version}, prefix="move", **kwargs)
        self.fields["state"].choices = [(state, HEADINGS[state]) for state in COURSES[case.match.state]]

    def clean(self) -> dict:
        data = super().clean()
        if data.get("state") == MatchState.NO_AGREEMENT and not data.get("reason"):
            self.add_error("reason", _("Say why nothing came of it: it helps us to propose something better."))
        return data


class PlanForm(SeenForm):
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    on = forms.DateField(
        label=_("On the day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: object, case: Case, **kwargs: object) -> None:
        planned = {"seen": case.version, "next_step": case.next_step, "on": case.next_step_on}
        super().__init__(*args, initial=planned, prefix="plan", **kwargs)

    def clean(self) -> dict:
        data = super().clean()
        if data.get("on") and not data.get("next_step"):
            self.add_error("next_step", _("Say what is to be done on that day."))
        return data


class HandoverForm(SeenForm):
    """To a colleague ("broker 7") or to another cluster ("cluster 3")."""

    to = forms.ChoiceField(label=_("To whom"))
    note = forms.CharField(
        label=_("What should they know?"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: object, case: Case, by: User, **kwargs: object) -> None:
        super().__init__(*args, initial={"seen": case.version}, prefix="handover", **kwargs)
        self.case, self.by = case, by
        brokers, clusters = receivers(case, by)
        groups = [(_("Brokers of this cluster"), "broker", brokers), (_("Clusters"), "cluster", clusters)]
        choices = [
            (name, [(f"{kind} {pk}", who) for pk, who in found.items()]) for name, kind, found in groups if found
        ]
        self.has_receivers = bool(choices)
        self.fields["to"].choices = [("", _("Choose")), *choices]

    def clean_to(self) -> User | Cluster:
        kind, pk = self.cleaned_data["to"].split()
        possible = receiving_brokers(self.case) if kind == "broker" else receiving_clusters(self.case, self.by)
        found = possible.filter(pk=pk).first()
        if found is None:
            raise forms.ValidationError(_("Choose who takes care of it."))
        return found


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=2000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, prefix="note", **kwargs)
