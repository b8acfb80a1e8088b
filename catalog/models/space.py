"""A document's place in the shared space: a vector of its meaning, weights of its terms, and how both are searched.

Who makes them is `catalog/embedding.py`; here is what they are made from, which of them are out of date, and
which documents lie near.
"""

from collections.abc import Mapping, Sequence
from typing import Self

from django.contrib.postgres.indexes import OpClass
from django.db import connections, models
from django.db.models import Case, F, FloatField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat
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

INDEXED_DIMENSION = 384  # of the built-in encoder; the vectors of other encoders are searched exactly
# Term by term, so that the index alone says which document holds which.
MOST = """
    SELECT document_id FROM unnest(%s::int[], %s::float8[]) AS term (id, weight)
    CROSS JOIN LATERAL (SELECT document_id FROM {table} WHERE {column} @> ARRAY[term.id]) AS found
    GROUP BY document_id ORDER BY sum(term.weight) DESC, document_id LIMIT %s
"""
VECTOR_FIELDS = ("embedding", "place", "terms", "grams")  # kilobytes a row that no page shows
LOOKED_AT = 4  # times as many documents of each concept: some must not be proposed
MOST_ABOUT = """
    SELECT most.document_id FROM unnest(%s::bigint[]) AS wanted (concept_id), LATERAL (
        SELECT document_id FROM {table} AS used
        WHERE used.concept_id = wanted.concept_id AND state <> 'removed' ORDER BY weight DESC LIMIT %s
    ) AS most
"""


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

    def unplaced(self, space_version: str) -> Self:
        """Those whose place was made by other means than the present ones, or from another vector, or not at all."""
        return self.exclude(placed_from=Concat(Value(f"{space_version}:"), F("embedded_from")))

    def unread_for_concepts(self, reader_version: str) -> Self:
        """Those whose concepts were found by other means than the present ones, or in another text, or not at all."""
        return self.exclude(concepts_from=Concat(Value(f"{reader_version}:"), F("text_hash")))

    def nearest(self, place: Sequence[float], k: int, *, exact: bool = False) -> Self:
        """The `k` documents with the highest cosine to a place in the shared space, best first, as `cosine`.

        The index is approximate and finds nearly all of them; `exact` reads every row, at a few µs each.
        """
        found = self.filter(embedding_dimension=len(place), place__isnull=False)
        column = F("place") if exact else Cast("place", HalfVectorField(dimensions=len(place)))
        found = found.annotate(distance=CosineDistance(column, place)).annotate(cosine=1.0 - F("distance"))
        return found.order_by("distance", "pk")[:k] if exact else found.order_by("distance")[:k]

    def sharing(self, weights: Mapping[int, float], column: str) -> Self:
        """Those that hold one of the terms at least, all of weight above 0, found by reading `column`, `terms` or
        `grams`, of every row: 10 µs each, where an overlap of two long arrays takes ten times as long."""
        product = MaxInnerProduct(column, SparseVector(dict(weights), TERM_SPACE))
        return self.alias(product=product).filter(product__lt=0)

    def with_comparisons(
        self, place: Sequence[float], products: Mapping[str, tuple[str, Mapping[int, float]]]
    ) -> Self:
        """Each document with its `distance` to a place, and with the inner products of its weights with others, each
        NEGATIVE, as pgvector has it. `products` says by name of which column, `terms` or `grams`, and with what."""
        has_place = When(embedding_dimension=len(place), then=CosineDistance("place", place))
        found = {
            name: MaxInnerProduct(column, SparseVector(dict(weights), TERM_SPACE))
            for name, (column, weights) in products.items()
        }
        return self.annotate(distance=Case(has_place, output_field=FloatField()), **found)

    def holding_most(self, weights: Mapping[int, float], k: int, *, column: str = "term_ids") -> list[int]:
        """Primary keys of the `k` documents, whatever their state, in which the terms of `weights` that occur weigh
        most; how often one occurs does not count. Reads the index of `column` and rows of 70 bytes: 1 µs an
        occurrence, where scoring takes 20 µs a document."""
        statement = MOST.format(table=self._held._meta.db_table, column=column)
        with connections[self.db].cursor() as cursor:
            cursor.execute(statement, [list(weights), list(weights.values()), k])
            return [pk for (pk,) in cursor.fetchall()]

    def bearing(self, term_ids: Sequence[int]) -> list[int]:
        """Primary keys of the documents, whatever their state, that hold at least one of the terms."""
        held = self._held.objects.filter(term_ids__overlap=term_ids)
        return list(held.values_list("pk", flat=True)) if term_ids else []

    @property
    def _held(self) -> type[models.Model]:
        """Where it stands which documents hold which terms: `HeldTerms` in `reading.py`."""
        return self.model._meta.get_field("held_terms").related_model

    def about(self, concepts: Mapping[int, float], k: int) -> Self:
        """The `k` documents that are most about concepts of these weights, best first, as `aboutness`: the sum of the
        products of the weights. Of each concept only the documents with most weight are looked at."""
        uses = self.model._meta.get_field("concept_uses").related_model.objects.standing()
        weights = Case(*(When(concept=pk, then=Value(weight)) for pk, weight in concepts.items()), default=0.0)
        shared = uses.filter(document=OuterRef("pk"), concept__in=list(concepts)).order_by().values("document")
        total = shared.annotate(total=Sum(F("weight") * weights, output_field=FloatField())).values("total")
        statement = MOST_ABOUT.format(table=uses.model._meta.db_table)
        near = RawSQL(statement, [list(concepts), LOOKED_AT * k])  # noqa: S611 - our own table's name
        return self.filter(pk__in=near).annotate(aboutness=Subquery(total)).order_by("-aboutness", "pk")[:k]

    def with_bm25(self, weights: Mapping[int, float]) -> Self:
        return self.annotate(bm25=-MaxInnerProduct("terms", SparseVector(dict(weights), TERM_SPACE)))

    def with_gram_bm25(self, weights: Mapping[int, float]) -> Self:
        return self.annotate(gram_bm25=-MaxInnerProduct("grams", SparseVector(dict(weights), TERM_SPACE)))


class Placed(models.Model):
    """`embedded_from` is the encoder's fingerprint and the hash of the text the vector was made from, `terms_from`
    the fingerprint of the term weights' basis and that hash, `placed_from` the version of the measured space and
    `embedded_from`, `concepts_from` the version of what reads concepts and the text's hash: what differs from the
    present ones is out of date. `embedding` is as the encoder made it, so that
    `place`, which is searched, can be made anew without it.
    """

    embedding = VectorField(null=True, editable=False)
    embedding_dimension = models.PositiveSmallIntegerField(null=True, editable=False)
    embedded_from = models.CharField(max_length=100, default="", editable=False)
    embedded_at = models.DateTimeField(null=True, editable=False)
    place = VectorField(null=True, editable=False)
    placed_from = models.CharField(max_length=150, default="", editable=False)
    terms = SparseVectorField(dimensions=TERM_SPACE, null=True, editable=False)
    term_count = models.PositiveIntegerField(default=0, editable=False)
    grams = SparseVectorField(dimensions=TERM_SPACE, null=True, editable=False)
    gram_count = models.PositiveIntegerField(default=0, editable=False)
    terms_from = models.CharField(max_length=100, default="", editable=False)
    concepts_from = models.CharField(max_length=150, default="", editable=False)

    class Meta:
        abstract = True
        indexes = [
            HnswIndex(
                OpClass(Cast("place", HalfVectorField(dimensions=INDEXED_DIMENSION)), "halfvec_cosine_ops"),
                name="%(class)s_place",
                condition=Q(embedding_dimension=INDEXED_DIMENSION),
                m=16,
                ef_construction=64,
            ),
        ]
