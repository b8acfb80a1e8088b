"""The introduction of both sides of a match to each other."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .match import Match


class Introduction(models.Model):
    match = models.OneToOneField(Match, models.CASCADE, related_name="introduction")
    broker = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="introductions")
    message = models.TextField(_("message"), max_length=4000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("introduction")

    def __str__(self) -> str:
        return str(self.match)
