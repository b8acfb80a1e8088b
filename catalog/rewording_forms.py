"""The form in which a broker changes the words of somebody else's text, to be proposed to its author."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import DocumentForm, NeedForm, OfferForm
from .models import Document, Need, Offer
from .rewording import REWORDED

FORMS: dict[type[Document], type[DocumentForm]] = {Need: NeedForm, Offer: OfferForm}


class RewordingForm(forms.Form):
    note = forms.CharField(
        label=_("Why"), max_length=500, required=False, help_text=_("The author reads it beside your change."),
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, required=False)  # which text was changed

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names, labels = REWORDED[type(document)], FORMS[type(document)].Meta.labels
        for name in names:
            self.fields[name] = document._meta.get_field(name).formfield()
            self.fields[name].label = labels.get(name, self.fields[name].label)
            self.initial[name] = getattr(document, name)
        self.fields["description"].widget.attrs |= {"class": "box", "rows": 7}
        self.initial["seen"] = document.text_hash
        self.order_fields([*names, "note", "seen"])

    @property
    def texts(self) -> dict[str, str]:
        return {name: text for name, text in self.cleaned_data.items() if name not in ("note", "seen")}
