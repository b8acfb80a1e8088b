"""The log of what changed: which record, and who knew of it. Written by triggers of the database alone, so that no
door, import, `update()` or cascade can forget it; read by `matchmaking/changes.py`. It holds no text of a record.

Transactions end in another order than they begin. A row may be read once every transaction that began before its
own has ended: then nothing can come to stand before it any more, and whoever reads in order misses nothing.
"""

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

UNENDED = RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", [])
UNBEGUN = RawSQL("pg_snapshot_xmax(pg_current_snapshot())::text::bigint", [])
LONGEST_TRANSACTION = timedelta(days=1)  # a row's time is that of its writing, not of its end


class Openness(models.IntegerChoices):
    """The most people who could ever know of a record. It never shrinks."""

    OWN = 0, _("its own people")
    BROKERS = 1, _("and the brokers of its clusters")
    NETWORK = 2, _("and those of linked clusters")
    EVERYBODY = 3, _("everybody")


class ChangeQuerySet(models.QuerySet):
    def settled(self) -> Self:
        """Those before which nothing can appear any more."""
        return self.filter(transaction__lt=UNENDED)

    def after(self, written_in: int, row: int) -> Self:
        """The last condition follows from the others, but tells PostgreSQL where in the index to begin."""
        later = Q(transaction=written_in, pk__gt=row) | Q(transaction__gt=written_in)
        return self.filter(later, transaction__gte=written_in)

    def superseded(self) -> Self:
        """Those whose record has changed again since, as far as settled."""
        return self.filter(_settled_later())

    def newest(self) -> Self:
        """One row a record: the newest that is settled."""
        return self.settled().exclude(_settled_later())

    def in_order(self) -> Self:
        return self.order_by("transaction", "pk")

    def forgettable(self) -> Self:
        """Superseded, or the last trace of a record that was erased longer ago than any cursor lasts."""
        before = timezone.now() - timedelta(days=settings.CHANGES_DAYS) - LONGEST_TRANSACTION
        settled = self.settled()
        return settled.superseded() | settled.filter(is_erased=True, at__lt=before)


def _settled_later() -> Exists:
    of_record = Change.objects.filter(kind=OuterRef("kind"), record=OuterRef("record"))
    return Exists(of_record.settled().filter(pk__gt=OuterRef("pk")))


class Change(models.Model):
    class Kind(models.TextChoices):
        OFFER = "offer", _("offer")
        NEED = "need", _("need")
        ORGANISATION = "organisation", _("organisation")
        MATCH = "match", _("match")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    record = models.BigIntegerField()  # the primary key; the row itself may be gone
    is_erased = models.BooleanField(default=False)
    born = models.BigIntegerField(default=0)  # the transaction that made the record; 0 where it is older than the log
    insiders = ArrayField(models.BigIntegerField(), default=list)  # organisations whose people knew of it
    clusters = ArrayField(models.BigIntegerField(), default=list)  # clusters whose brokers knew of it
    openness = models.PositiveSmallIntegerField(choices=Openness, default=Openness.OWN)
    transaction = models.BigIntegerField()  # in which the change was made
    at = models.DateTimeField(default=timezone.now)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a record")
        verbose_name_plural = _("changes of records")
        indexes = [
            models.Index(fields=["transaction", "id"], name="change_in_order"),
            models.Index(fields=["kind", "record", "id"], name="change_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record}"


class ChangeLog(models.Model):
    """One row: which log this is. A database that was restored goes on with another one, and old cursors end."""

    identity = models.UUIDField(default=uuid.uuid4)

    class Meta:
        verbose_name = _("log of changes")
        verbose_name_plural = _("logs of changes")

    def __str__(self) -> str:
        return str(self.identity)

    @classmethod
    def present(cls) -> Self:
        """The log as it is; begun anew where its rows come from another server, whose numbers mean nothing here."""
        if Change.objects.filter(transaction__gt=UNBEGUN).exists():
            return cls.begin_anew()
        return cls.objects.get_or_create(pk=1)[0]

    @classmethod
    def begin_anew(cls) -> Self:
        with transaction.atomic():
            Change.objects.filter(transaction__gt=UNBEGUN).update(transaction=0, born=0)
            return cls.objects.update_or_create(pk=1, defaults={"identity": uuid.uuid4()})[0]
