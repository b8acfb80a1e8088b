"""What is known of all offers and needs together: how often terms stand in the offers, which makes a shared word
telling (`catalog/term_counts.py`), and where the texts of a side and a language lie (`catalog/measuring.py`)."""

from django.db import models
from django.utils import timezone


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
    mean_grams = models.FloatField()  # and its character grams
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "corpus statistic"

    def __str__(self) -> str:
        return f"{self.offers} offers of {self.mean_length:.0f} terms"


class MeasuredSpace(models.Model):
    """What takes language, role and register out of vectors, as measured once; the newest row counts.

    Places made with another one are out of date. `facts` are the arrays of `catalog/measuring.py`.
    """

    encoder = models.CharField(max_length=50)  # fingerprint: vectors of two encoders never mix
    facts = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)
    hubs_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "measured space"
        get_latest_by = "pk"

    def __str__(self) -> str:
        return f"{self.pk} of {self.encoder}"
