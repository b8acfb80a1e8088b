"""What a broker decided on a match, and why."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..codes import Reason, Verdict
from .match import Match


class Review(models.Model):
    match = models.ForeignKey(Match, models.CASCADE, related_name="reviews")
    broker = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="reviews")
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("review")
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.match}: {self.get_verdict_display()}"
