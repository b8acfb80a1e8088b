"""The form of the draft of an introduction, for the brokers of its match."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Introduction


class IntroductionForm(forms.Form):
    message = forms.CharField(
        label=_("Introduction"),
        help_text=_("It goes to both sides when both said yes, with you in copy."),
        max_length=4000,
        widget=forms.Textarea({"rows": 8}),
    )
    meeting_at = forms.DateTimeField(
        label=_("Proposal for a first talk"),
        help_text=_(
            "Day and time in your time zone, half an hour. It goes along as a calendar entry; leave it empty "
            "if they shall find a date themselves."
        ),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)  # the version the form was opened with

    def __init__(self, *args: Any, draft: Introduction, **kwargs: Any) -> None:
        self.draft, self.is_outdated = draft, False
        initial = {"message": draft.message, "meeting_at": draft.meeting_at, "seen": draft.version}
        super().__init__(*args, initial=initial, **kwargs)
        if draft.match.origin:  # each installation writes to its own side, so no time is proposed to both
            self.fields["message"].help_text = _("It goes to your side when both said yes, with you in copy.")
            del self.fields["meeting_at"]

    def clean_meeting_at(self) -> datetime | None:
        moment = self.cleaned_data["meeting_at"]
        if moment and moment <= timezone.now():
            raise forms.ValidationError(_("Choose a time to come."))
        return moment

    def clean(self) -> dict[str, Any]:
        """Nobody writes over a colleague's words unawares; saving once more is their decision."""
        data = super().clean()
        is_up_to_date = data.pop("seen", "") in ("", self.draft.version)
        if is_up_to_date or not self.draft.is_open or self._is_as_it_stands(data):
            return data
        self.is_outdated = True
        self.data = self.data.copy()
        self.data["seen"] = self.draft.version
        problem = _("The introduction was changed while you wrote. Save once more if yours is to stand in its place.")
        raise forms.ValidationError(problem)

    def _is_as_it_stands(self, data: dict[str, Any]) -> bool:
        is_same_talk = data.get("meeting_at", self.draft.meeting_at) == self.draft.meeting_at
        return is_same_talk and data.get("message", "").split() == self.draft.message.split()
