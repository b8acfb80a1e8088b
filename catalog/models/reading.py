"""What the encoder read in a document, piece by piece, and where that lies in the shared space: kilobytes a document,
kept beside the rows that lists read. `catalog/placing.py` is the only writer.

All arrays are little-endian. `middle` is the mean of the pieces, `tokens` are all of them, `kept` those that are
compared, both as `catalog/tokens.py` packs them; `place` is float32 in the shared space.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from .need import Need
from .offer import Offer


class Reading(models.Model):
    pieces = models.BinaryField()
    tokens = models.BinaryField()
    middle = models.BinaryField()

    place = models.BinaryField(default=b"")
    kept = models.BinaryField(default=b"")
    kept_pieces = models.BinaryField(default=b"")

    class Meta:
        abstract = True


class NeedReading(Reading):
    document = models.OneToOneField(Need, models.CASCADE, primary_key=True, related_name="reading")

    class Meta:
        verbose_name = "reading of a need"

    def __str__(self) -> str:
        return f"need {self.pk}"


class OfferReading(Reading):
    """Hubs: how near the offer lies to the needs nearest to it, whatever they are about. Empty until measured."""

    document = models.OneToOneField(Offer, models.CASCADE, primary_key=True, related_name="reading")
    meaning_hub = models.FloatField(null=True)
    token_hub = models.FloatField(null=True)

    class Meta:
        verbose_name = "reading of an offer"

    def __str__(self) -> str:
        return f"offer {self.pk}"


class Sentences(models.Model):
    """The vectors of a document's sentences, as `catalog/sentence_vectors.py` keeps them: float16, in the order in
    which `catalog/sentences.py` finds them, read as a need's. `made_from` is what they were made with and from; where
    it differs from the present, they are made anew when somebody asks for them."""

    made_from = models.CharField(max_length=100)
    vectors = models.BinaryField()

    class Meta:
        abstract = True


class NeedSentences(Sentences):
    document = models.OneToOneField(Need, models.CASCADE, primary_key=True, related_name="sentence_vectors")

    class Meta:
        verbose_name = "sentences of a need"

    def __str__(self) -> str:
        return f"sentences of need {self.pk}"


class OfferSentences(Sentences):
    document = models.OneToOneField(Offer, models.CASCADE, primary_key=True, related_name="sentence_vectors")

    class Meta:
        verbose_name = "sentences of an offer"

    def __str__(self) -> str:
        return f"sentences of offer {self.pk}"


class HeldTerms(models.Model):
    """Which terms and grams stand in a document, ascending, for the indexes that find documents by them.

    Such an index leads to the row of each document that holds a term, so the rows are kept apart from the documents'
    and narrow: their arrays lie beside them (`toast_tuple_target` in the migration) and are not read.
    """

    term_ids = ArrayField(models.IntegerField(), default=list)
    gram_ids = ArrayField(models.IntegerField(), default=list)

    class Meta:
        abstract = True
        indexes = [
            GinIndex(fields=["term_ids"], name="%(class)s_terms"),
            GinIndex(fields=["gram_ids"], name="%(class)s_grams"),
        ]


class NeedTerms(HeldTerms):
    document = models.OneToOneField(Need, models.CASCADE, primary_key=True, related_name="held_terms")

    class Meta(HeldTerms.Meta):
        verbose_name = "terms of a need"

    def __str__(self) -> str:
        return f"terms of need {self.pk}"


class OfferTerms(HeldTerms):
    document = models.OneToOneField(Offer, models.CASCADE, primary_key=True, related_name="held_terms")

    class Meta(HeldTerms.Meta):
        verbose_name = "terms of an offer"

    def __str__(self) -> str:
        return f"terms of offer {self.pk}"
