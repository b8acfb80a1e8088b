"""Vectors of definitions and names of concepts, for whatever is out of date. The one writer of them.

Read as needs, like the sentences they are compared with. Only names that `compared` lists have vectors.
"""

from collections.abc import Sequence

from .claiming import claimed
from .encoding import encoder, identity
from .models import Concept, ConceptLabel
from .models.concept import Encoded, EncodedQuerySet

TEXTS: dict[type[Encoded], str] = {ConceptLabel: "text", Concept: "definition"}
LOOKAHEAD = 8  # as many batches are looked at for rows that nobody else has claimed


def embed_stale_vocabulary(limit: int = 512) -> int:
    """Bring up to `limit` names, or else definitions, up to date; how many it were. 0: nothing was left to do."""
    return _embed_stale(ConceptLabel, limit) or _embed_stale(Concept, limit)


def stale_vocabulary(model: type[Encoded]) -> EncodedQuerySet:
    """Names or definitions that are compared with texts and whose vector is missing or out of date."""
    if model is ConceptLabel:
        return ConceptLabel.objects.compared().stale(identity().fingerprint)
    return Concept.objects.active().exclude(definition="").stale(identity().fingerprint)


def _embed_stale(model: type[Encoded], limit: int) -> int:
    pending = stale_vocabulary(model).order_by("pk").values_list("pk", flat=True)
    with claimed(model, list(pending[: limit * LOOKAHEAD]), limit) as own:
        rows = list(stale_vocabulary(model).without_vectors().filter(pk__in=own))
        _embed(model, rows)
    return len(rows)


def _embed(model: type[Encoded], rows: Sequence[Encoded]) -> None:
    """Only where the text is still the one that was read."""
    if not rows:
        return
    vectors = encoder().encode_query([getattr(row, TEXTS[model]) for row in rows])
    for row, vector in zip(rows, vectors, strict=True):
        made = {"embedding": vector, "embedded_from": f"{identity().fingerprint}:{row.text_hash}"}
        model.objects.filter(pk=row.pk, text_hash=row.text_hash).update(**made)
