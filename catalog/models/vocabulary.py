"""What is known of all offers and needs together: how often terms stand in the offers, which makes a shared word
telling (`catalog/term_counts.py`), and where the texts of a side and a language lie (`catalog/mean_vectors.py`)."""

from django.db import models
from django.utils import timezone
from pgvector.django import VectorField


class TermStatistic(models.Model):
    term = models.PositiveIntegerField(primary_key=True)  # a term id of catalog/words.py
    documents = models.PositiveIntegerField()  # offers that hold the term

    class Meta:
        verbose_name = "term statistic"

    def __str__(self) -> str:
        return f"{self.term}: {self.documents}"


class CorpusStatistic(models.Model):
    """One row: what the figures about the corpus were last taken from, and the length terms are weighed for."""

    offers = models.PositiveIntegerField(default=0)
    needs = models.PositiveIntegerField(default=0)
    encoder = models.CharField(max_length=50, default="")  # fingerprint
    mean_length = models.FloatField()  # terms of an average offer, as used in the weights
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "corpus statistic"

    def __str__(self) -> str:
        return f"{self.offers} offers of {self.mean_length:.0f} terms"


class MeanVector(models.Model):
    """The middle of the vectors of one side in one language; the empty language stands for all of them."""

    class Side(models.TextChoices):
        NEED = "need"
        OFFER = "offer"

    encoder = models.CharField(max_length=50)  # fingerprint: vectors of two encoders never mix
    side = models.CharField(max_length=5, choices=Side)
    language = models.CharField(max_length=2, blank=True)
    vector = VectorField()

    class Meta:
        verbose_name = "mean vector"
        constraints = [models.UniqueConstraint(fields=["encoder", "side", "language"], name="mean_vector_once")]

    def __str__(self) -> str:
        return f"{self.side} {self.language}"
