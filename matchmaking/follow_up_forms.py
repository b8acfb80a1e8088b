"""The forms about how it went: what one side tells, and what a broker heard of one side."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from .codes import Progress, Side
from .follow_ups import Told
from .forms import ReasonField
from .models import Achievement, FollowUp

FIGURES = ["kind", "jobs", "savings", "green_effect", "quote"]
MOST = 2_000_000_000  # what the columns hold
PROGRESS = [
    (Progress.TOGETHER, _("We work together")),
    (Progress.TALKING, _("We are still talking")),
    (Progress.NOTHING, _("Nothing came of it")),
]


class AchievementForm(forms.ModelForm):
    """What came of it, in figures and words; everything is optional."""

    class Meta:
        model = Achievement
        fields = FIGURES
        widgets = {"green_effect": forms.Textarea({"rows": 2}), "quote": forms.Textarea({"rows": 2})}
        help_texts = {
            "jobs": _("As a number, with those that were kept because of it."),
            "green_effect": _("For example less energy, water or waste, and how much."),
            "quote": _("What you would tell somebody who thinks about doing the same."),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("not said")), *self.fields["kind"].choices[1:]]
        for name in ("jobs", "savings"):
            self.fields[name].validators.append(MaxValueValidator(MOST))


class HeardForm(AchievementForm):
    """What a broker heard, and of which side."""

    side = forms.ChoiceField(label=_("Who told it"), choices=Side, widget=forms.RadioSelect)
    field_order = ["side", *FIGURES]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, prefix="heard", **kwargs)

    @property
    def fields_heard(self) -> dict[str, Any]:
        """Only what was filled in: the rest stays as it was."""
        return {name: self.cleaned_data[name] for name in FIGURES if self.cleaned_data[name] not in ("", None)}


class TellForm(AchievementForm):
    """How it went, as one side tells it; what was answered before stands in it."""

    progress = forms.ChoiceField(label=_("How did it go?"), choices=PROGRESS, widget=forms.RadioSelect)
    reason = ReasonField(label=_("If nothing came of it: why?"))
    note = forms.CharField(
        label=_("A word to the broker"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2})
    )
    may_publish = forms.BooleanField(
        label=_("You may publish these figures and words, with the name of our organisation."),
        help_text=_("Leave it empty if you do not want that. You can take it back at any time after signing in."),
        required=False,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ["progress", "reason", "note", *FIGURES, "may_publish", "seen"]

    def __init__(self, data: Any = None, *, follow_up: FollowUp) -> None:
        known = Achievement.objects.filter(case=follow_up.case_id, side=follow_up.side).first()
        said = {name: getattr(follow_up, name) for name in ("progress", "reason", "note")}
        seen = follow_up.answered_at.isoformat() if follow_up.answered_at else ""
        initial = said | {"seen": seen, "may_publish": bool(known and known.may_publish)}
        super().__init__(data, instance=known or Achievement(), initial=initial)

    def _post_clean(self) -> None:
        """The row is written by `follow_ups.tell`, not by the form."""

    def clean(self) -> dict:
        data = super().clean()
        if data.get("progress") == Progress.NOTHING and not data.get("reason"):
            self.add_error("reason", _("Say why nothing came of it: it helps us to propose something better."))
        return data

    @property
    def told(self) -> Told:
        data = self.cleaned_data
        achieved = {name: data[name] for name in (*FIGURES, "may_publish")}
        return Told(data["progress"], data["reason"], data["note"], achieved)

    @property
    def seen_at(self) -> datetime | None:
        return parse_datetime(self.cleaned_data["seen"]) if self.cleaned_data["seen"] else None
