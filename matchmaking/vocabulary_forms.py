"""The forms of the vocabulary's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.codes import Language
from catalog.codes import LabelKind
from catalog.models.concept import LONGEST_LABEL


class ConceptForm(forms.Form):
    """A concept of the brokers' own."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_LABEL)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    definition = forms.CharField(
        label=_("What is meant, in one or two sentences"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Texts are compared with it, so that the concept is found where other words are used."),
    )


class NameForm(forms.Form):
    """One more name of a concept."""

    text = forms.CharField(label=_("Name"), max_length=LONGEST_LABEL)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    kind = forms.ChoiceField(label=_("Who says so"), choices=LabelKind.choices, initial=LabelKind.LAY)


class VocabularyFileForm(forms.Form):
    file = forms.FileField(
        label=_("SKOS file"),
        help_text=_("Turtle (.ttl) or RDF/XML (.rdf), up to 2 MB. A concept that is gone from the file is retired."),
        widget=forms.FileInput(attrs={"accept": ".ttl,.rdf"}),
    )
