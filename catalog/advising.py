"""Notes on the form of a need or an offer, as it stands: from the form to the linter and back to words."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, TextField, Value

from accounts.models import Organisation, User

from .codes import Visibility
from .forms import DocumentForm, NeedForm, OfferForm
from .language import detect
from .lint_words import Advice, in_words
from .linting import LIMITS, Draft, notes
from .models import Document, Need, Offer

FORMS: dict[type[Document], type[DocumentForm]] = {Need: NeedForm, Offer: OfferForm}
KEYWORDS = ("technology_keywords", "market_keywords")
MOST_NAMES = 20


def advice(form: DocumentForm) -> list[Advice]:
    """What would improve what stands in the form, whether it is valid or not."""
    draft = _draft(form)
    return [in_words(note, form[note.field].label, form[note.field].id_for_label) for note in notes(draft)]


def advice_on(model: type[Document], written: Mapping[str, Any], user: User) -> list[Advice]:
    """On what somebody writes and nothing stores, given as the form sends it."""
    return advice(FORMS[model](written, instance=model(author=user), user=user))


def _draft(form: DocumentForm) -> Draft:
    texts = {name: str(form[name].value() or "") for name in LIMITS if name in form.fields}
    whole = "\n".join(texts.values())
    is_hidden = form["visibility"].value() in (Visibility.ANONYMOUS, Visibility.NETWORK)
    return Draft(
        side=type(form.instance)._meta.model_name,
        language=form["language"].value() or detect(whole, "en"),
        texts=texts,
        keywords={name: _listed(str(form[name].value() or "")) for name in KEYWORDS},
        ecosystems=tuple(form["ecosystems"].value() or ()),
        is_hidden=is_hidden,
        own_names=_own_names(form) if is_hidden else (),
        other_names=names_in(whole, form.user) if is_hidden else (),
    )


def _listed(words: str) -> list[str]:
    return [word for part in words.split(",") if (word := part.strip())]


def _own_names(form: DocumentForm) -> tuple[str, ...]:
    return tuple(form.fields["organisation"].queryset.values_list("name", flat=True))


def names_in(text: str, user: User) -> tuple[str, ...]:
    """Organisations that the text names, of those that the writer may see: nothing is told about the others."""
    seen = Organisation.objects.visible_to(user).annotate(text=Value(text, output_field=TextField()))
    return tuple(seen.filter(text__contains=F("name")).values_list("name", flat=True)[:MOST_NAMES])
