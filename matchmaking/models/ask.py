"""Asking one side of an accepted match, and its answer."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..codes import Answer, Reason, Side
from .match import Match


class AskQuerySet(models.QuerySet):
    def unanswered(self) -> Self:
        return self.filter(answer="")

    def asked_before(self, moment: timezone.datetime) -> Self:
        return self.filter(asked_at__lt=moment)


class Ask(models.Model):
    """One row a side: asked when, reminded when, answered what."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="asks")
    side = models.CharField(_("side"), max_length=5, choices=Side)
    asked_at = models.DateTimeField(default=timezone.now)
    reminded_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=5, choices=Answer, blank=True)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = AskQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to one side")
        constraints = [models.UniqueConstraint(fields=["match", "side"], name="ask_once_a_side")]

    def __str__(self) -> str:
        return f"{self.match}: {self.get_side_display()}"
