"""Other installations with which this one exchanges offers and needs: where they are, and how far they were read."""

import hashlib
import secrets
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SYNC_LASTS = timedelta(minutes=30)  # longer than one may take; an older claim has no living owner
EVERY = timedelta(minutes=10)


def hashed(key: str) -> str:
    """Keys are random and long: one round is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


class PeerQuerySet(models.QuerySet):
    def live(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def known_by(self, key: str) -> "Peer | None":
        """The one that shows this key here."""
        return self.live().filter(key_hash=hashed(key)).select_related("account").first()

    def due(self) -> Self:
        return self.live().exclude(token="").filter(not_before__lte=timezone.now())


class Peer(models.Model):
    """`token` is what is shown there, `key_hash` of what is shown here: each side gives the other one."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    url = models.URLField(_("address"), max_length=300)
    contact = models.EmailField(_("e-mail address of the brokers there"))
    token = models.CharField(_("key that its operator gave you"), max_length=200, blank=True)
    key_hash = models.CharField(max_length=64, editable=False)
    cluster = models.OneToOneField("accounts.Cluster", models.PROTECT, related_name="peer", editable=False)
    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    cursor = models.CharField(max_length=400, blank=True, editable=False)
    synced_at = models.DateTimeField(_("last in step"), null=True, editable=False)
    not_before = models.DateTimeField(default=timezone.now, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures since"), default=0, editable=False)
    refused = models.PositiveIntegerField(_("records refused at the last time"), default=0, editable=False)
    error = models.CharField(_("error"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    objects = PeerQuerySet.as_manager()

    class Meta:
        verbose_name = _("linked installation")
        verbose_name_plural = _("linked installations")

    def __str__(self) -> str:
        return self.name

    def new_key(self) -> str:
        """What the other installation shows here from now on; the former one is good no more. Not saved yet."""
        key = secrets.token_urlsafe(32)
        self.key_hash = hashed(key)
        return key

    def claim(self) -> bool:
        """Compare-and-set: False if another worker was faster."""
        later = timezone.now() + SYNC_LASTS
        if Peer.objects.due().filter(pk=self.pk, not_before=self.not_before).update(not_before=later) == 0:
            return False
        self.not_before = later
        return True

    def in_step(self, refused: int) -> None:
        now = timezone.now()
        self._settle(synced_at=now, not_before=now + EVERY, failures=0, refused=refused, error="")

    def failed(self, error: str, wait: timedelta) -> None:
        self._settle(not_before=timezone.now() + wait, failures=F("failures") + 1, error=error[:200])

    def read_up_to(self, cursor: str) -> None:
        self._settle(cursor=cursor)

    def _settle(self, **changes: object) -> None:
        """Not by `save`: the operator may have changed the rest meanwhile."""
        Peer.objects.filter(pk=self.pk).update(**changes)
        self.refresh_from_db(fields=list(changes))
