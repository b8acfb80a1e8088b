"""The two forms of an import: choosing a file, and settling what its columns mean."""

from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Organisation, User

from .import_columns import ORGANISATION
from .importing import importable_columns
from .models import ImportJob
from .table_files import READERS

EXAMPLE = 70  # characters of a cell shown beside its column
REQUIRED = ("title", "description")
NOTHING = "-"  # what a column means that is left out
LEFT_OUT = (NOTHING, _("Leave it out"))


class ImportFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV (saved as UTF-8), Excel without macros (.xlsx) or JSON Lines, one row for each."),
        widget=forms.FileInput(attrs={"accept": ",".join(READERS)}),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Import for"), empty_label=None, required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Organisation.objects.writable_by(user).order_by("name")
        self.fields["organisation"].queryset = choices
        if len(choices) == 1:
            self.fields["organisation"].widget = forms.HiddenInput()

    def clean_organisation(self) -> Organisation:
        return self.cleaned_data["organisation"] or self.fields["organisation"].queryset[0]


class ImportColumnsForm(forms.ModelForm):
    """One choice for each column of the file, and how to import."""

    class Meta:
        model = ImportJob
        fields = ["publishes", "is_all_or_nothing"]
        labels = {
            "publishes": _("Publish what is new at once; otherwise it is kept as drafts"),
            "is_all_or_nothing": _("Import nothing if a row has a problem; otherwise only that row is left out"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [LEFT_OUT, *self.meanings]
        first = self.instance.sample[0][1] if self.instance.sample else {}
        for number, column in enumerate(self.instance.columns):
            self.fields[f"column-{number}"] = forms.ChoiceField(
                label=column or _("(without a name)"),
                help_text=escape(in_words(first.get(column, ""))),  # hints are shown as HTML
                choices=choices,
                initial=self.instance.mapping.get(column) or NOTHING,
            )

    @property
    def meanings(self) -> list[tuple[str, str]]:
        """Field and label of what a column may hold."""
        model = self.instance.model
        fields = [(name, capfirst(model._meta.get_field(name).verbose_name)) for name in importable_columns(model)]
        return [*fields, (ORGANISATION, capfirst(model._meta.get_field(ORGANISATION).verbose_name))]

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"column-{number}"] for number in range(len(self.instance.columns))]

    @property
    def mapping(self) -> dict[str, str]:
        chosen = [self.cleaned_data.get(f"column-{number}", NOTHING) for number in range(len(self.instance.columns))]
        return {
            column: field.removeprefix(NOTHING) for column, field in zip(self.instance.columns, chosen, strict=True)
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        chosen: dict[str, str] = {}
        for number in range(len(self.instance.columns)):
            name = f"column-{number}"
            field = data.get(name, NOTHING).removeprefix(NOTHING)
            if field and field in chosen:
                self.add_error(name, _("Another column has this meaning already. Leave one of the two out."))
            elif field:
                chosen[field] = name
        self._ask_for_missing([name for name in REQUIRED if name not in chosen])
        self.instance.mapping = self.mapping
        return data

    def _ask_for_missing(self, names: list[str]) -> None:
        if names:
            model = self.instance.model
            words = ", ".join(str(model._meta.get_field(name).verbose_name) for name in names)
            told = ngettext("Choose the column that holds: %(words)s.", "Choose the columns that hold: %(words)s.",
                            len(names))  # fmt: skip
            self.add_error(None, told % {"words": words})


def in_words(value: Any) -> str:
    """What stands in the first row."""
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return Truncator(" ".join(text.split())).chars(EXAMPLE)
