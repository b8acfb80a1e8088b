"""What brokers add to the vocabulary: concepts of their own, further names, and names that should not count.

What comes from files is theirs to change by loading; here it is only added to or switched off. Every change makes
what was found with the vocabulary out of date, so that texts are read anew.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from .codes import ConceptState, LabelKind, LabelSource
from .models import Concept, ConceptLabel, Scheme
from .models.concept import BROKERS_SCHEME, LONGEST_LABEL
from .vocabulary_files import Name, VocabularyError
from .vocabulary_loading import label, note_change


@dataclass(frozen=True)
class NewConcept:
    """A concept as a page or the API asks for it. `broader` and `related` are primary keys."""

    name: str
    language: str
    definition: str = ""
    facet: str = ""
    green_aims: tuple[str, ...] = ()
    broader: tuple[int, ...] = ()
    related: tuple[int, ...] = ()


@transaction.atomic
def add_concept(new: NewConcept) -> Concept:
    """Raises VocabularyError where the name is empty, too long, or another concept's."""
    scheme, _made = Scheme.objects.get_or_create(identifier=BROKERS_SCHEME)
    name = _checked(new.name)
    if _is_taken(name, new.language):
        words = _("Another concept is called “%(name)s” already: add a name to that one.")
        raise VocabularyError(words % {"name": name})
    concept = Concept.objects.create(
        scheme=scheme,
        identifier=_free_identifier(scheme, name),
        definition=new.definition,
        definition_language=new.language,
        facet=new.facet,
        green_aims=list(new.green_aims),
    )
    concept.broader.set(new.broader)
    concept.related.set(new.related)
    add_name(concept, Name(new.language, name, LabelKind.PREFERRED))
    return concept


@transaction.atomic
def add_name(concept: Concept, name: Name) -> ConceptLabel:
    """One that is there already is switched on again; where no file says of which kind it is, this does. Raises
    VocabularyError where it is no name, or a second preferred one in its language."""
    text = _checked(name.text)
    names = ConceptLabel.objects.filter(concept=concept, language=name.language)
    if name.kind == LabelKind.PREFERRED and names.active().filter(kind=name.kind).exclude(text=text).exists():
        raise VocabularyError(_("It has a preferred name in this language already."))
    new = label(concept.pk, Name(name.language, text, name.kind), LabelSource.BROKER)
    row = names.filter(text=text).first()
    if row is None or row.source in (LabelSource.BROKER, LabelSource.LEARNT):  # somebody says it now
        new.pk = row.pk if row else None
        row = new
    row.is_active = True
    row.save()
    note_change(concept.scheme)
    return row


@transaction.atomic
def switch_off(name: ConceptLabel) -> None:
    """The name no longer finds its concept; loading the files again does not bring it back."""
    ConceptLabel.objects.filter(pk=name.pk).update(is_active=False)
    note_change(name.concept.scheme)


@transaction.atomic
def delete_name(name: ConceptLabel) -> None:
    """For good: what a file has would come back with it."""
    scheme = name.concept.scheme
    name.delete()
    note_change(scheme)


@transaction.atomic
def retire(concept: Concept) -> None:
    Concept.objects.filter(pk=concept.pk).update(state=ConceptState.RETIRED)
    note_change(concept.scheme)


def _checked(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise VocabularyError(_("The name is empty."))
    if len(text) > LONGEST_LABEL:
        words = _("The name has %(length)d characters, at most %(most)d can be kept.")
        raise VocabularyError(words % {"length": len(text), "most": LONGEST_LABEL})
    return text


def _is_taken(name: str, language: str) -> bool:
    same = ConceptLabel.objects.active().filter(kind=LabelKind.PREFERRED, language=language, text__iexact=name)
    return same.exists()


def _free_identifier(scheme: Scheme, name: str) -> str:
    """The name in small letters, with a number where another concept has it."""
    stem = slugify(name, allow_unicode=True)[:200] or "concept"
    taken = set(scheme.concepts.filter(identifier__startswith=stem).values_list("identifier", flat=True))
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 2)))
    return next(candidate for candidate in candidates if candidate not in taken)
