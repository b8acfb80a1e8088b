"""A document's place in the shared space: a vector of its meaning, weights of its terms, and how both are searched.

Who makes them is `catalog/embedding.py`; here is what they are made from, which of them are out of date, and
which documents lie near.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from pgvector import SparseVector
from pgvector.django import (
    CosineDistance,
    HalfVectorField,
    HnswIndex,
    MaxInnerProduct,
    SparseVectorField,
    VectorField,
)

from ..words import TERM_SPACE
from .vocabulary import MeanVector

INDEXED_DIMENSION = 384  # of the built-in encoder; the vectors of other encoders are searched exactly
VECTOR_FIELDS = ("embedding", "terms", "term_ids")  # kilobytes a row that no page shows


class PlacedQuerySet(models.QuerySet):
    def without_vectors(self) -> Self:
        """To be read by people: the vectors stay in the database."""
        return self.defer(*VECTOR_FIELDS)

    def stale(self, encoder_fingerprint: str) -> Self:
        """Those whose vector was made by another encoder or from another text, or not at all."""
        made_from = Concat(Value(f"{encoder_fingerprint}:"), F("text_hash"))
        return self.exclude(embedded_from=made_from)

    def unweighed(self, basis_fingerprint: str) -> Self:
        """Those whose terms were weighed on another basis or from another text, or not at all."""
        made_from = Concat(Value(f"{basis_fingerprint}:"), F("text_hash"))
        return self.exclude(terms_from=made_from)

    def embedded(self) -> Self:
        return self.filter(embedding__isnull=False)

    def up_to_date(self, encoder_fingerprint: str) -> Self:
        """Those whose vector is this encoder's of the present text."""
        return self.filter(embedded_from=Concat(Value(f"{encoder_fingerprint}:"), F("text_hash")))

    def comparable(self, encoder_fingerprint: str) -> Self:
        """Those whose vector is this encoder's, perhaps of a former text: vectors of two encoders never mix."""
        return self.filter(embedded_from__startswith=f"{encoder_fingerprint}:")

    def nearest(self, vector: Sequence[float], k: int) -> Self:
        """The `k` documents with the highest cosine to `vector`, best first, as `cosine`; nearly all of them: the
        index is approximate."""
        place = Cast("embedding", HalfVectorField(dimensions=len(vector)))
        found = self.filter(embedding_dimension=len(vector)).annotate(distance=CosineDistance(place, vector))
        return found.annotate(cosine=1.0 - F("distance")).order_by("distance")[:k]

    def with_meaning(self, encoder_fingerprint: str, vector: Sequence[float]) -> Self:
        """Those with a vector of this encoder, each with its exact `meaning`: the cosine to `vector` once the mean of
        side and language is taken out of the document's. `vector` is a direction made by `mean_vectors.py`."""
        means = MeanVector.objects.filter(encoder=encoder_fingerprint, side=self.model._meta.model_name)
        own = Subquery(means.filter(language=OuterRef("language")).values("vector")[:1])
        everybody = Subquery(means.filter(language="").values("vector")[:1])
        middle = Coalesce(own, everybody, Value([0.0] * len(vector), output_field=VectorField()))
        place = ExpressionWrapper(F("embedding") - middle, output_field=VectorField())
        found = self.comparable(encoder_fingerprint)
        return found.annotate(meaning=1.0 - CosineDistance(place, vector))

    def closest(self, encoder_fingerprint: str, vector: Sequence[float], k: int) -> Self:
        """The `k` documents with the highest `meaning`, best first. Reads every row, at 9 µs each."""
        return self.with_meaning(encoder_fingerprint, vector).order_by("-meaning", "pk")[:k]

    def containing(self, weights: Mapping[int, float], k: int, *, among: Iterable[int] | None = None) -> Self:
        """The `k` documents with the highest sum of term weights, best first, as `bm25`.

        `weights` maps a term's id to its weight in the query. Only documents that hold a term of `among` are
        looked at: the query's rarer terms, so that a word of every second document costs nothing.
        """
        return self.bearing(weights if among is None else among).with_bm25(weights).order_by("-bm25", "pk")[:k]

    def bearing(self, term_ids: Iterable[int]) -> Self:
        """Those that hold at least one of the terms."""
        return self.filter(term_ids__overlap=list(term_ids))

    def with_bm25(self, weights: Mapping[int, float]) -> Self:
        return self.annotate(bm25=-MaxInnerProduct("terms", SparseVector(dict(weights), TERM_SPACE)))


class Placed(models.Model):
    """`embedded_from` is the encoder's fingerprint and the hash of the text the vector was made from, `terms_from`
    the fingerprint of the term weights' basis and that hash: what differs from the present ones is out of date.
    """

    embedding = VectorField(null=True, editable=False)
    embedding_dimension = models.PositiveSmallIntegerField(null=True, editable=False)
    embedded_from = models.CharField(max_length=100, default="", editable=False)
    embedded_at = models.DateTimeField(null=True, editable=False)
    terms = SparseVectorField(dimensions=TERM_SPACE, null=True, editable=False)
    term_ids = ArrayField(models.IntegerField(), default=list, editable=False)
    term_count = models.PositiveIntegerField(default=0, editable=False)
    terms_from = models.CharField(max_length=100, default="", editable=False)

    class Meta:
        abstract = True
        indexes = [
            HnswIndex(
                OpClass(Cast("embedding", HalfVectorField(dimensions=INDEXED_DIMENSION)), "halfvec_cosine_ops"),
                name="%(class)s_embedding",
                condition=Q(embedding_dimension=INDEXED_DIMENSION),
                m=16,
                ef_construction=64,
            ),
            GinIndex(fields=["term_ids"], name="%(class)s_terms"),
        ]
