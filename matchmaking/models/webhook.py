"""Webhooks: which address is told of which events, and what was delivered to it. Deliveries are the queue."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import User, brokered_clusters

from .change import LONGEST_TRANSACTION, Change, ChangeLog
from .match import Match

CLAIM_LASTS = timedelta(minutes=5)  # longer than one delivery may take; an older claim has no living owner


class WebhookEvent(models.TextChoices):
    MATCH = "match", _("match")
    ANSWER = "answer", _("answer")
    INTRODUCTION = "introduction", _("introduction")
    OUTCOME = "outcome", _("outcome")


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


class WebhookQuerySet(models.QuerySet):
    def manageable_by(self, user: User) -> Self:
        """A broker's are those of the own clusters; staff sees all."""
        if user.is_authenticated and user.is_staff:
            return self.all()
        return self.filter(cluster__in=brokered_clusters(user))

    def live(self) -> Self:
        return self.filter(ended_at__isnull=True, owner__is_active=True)

    def end(self) -> int:
        return self.filter(ended_at__isnull=True).update(ended_at=timezone.now())


class Webhook(models.Model):
    """Tells of the matches of one cluster, as far as its owner may see them when they are told."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks", editable=False)
    cluster = models.ForeignKey(
        "accounts.Cluster", models.CASCADE, verbose_name=_("cluster"), related_name="webhooks"
    )
    url = models.URLField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=12, choices=WebhookEvent), verbose_name=_("events"))
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    # Up to where the log of changes has been looked through
    log = models.UUIDField(null=True, editable=False)
    read_in = models.BigIntegerField(default=-1, editable=False)  # transaction
    read_row = models.BigIntegerField(default=0, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")

    def __str__(self) -> str:
        return self.url

    @property
    def key(self) -> bytes:
        """What deliveries are signed with. It is never stored: it follows from the installation's secret."""
        return salted_hmac("matchmaking.webhook", self.nonce, algorithm="sha256").digest()

    @property
    def secret(self) -> str:
        """The same in the form that receivers' libraries expect."""
        return "whsec_" + base64.b64encode(self.key).decode()

    def place_in(self, log: ChangeLog) -> tuple[int, int]:
        """The transaction and the row it has read up to; before the first one where it knows another log."""
        return (self.read_in, self.read_row) if self.log == log.identity else (-1, 0)

    def has_read(self, log: ChangeLog, last: Change) -> None:
        self.log, self.read_in, self.read_row = log.identity, last.transaction, last.pk
        place = {"log": self.log, "read_in": self.read_in, "read_row": self.read_row}
        Webhook.objects.filter(pk=self.pk).update(**place)


class DeliveryState(models.TextChoices):
    DUE = "due", _("due")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("not needed any more")
    DEAD = "dead", _("given up")


class DeliveryQuerySet(models.QuerySet):
    def due(self) -> Self:
        now = timezone.now()
        abandoned = Q(state=DeliveryState.SENDING, claimed_at__lt=now - CLAIM_LASTS)
        waiting = self.filter(Q(state=DeliveryState.DUE, not_before__lte=now) | abandoned)
        return waiting.filter(webhook__in=Webhook.objects.live())

    def forgettable(self) -> Self:
        """What came to its end. Of things older than these no delivery is made, so that none comes again."""
        ended = (DeliveryState.SENT, DeliveryState.DROPPED, DeliveryState.DEAD)
        return self.filter(state__in=ended, happened_at__lt=Delivery.kept_since() - LONGEST_TRANSACTION)

    def dead(self) -> Self:
        return self.filter(state=DeliveryState.DEAD)

    def replay(self) -> int:
        """Send those that were given up again, from the beginning; returns how many."""
        return self.dead().update(state=DeliveryState.DUE, attempts=0, not_before=timezone.now(), settled_at=None)


class Delivery(models.Model):
    """One event for one webhook. `key` names the event, so that none is queued twice."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.CharField(_("event"), max_length=12, choices=WebhookEvent)
    key = models.CharField(max_length=80)
    match = models.ForeignKey(Match, models.CASCADE, related_name="+")
    about = models.JSONField(default=dict)  # what happened, in codes
    happened_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=8, choices=DeliveryState, default=DeliveryState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery to a webhook")
        verbose_name_plural = _("deliveries to webhooks")
        constraints = [models.UniqueConstraint(fields=["webhook", "key"], name="delivery_once")]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(state__in=(DeliveryState.DUE, DeliveryState.SENDING)),
                name="delivery_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.webhook}: {self.key}"

    @classmethod
    def kept_since(cls) -> datetime:
        return timezone.now() - timedelta(days=settings.RETENTION_DAYS["deliveries"])

    def claim(self) -> bool:
        """Compare-and-set: False if another worker was faster."""
        now = timezone.now()
        unchanged = Delivery.objects.due().filter(pk=self.pk, claimed_at=self.claimed_at)
        changes = {"state": DeliveryState.SENDING, "claimed_at": now, "attempts": F("attempts") + 1}
        if unchanged.update(**changes) == 0:
            return False
        self.refresh_from_db(fields=list(changes))
        return True

    def settle(self, state: DeliveryState, *, error: str = "") -> None:
        self._end_claim(state=state, settled_at=timezone.now(), error=error[:200])

    def postpone(self, again: datetime, *, error: str) -> None:
        self._end_claim(state=DeliveryState.DUE, not_before=again, error=error[:200])

    def _end_claim(self, **changes: object) -> None:
        """Only as long as the claim is this one: whoever took too long does not undo another's work."""
        mine = Delivery.objects.filter(pk=self.pk, state=DeliveryState.SENDING, claimed_at=self.claimed_at)
        if mine.update(**changes):
            for name, value in changes.items():
                setattr(self, name, value)
