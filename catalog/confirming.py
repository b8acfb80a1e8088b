"""What an author or a broker says about the concepts of a document: yes, no, or this one too. It teaches the next
document: its sentence becomes an example for the concept or against it, and so does the phrase that named it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User

from .annotating import USES
from .codes import FoundBy, LabelKind, LabelSource, UseState
from .models import Concept, ConceptLabel, ConceptUse, Document, Need
from .models.concept import ConceptUseQuerySet
from .sentences import split
from .vocabulary_files import Name
from .vocabulary_loading import label


class UnknownConcept(ValueError):
    """There is no such concept in use; says so in words for people."""


def confirm(document: Document, concept: int, by: User) -> ConceptUse:
    """The document is about it, whoever found that. Raises UnknownConcept."""
    if not _decide(document, concept, by, state=UseState.CONFIRMED, weight=1.0):
        return add(document, concept, by)
    return _uses(document).get(concept=concept)


@transaction.atomic
def remove(document: Document, concept: int, by: User) -> None:
    """The document is not about it, and is not again when it is read anew."""
    with unlearning(_uses(document).filter(concept=concept)):
        _decide(document, concept, by, state=UseState.REMOVED)


@transaction.atomic
def forget(document: Document, concept: int) -> None:
    """Take a decision back: the document is read anew."""
    decided = _uses(document).decided().filter(concept=concept)
    with unlearning(decided):
        decided.delete()
    type(document).objects.filter(pk=document.pk).update(concepts_from="")


def _decide(document: Document, concept: int, by: User, **facts: object) -> int:
    facts |= {"decided_by": by, "decided_at": timezone.now()}
    return _uses(document).filter(concept=concept).update(**facts)


def _uses(document: Document) -> ConceptUseQuerySet:
    return USES[type(document)].objects.filter(document=document.pk).without_vectors()


@transaction.atomic
def add(document: Document, concept: int, by: User, words: str = "") -> ConceptUse:
    """The document is about this concept, too; `words` of its text say so, if given. Raises UnknownConcept."""
    if not Concept.objects.active().filter(pk=concept).exists():
        raise UnknownConcept(f"There is no concept {concept} in use.")
    facts = {
        "weight": 1.0,
        "state": UseState.CONFIRMED,
        "found_by": role_of(by, document),
        "decided_by": by,
        "decided_at": timezone.now(),
    } | _evidence(document, words)
    rows = USES[type(document)].objects
    use, _made = rows.update_or_create(document=document, concept_id=concept, defaults=facts)
    if use.phrase and use.found_by == FoundBy.BROKER:
        learn(concept, use.phrase, document)
    return use


def role_of(person: User, document: Document) -> FoundBy:
    """A broker where the document belongs to a client, else its author."""
    is_own = document.author_id == person.pk or Organisation.objects.of(person).filter(pk=document.organisation_id)
    return FoundBy.AUTHOR if is_own else FoundBy.BROKER


def _evidence(document: Document, words: str) -> dict[str, str]:
    """The sentence that has these words, verbatim; nothing where they are not in the text."""
    wanted = re.compile(r"\s+".join(map(re.escape, words.split())), re.IGNORECASE)
    for field in ("title", "summary", "description", "advantages", "expertise_sought", "partner_role"):
        for sentence in split(getattr(document, field)) if wanted.pattern else ():
            if found := wanted.search(sentence):
                return {"sentence": sentence, "field": field, "phrase": found.group()[:300]}
    return {}


def learn(concept: int, words: str, document: Document) -> None:
    """Words of a document, which a broker has joined to a concept, name it from now on, as a need or an offer would.
    They are used to find concepts and shown to nobody: the text may be anonymous. What was read before stays."""
    kind = LabelKind.LAY if isinstance(document, Need) else LabelKind.EXPERT
    name = Name(document.language, words, kind)
    if not ConceptLabel.objects.filter(concept=concept, language=name.language, text=words).exists():
        label(concept, name, LabelSource.LEARNT).save()


@contextmanager
def unlearning(uses: ConceptUseQuerySet) -> Iterator[None]:
    """In the block these uses go or are removed: after it, words learnt from them and from no other text go, too."""
    said = uses.filter(found_by=FoundBy.BROKER).exclude(phrase="")
    learnt = list(said.values_list("concept", "phrase", "document__language"))
    yield
    for concept, words, language in learnt:
        same = {"concept": concept, "phrase": words, "document__language": language, "found_by": FoundBy.BROKER}
        if not any(model.objects.standing().filter(**same).exists() for model in USES.values()):
            known = ConceptLabel.objects.filter(concept=concept, language=language, text=words)
            known.filter(source=LabelSource.LEARNT).delete()
