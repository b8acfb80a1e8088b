"""What was answered to a request with an Idempotency-Key, or what a form made, until retention forgets it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class KeptAnswer(models.Model):
    KEY_LENGTH = 200

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="kept_answers")
    key = models.CharField(_("key"), max_length=KEY_LENGTH)
    request_hash = models.CharField(max_length=64)  # of method, address and body
    status = models.PositiveSmallIntegerField(_("status"), default=0)
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("kept answer of the API")
        verbose_name_plural = _("kept answers of the API")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="kept_answer_once")]
        indexes = [models.Index(fields=["created_at"], name="kept_answer_age")]

    def __str__(self) -> str:
        return self.key
