"""Finds the concepts of needs and offers, for whatever is out of date. What people have decided stays as it is.

A document keeps the version of what read it, with the hash of its text: *unread* is a query. Sentences of what people
have confirmed or refused get their vectors here too: they teach what is read next.
"""

from collections.abc import Sequence

from django.db import transaction

from .claiming import claimed
from .codes import UseState
from .concept_vectors import stale_vocabulary
from .encoding import encoder, identity
from .models import Concept, ConceptLabel, ConceptUse, Document, Need, NeedConcept, Offer, OfferConcept
from .models.document import DocumentQuerySet
from .sentence_vectors import as_encoded
from .understanding import Understood, current_lessons, reader_version, understand

LOOKAHEAD = 8  # as many batches are looked at for rows that nobody else has claimed
USES: dict[type[Document], type[ConceptUse]] = {Need: NeedConcept, Offer: OfferConcept}
FOUND = ("weight", "sentence", "field", "phrase", "key", "found_by")


def annotate_stale_documents(limit: int = 64) -> int:
    """Bring up to `limit` needs, or else offers, up to date; how many it were. 0: there was nothing left to do, or
    the vocabulary itself has no vectors yet."""
    if any(stale_vocabulary(model).exists() for model in (ConceptLabel, Concept)):
        return 0
    return _annotate_stale(Need, limit) or _annotate_stale(Offer, limit)


def stale_annotations(model: type[Document]) -> DocumentQuerySet:
    """Documents whose concepts were found in another text or by other means than the present ones."""
    return model.objects.up_to_date(identity().fingerprint).unread_for_concepts(reader_version())


def _annotate_stale(model: type[Document], limit: int) -> int:
    pending = stale_annotations(model).order_by("pk").values_list("pk", flat=True)
    with claimed(USES[model], list(pending[: limit * LOOKAHEAD]), limit) as own:
        documents = list(stale_annotations(model).without_vectors().filter(pk__in=own))
        _annotate(documents)
    return len(documents)


def _annotate(documents: Sequence[Document]) -> None:
    """The encoder is needed for sentences that nobody has asked for yet."""
    lessons, version = current_lessons(), reader_version()
    for document, told in zip(documents, as_encoded(documents), strict=True):
        _save(document, understand(told.sentences, told.vectors, document.language, lessons), version)


@transaction.atomic
def _save(document: Document, found: Sequence[Understood], version: str) -> None:
    """Only where the text is still the one that was read. Suggestions are replaced, decisions stay."""
    same_text = type(document).objects.filter(pk=document.pk, text_hash=document.text_hash)
    if not same_text.update(concepts_from=f"{version}:{document.text_hash}"):
        return
    uses = USES[type(document)].objects.filter(document=document.pk).without_vectors()
    decided = {use.concept_id: use for use in uses.decided()}
    uses.exclude(pk__in=[use.pk for use in decided.values()]).delete()
    rows = [_row(document, one) for one in found if one.concept not in decided]
    USES[type(document)].objects.bulk_create(rows)
    _keep_evidence(document, decided, found)


def _keep_evidence(document: Document, decided: dict[int, ConceptUse], found: Sequence[Understood]) -> None:
    """Decisions whose sentence has gone from the text forget it; what is confirmed gets the present one instead."""
    present = {one.concept: _facts(one) for one in found}
    nothing = {"sentence": "", "field": "", "phrase": "", "key": ""}
    for concept, use in decided.items():
        is_confirmed = use.state == UseState.CONFIRMED
        if use.sentence and use.sentence in document.text:
            continue
        facts = present.get(concept, nothing) if is_confirmed else nothing
        told = {name: value for name, value in facts.items() if name not in ("weight", "found_by")}
        type(use).objects.filter(pk=use.pk).update(**told)


def _row(document: Document, one: Understood) -> ConceptUse:
    return USES[type(document)](document=document, concept_id=one.concept, **_facts(one))


def _facts(one: Understood) -> dict[str, object]:
    values = (one.weight, one.sentence.text, one.sentence.field, one.phrase, one.key, one.found_by)
    return dict(zip(FOUND, values, strict=True))


def embed_stale_decisions(limit: int = 256) -> int:
    """Vectors of the sentences on which somebody has decided; how many were made."""
    return sum(_embed_decisions(model, limit) for model in USES.values())


def _embed_decisions(model: type[ConceptUse], limit: int) -> int:
    stale = model.objects.decided().exclude(sentence="").stale(identity().fingerprint)
    rows = list(stale.order_by("pk")[:limit])
    vectors = encoder().encode_query([use.sentence for use in rows]) if rows else []
    for use, vector in zip(rows, vectors, strict=True):
        made = {"embedding": vector, "embedded_from": f"{identity().fingerprint}:{use.text_hash}"}
        model.objects.filter(pk=use.pk, text_hash=use.text_hash).update(**made)
    return len(rows)
