"""What digests have told people, so that nobody reads the same twice; and which period each person has had."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .mail import DELIVERED_STATES, Mail


class Section(models.TextChoices):
    """Parts of a digest, in the order of reading."""

    ASK = "ask", _("waiting for your answer")
    OUTCOME = "outcome", _("what became of it")
    SUGGESTION = "suggestion", _("possible partners")
    REVIEW = "review", _("waiting for your review")
    SCOUTING = "scouting", _("somebody should look around")
    UNMET = "unmet", _("nothing fits yet")
    ANSWERED = "answered", _("answers received")
    TOLD = "told", _("how it went")
    LAPSED = "lapsed", _("not answered in time")
    IDLE = "idle", _("without a next step")
    EXPIRING_NEED = "need", _("needs that end soon")
    EXPIRING_OFFER = "offer", _("offers that end soon")
    DEMAND = "demand", _("in demand")


class DigestRound(models.Model):
    """The last period for which a person's digest was opened, whether there was anything to tell or not."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest_round")
    period = models.DateField()

    class Meta:
        verbose_name = _("digest period")

    def __str__(self) -> str:
        return f"{self.user}: {self.period}"


class DigestItemQuerySet(models.QuerySet):
    def told(self, *, besides: Mail | None = None) -> "DigestItemQuerySet":
        """Those whose mail arrived, or may have; without the ones of the mail being composed again."""
        told = self.filter(Q(mail__isnull=True) | Q(mail__state__in=DELIVERED_STATES))
        return told.exclude(mail=besides) if besides else told


class DigestItem(models.Model):
    """One thing a person was told in a digest. It is told again only when its version changes."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest_items")
    section = models.CharField(max_length=10, choices=Section)
    object_id = models.BigIntegerField()  # of the ask, match, need or offer the section is about
    version = models.CharField(max_length=64)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="items")

    objects = DigestItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of a digest")
        constraints = [
            models.UniqueConstraint(fields=["user", "section", "object_id"], name="digest_item_once_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.object_id} ({self.version})"
