"""Taking the words out of offers and needs for good, so that only what statistics count stays."""

from collections.abc import Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Organisation

from .annotating import USES
from .codes import ENDS, State, Visibility
from .confirming import unlearning
from .models import (
    Attachment,
    Document,
    Need,
    NeedConcept,
    NeedReading,
    NeedSentences,
    NeedTerms,
    Offer,
    OfferConcept,
    OfferReading,
    OfferSentences,
    OfferTerms,
    Rewording,
)
from .models.concept import ConceptUseQuerySet
from .models.document import TEXT_FIELDS

READ_IN_IT = {
    Need: (NeedConcept, NeedReading, NeedSentences, NeedTerms),
    Offer: (OfferConcept, OfferReading, OfferSentences, OfferTerms),
}
NAMELESS = {
    **dict.fromkeys(TEXT_FIELDS, ""), "title": "Erased", "external_id": "", "technology_keywords": [],
    "market_keywords": [], "visibility": Visibility.NETWORK,
}  # fmt: skip
UNREAD = {
    "embedding": None, "embedding_dimension": None, "embedded_from": "", "place": None, "placed_from": "",
    "terms": None, "term_count": 0, "grams": None, "gram_count": 0,
    "terms_from": "", "concepts_from": "",
}  # fmt: skip
BATCH = 500  # documents deleted in one transaction, with everything that hangs on them


def delete_in_batches(documents: QuerySet[Document]) -> int:
    """How many; without reading vectors. What hangs on a document goes with it."""
    count = 0
    while batch := list(documents.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic(), unlearning(_uses(documents.model, batch)):
            documents.model.objects.filter(pk__in=batch).only("pk").delete()
        count += len(batch)
    return count


@transaction.atomic
def erase_words_of(organisations: QuerySet[Organisation]) -> None:
    """Text, keywords, files and everything read in them; kind, state, codes and days stay. Open ones are ended."""
    for model in READ_IN_IT:
        erase_words(model.objects.filter(organisation__in=organisations))


def erase_words(documents: QuerySet[Document]) -> None:
    pks = list(documents.values_list("pk", flat=True))
    with unlearning(_uses(documents.model, pks)):
        for table in READ_IN_IT[documents.model]:
            table.objects.filter(document__in=pks).delete()
    side = "need" if documents.model is Need else "offer"
    _erase_files(Attachment.objects.filter(**{f"{side}__in": pks}))
    Rewording.objects.filter(**{f"{side}__in": pks}).delete()
    _blank(documents.model.objects.filter(pk__in=pks))


@transaction.atomic
def erase_draft(document: Document) -> None:
    """A text that was never out: nothing of it stays, not even to be counted."""
    _erase_files(Attachment.objects.filter(**{document._meta.model_name: document}))
    with unlearning(_uses(type(document), [document.pk])):
        document.delete()


def _uses(model: type[Document], pks: Sequence[int]) -> ConceptUseQuerySet:
    return USES[model].objects.filter(document__in=pks)


def _blank(documents: QuerySet[Document]) -> None:
    now = timezone.now()
    documents.exclude(state__in=(*ENDS, State.ARCHIVED)).update(state=State.WITHDRAWN, closed_at=now)
    changes: dict[str, Any] = NAMELESS | UNREAD
    documents.update(**changes, updated_at=now)


def _erase_files(attachments: QuerySet[Attachment]) -> None:
    """Rows now, the files once the transaction stands."""
    names = list(attachments.values_list("file", flat=True))
    attachments.delete()
    transaction.on_commit(lambda: [default_storage.delete(name) for name in names if name])
