"""Brings documents to their place in the shared space: language, terms and vector, for whatever is out of date.

What is out of date is a query (`stale`, `unweighed`), so a killed process loses no more than the batch it was at.
A batch is claimed first: two processes never encode the same text, and nobody who edits waits for the encoder.
"""

from collections.abc import Sequence

import numpy as np
from django.db import transaction
from django.utils import timezone
from pgvector import SparseVector

from . import grams, words
from .claiming import claimed
from .encoder.reading import Reading
from .encoding import identity
from .language import detect
from .measuring import current_space, current_version
from .models import Document, Need, NeedTerms, Offer, OfferTerms
from .models.document import DocumentQuerySet
from .neutral import Space
from .placing import keep, kept_readings, made_in, place_documents, place_of, read
from .term_counts import Basis, current_basis

LOOKAHEAD = 8  # as many batches are looked at for rows that nobody else has claimed


def embed_stale_documents(limit: int = 256) -> int:
    """Bring up to `limit` needs, or else offers, up to date; how many it were. 0: there was nothing left to do.

    Needs come first, because somebody is waiting for what fits them.
    """
    return _embed_stale(Need, limit) or _embed_stale(Offer, limit)


def stale_documents(model: type[Document]) -> DocumentQuerySet:
    """Rows whose vector or terms were made from another text or by other means than the present ones."""
    by_meaning = model.objects.stale(identity().fingerprint) | model.objects.unplaced(current_version())
    return by_meaning | model.objects.unweighed(current_basis().fingerprint)


def _embed_stale(model: type[Document], limit: int) -> int:
    pending = stale_documents(model).order_by("pk").values_list("pk", flat=True)
    with claimed(model, list(pending[: limit * LOOKAHEAD]), limit) as own:
        documents = list(stale_documents(model).filter(pk__in=own))  # another may have been done meanwhile
        _settle_languages(documents)
        _write(documents, _missing_vectors(documents))
        unplaced = model.objects.unplaced(current_version()).filter(pk__in=own)
        place_documents(model, list(unplaced.values_list("pk", flat=True)))
    return len(documents)


def _settle_languages(documents: Sequence[Document]) -> None:
    """Detect the language wherever nobody has stated it; it is part of the text's hash."""
    for document in documents:
        language = detect(document.text, default=document.language) if document.language_is_detected else None
        if language not in (None, document.language):
            same_text = type(document).objects.filter(pk=document.pk, text_hash=document.text_hash)
            if same_text.update(language=language):
                document.refresh_from_db(fields=["language", "text_hash"])


def _missing_vectors(documents: Sequence[Document]) -> dict[int, Reading]:
    """By primary key, for those whose vector is out of date: the others need only terms or another place."""
    fingerprint = identity().fingerprint
    kept = kept_readings(documents)
    stale = [
        document
        for document in documents
        if document.embedded_from != f"{fingerprint}:{document.text_hash}" or document.pk not in kept
    ]
    if not stale:
        return {}
    return {document.pk: one for document, one in zip(stale, read(stale), strict=True)}


def _write(documents: Sequence[Document], vectors: dict[int, Reading]) -> None:
    """Only where the text is still the one that was read: a text changed meanwhile stays out of date."""
    basis, space = current_basis(), current_space()
    for document in documents:
        weighed = _place_by_words(document, basis) if _is_unweighed(document, basis) else {}
        one = vectors.get(document.pk)
        fields = weighed | (_place_by_meaning(document, one.vector, space) if one else {})
        if fields:
            _write_one(document, fields, one, space, is_weighed=bool(weighed))


def _is_unweighed(document: Document, basis: Basis) -> bool:
    return document.terms_from != f"{basis.fingerprint}:{document.text_hash}"


def _write_one(
    document: Document, fields: dict[str, object], one: Reading | None, space: Space, *, is_weighed: bool
) -> None:
    with transaction.atomic():
        same_text = type(document).objects.filter(pk=document.pk, text_hash=document.text_hash)
        if not same_text.update(**fields):
            return
        if is_weighed:
            _hold_terms(document, fields["terms"], fields["grams"])
        if one:
            keep(document, one, space, fields["place"])


def _hold_terms(document: Document, terms: SparseVector, heard: SparseVector) -> None:
    model = NeedTerms if isinstance(document, Need) else OfferTerms
    row = model(document=document, term_ids=sorted(terms.indices()), gram_ids=sorted(heard.indices()))
    names = ["term_ids", "gram_ids"]
    model.objects.bulk_create([row], update_conflicts=True, unique_fields=["document"], update_fields=names)


def _place_by_words(document: Document, basis: Basis) -> dict[str, object]:
    counts = words.count(document.text, document.language)
    weights = words.document_weights(counts, basis.mean_length)
    heard = grams.count(document.text, document.language)
    gram_weights = words.document_weights(heard, basis.mean_grams)
    return {
        "terms": SparseVector(weights, words.TERM_SPACE),
        "term_count": counts.total(),
        "grams": SparseVector(gram_weights, words.TERM_SPACE),
        "gram_count": heard.total(),
        "terms_from": f"{basis.fingerprint}:{document.text_hash}",
    }


def _place_by_meaning(document: Document, vector: np.ndarray, space: Space) -> dict[str, object]:
    embedded_from = f"{identity().fingerprint}:{document.text_hash}"
    return {
        "embedding": vector,
        "embedding_dimension": len(vector),
        "embedded_from": embedded_from,
        "embedded_at": timezone.now(),
        "place": place_of(document, vector, space),
        "placed_from": made_in(space, embedded_from),
    }
