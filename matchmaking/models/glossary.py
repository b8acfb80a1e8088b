"""What brokers know of who says what: words of a need and words of an offer that mean the same, or do not after all.

`matchmaking/glossary.py` is the only writer, and says what follows for the next matches.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import Language
from accounts.models import Cluster, User, brokered_clusters
from catalog.models import Concept

from .match import Match

LONGEST_WORDS = 200  # characters


class GlossaryVerdict(models.TextChoices):
    SAME = "same", _("speak of the same")
    WRONG = "wrong", _("have nothing to do with each other")


class GlossaryQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Without those that were taken back."""
        return self.filter(withdrawn_at=None)

    def joining(self) -> Self:
        """Those that say that two wordings mean the same."""
        return self.standing().filter(verdict=GlossaryVerdict.SAME)

    def parting(self) -> Self:
        """Those that say that two sentences do not belong together."""
        return self.standing().filter(verdict=GlossaryVerdict.WRONG)

    def known_to(self, cluster: Cluster | None) -> Self:
        """Those of the cluster and those of the whole installation."""
        return self.filter(Q(cluster=None) | Q(cluster=cluster)) if cluster else self.filter(cluster=None)

    def visible_to(self, user: User) -> Self:
        """Those of the clusters the person is a broker of."""
        if not user.is_authenticated:
            return self.none()
        return self.all() if user.is_staff else self.filter(cluster__in=brokered_clusters(user))

    def changed_since(self, moment: F | OuterRef) -> Self:
        """Written or taken back later than that, for whichever need the query around this one looks at."""
        theirs = Q(cluster=OuterRef("cluster")) | Q(cluster__members=OuterRef("organisation"))
        theirs |= Q(cluster__is_default=True)  # whoever is in no cluster is taken care of by this one
        return self.filter(Q(cluster=None) | theirs, changed_at__gt=moment)


class GlossaryEntry(models.Model):
    """Made by a broker on a match. Without a cluster it counts for the whole installation.

    Of sentences that do not belong together only hashes are kept: nothing of a text is to outlive it. `reading` is
    what the encoder read in both wordings, `read_from` which encoder it was.
    """

    verdict = models.CharField(_("verdict"), max_length=5, choices=GlossaryVerdict, default=GlossaryVerdict.SAME)
    need_words = models.CharField(_("words of the need"), max_length=LONGEST_WORDS)
    need_language = models.CharField(_("language of the need"), max_length=2, choices=Language)
    offer_words = models.CharField(_("words of the offer"), max_length=LONGEST_WORDS)
    offer_language = models.CharField(_("language of the offer"), max_length=2, choices=Language)
    concept = models.ForeignKey(
        Concept, models.SET_NULL, null=True, blank=True, verbose_name=_("concept"), related_name="glossary_entries"
    )
    cluster = models.ForeignKey(Cluster, models.CASCADE, null=True, blank=True, related_name="glossary_entries")
    match = models.ForeignKey(Match, models.SET_NULL, null=True, blank=True, related_name="glossary_entries")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    reading = models.BinaryField(default=b"", editable=False)
    lengths = models.JSONField(default=list, editable=False)
    read_from = models.CharField(max_length=50, default="", editable=False)

    objects = GlossaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("glossary entry")
        verbose_name_plural = _("glossary entries")
        indexes = [
            models.Index(fields=["cluster", "verdict"], name="glossary_scope"),
            models.Index(fields=["need_words"], name="glossary_parted", condition=Q(verdict="wrong")),
        ]

    def __str__(self) -> str:
        return f"{self.need_words} ↔ {self.offer_words}"
