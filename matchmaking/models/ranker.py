"""What was learnt from reviews about the weights of the ranking, one row a training; at most one is in use."""

from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class RankerVersionQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True)


class RankerVersion(models.Model):
    learnt = models.JSONField(default=dict)  # {feature: what is added to its weight}, see `learning.py`
    calibration = models.JSONField(default=dict)  # what moves the log-odds, see `recalibration.kept`
    metrics = models.JSONField(default=dict)  # of cross-validation: `learning.Report`, `training.SaidReport`
    counts = models.JSONField(default=dict)  # {kind of judgement: how many}
    is_better = models.BooleanField(_("better than the weights set by hand"), default=False)
    made_at = models.DateTimeField(default=timezone.now)
    is_active = models.BooleanField(_("in use"), default=False)
    activated_at = models.DateTimeField(null=True)
    activated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = RankerVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("ranker version")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=models.Q(is_active=True), name="one_active_ranker"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.made_at:%Y-%m-%d})"

    @property
    def moves(self) -> list[str]:
        """What is otherwise with it than with the weights set by hand."""
        return [name for name, given in (("order", self.learnt), ("probabilities", self.calibration)) if given]

    @transaction.atomic
    def activate(self, *, by: User | None = None) -> None:
        """Rank with this version from now on; every need becomes due."""
        RankerVersion.objects.select_for_update().active().update(is_active=False)
        changes: dict[str, Any] = {"is_active": True, "activated_at": timezone.now(), "activated_by": by}
        RankerVersion.objects.filter(pk=self.pk).update(**changes)
        for name, value in changes.items():
            setattr(self, name, value)

    @staticmethod
    def retire() -> None:
        """Rank with the weights set by hand again."""
        RankerVersion.objects.active().update(is_active=False)
