"""How often terms stand in the offers: what makes a shared word telling. Counted by `catalog/term_counts.py`."""

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
    """One row: the size of the corpus when its terms were last counted, and the length terms are weighed for."""

    documents = models.PositiveIntegerField()
    mean_length = models.FloatField()  # terms of an average offer, as used in the weights
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "corpus statistic"

    def __str__(self) -> str:
        return f"{self.documents} offers of {self.mean_length:.0f} terms"
