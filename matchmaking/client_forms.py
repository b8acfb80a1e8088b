"""The form with which a broker names who confirms a text for a client."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.clients import Contact


class ContactForm(forms.Form):
    name = forms.CharField(label=_("Name of the contact"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail address of the contact"),
        help_text=_("One mail with the text and a link goes there. The address is kept only if the answer is yes."),
    )
    language = forms.ChoiceField(label=_("Language of the contact"), choices=settings.LANGUAGES)

    @property
    def contact(self) -> Contact:
        return Contact(**self.cleaned_data)
