"""Every mail the platform owes somebody: claimed before the SMTP dialogue, its end written after.

The unique `key` names what the mail is (digest of a person and period, question to one side, …), so that
the same mail exists once however often a task runs. States move by compare-and-set only:

    due -> sending -> sent
              |-> due (temporary refusal: `not_before` says when again)
              |-> failed (permanent refusal, or given up after a day)
              `-> in_doubt (the process died in between: never sent again by itself, listed for the operator)
"""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    DUE = "due", _("due")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("dropped: its cause was withdrawn")
    IN_DOUBT = "in_doubt", _("in doubt")


class MailKind(models.TextChoices):
    DIGEST = "digest", _("digest")
    ASK = "ask", _("question to one side")
    REMINDER = "reminder", _("reminder")
    INTRODUCTION = "introduction", _("introduction")
    EXPIRY = "expiry", _("expiry notice")


class MailQuerySet(models.QuerySet):
    def due(self) -> Self:
        return self.filter(state=MailState.DUE, not_before__lte=timezone.now())

    def in_doubt(self) -> Self:
        return self.filter(state=MailState.IN_DOUBT)

    def abandoned(self, claimed_before: datetime) -> Self:
        """Claimed by a process that can no longer be alive."""
        return self.filter(state=MailState.SENDING, claimed_at__lt=claimed_before)


class Mail(models.Model):
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=12, choices=MailKind)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mails")
    subject_id = models.BigIntegerField(null=True)  # pk of the ask, introduction or document it is about
    state = models.CharField(max_length=8, choices=MailState, default=MailState.DUE)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        indexes = [models.Index(fields=["state", "not_before"], name="mail_due")]

    def __str__(self) -> str:
        return self.key
