"""The forms about cases. Each says which version of the case its reader had before them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .board import HEADINGS
from .codes import COURSES, MatchState, Reason
from .models import Case


class SeenForm(forms.Form):
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class MoveForm(SeenForm):
    state = forms.ChoiceField(label=_("Where the two sides stand now"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("If there is no agreement: why?"),
        choices=[("", _("Choose a reason")), *Reason.choices],
        required=False,
    )
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


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=2000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, prefix="note", **kwargs)
