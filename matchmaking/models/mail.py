"""Every mail the platform owes somebody: claimed before the SMTP dialogue, its end written after.

The unique `key` names what the mail is (digest of a person and period, question to one side, …), so that
the same mail exists once however often a task runs. States move by compare-and-set only:

    due -> sending -> sent
              |-> due (temporary refusal: `not_before` says when again)
              |-> failed (permanent refusal, or given up after a day)
              |-> dropped (nothing to say any more: the cause was withdrawn or the person does not want it)
              `-> in_doubt (the process died, or the connection broke, after the text may have been taken:
                  never sent again by itself, listed for the operator, who resends or drops it)
    due -> in_doubt (a backup was restored: it may have been sent since that was made)
    due -> bundled (told in another mail to the same person, its `carrier`, whose state counts)

Only the moves live here; what a mail says is composed when it is sent, from what is true then.
"""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Need, Offer

from ..waking import wake
from .ask import Ask
from .introduction import Introduction

# A message to a worker that got lost is sent once more after this time.
QUEUED_FOR = timedelta(minutes=10)


class MailState(models.TextChoices):
    DUE = "due", _("due")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("dropped: its cause was withdrawn")
    IN_DOUBT = "in_doubt", _("in doubt")
    BUNDLED = "bundled", _("told in another mail")


# What its reader has, or may have, seen.
DELIVERED_STATES = (MailState.SENDING, MailState.SENT, MailState.IN_DOUBT)


class MailKind(models.TextChoices):
    DIGEST = "digest", _("digest")
    ASK = "ask", _("question to one side")
    REMINDER = "reminder", _("reminder")
    INTRODUCTION = "introduction", _("introduction")
    EXPIRY = "expiry", _("expiry notice")
    SEARCH = "search", _("hits of saved searches")
    CONFIRM = "confirm", _("whether a client wants a search")
    MEMBER = "member", _("request to join an organisation")
    CLUSTER_MEMBER = "cluster", _("request to join a cluster")
    BROKER = "broker", _("request to become a broker")
    NOBODY = "nobody", _("a side without people")
    SILENCED = "silenced", _("an address that cannot be reached")
    HANDOVER = "handover", _("a case handed over")
    FOLLOW_UP = "follow_up", _("question how it went")
    QUESTION = "question", _("question from the other side")
    REPLY = "reply", _("answer from the other side")
    CLIENT = "client", _("whether a client agrees to a text")
    REWORDING = "rewording", _("whether an author agrees to a change")


# What cannot wait for the digest, but for a quarter of an hour: several such mails to a person become one.
EVENT_KINDS = (
    MailKind.ASK,
    MailKind.REMINDER,
    MailKind.EXPIRY,
    MailKind.MEMBER,
    MailKind.CLUSTER_MEMBER,
    MailKind.BROKER,
    MailKind.NOBODY,
    MailKind.SILENCED,
    MailKind.HANDOVER,
    MailKind.FOLLOW_UP,
    MailKind.QUESTION,
    MailKind.REPLY,
    MailKind.REWORDING,
)


class MailQuerySet(models.QuerySet):
    def owe(self, mails: list["Mail"]) -> None:
        """Write down mails to be sent; a key that exists already stays as it is. Events wait for others to come."""
        if not mails:
            return
        for mail in mails:
            if mail.kind in EVENT_KINDS:
                mail.not_before = timezone.now() + timedelta(minutes=settings.EVENT_MINUTES)
        self.bulk_create(mails, ignore_conflicts=True)
        self.wake()

    def wake(self) -> None:
        wake("matchmaking.tasks.send_due_mails")

    def due(self) -> Self:
        return self.filter(state=MailState.DUE, not_before__lte=timezone.now())

    def queued(self) -> Self:
        """Handed to a worker lately."""
        return self.filter(queued_at__gte=timezone.now() - QUEUED_FOR)

    def unqueued(self) -> Self:
        return self.filter(Q(queued_at__isnull=True) | Q(queued_at__lt=timezone.now() - QUEUED_FOR))

    def in_doubt(self) -> Self:
        return self.filter(state=MailState.IN_DOUBT)

    def empty_digests(self, settled_before: datetime) -> Self:
        """Digests for which there was nothing to tell."""
        return self.filter(kind=MailKind.DIGEST, state=MailState.DROPPED, items=None, settled_at__lt=settled_before)

    def untouched_events(self) -> Self:
        """Events that wait to be told, and that nobody has begun to send."""
        return self.filter(kind__in=EVENT_KINDS, state=MailState.DUE, attempts=0)

    def abandoned(self, claimed_before: datetime) -> Self:
        """Claimed by a process that can no longer be alive."""
        return self.filter(state=MailState.SENDING, claimed_at__lt=claimed_before)


class Mail(models.Model):
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=12, choices=MailKind)
    # Null for an introduction, which goes to both sides and the broker, and for what goes to a client without an
    # account: who gets it is found when it is sent.
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="mails")
    # What it is about; a digest is about everything.
    ask = models.ForeignKey(Ask, models.CASCADE, null=True, related_name="mails")
    introduction = models.ForeignKey(Introduction, models.CASCADE, null=True, related_name="mails")
    need = models.ForeignKey(Need, models.CASCADE, null=True, related_name="mails")
    offer = models.ForeignKey(Offer, models.CASCADE, null=True, related_name="mails")
    object_id = models.BigIntegerField(null=True)  # of what its kind is about, where that is none of these
    carrier = models.ForeignKey("self", models.CASCADE, null=True, related_name="bundled")

    state = models.CharField(max_length=8, choices=MailState, default=MailState.DUE)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(null=True)
    first_claimed_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        indexes = [
            models.Index(fields=["state", "not_before"], name="mail_due"),
            models.Index(fields=["kind", "object_id"], name="mail_about", condition=Q(object_id__isnull=False)),
            models.Index(fields=["state"], name="mail_with_error", condition=~Q(error="")),
        ]

    def __str__(self) -> str:
        return self.key

    def claim(self, message_id: str = "") -> bool:
        """Take it for sending, under this Message-ID; False if another process has, or it is not due."""
        now = timezone.now()
        as_read = Mail.objects.due().filter(attempts=self.attempts, first_claimed_at=self.first_claimed_at)
        return self._change(
            as_read,
            state=MailState.SENDING,
            claimed_at=now,
            first_claimed_at=self.first_claimed_at or now,
            attempts=self.attempts + 1,
            message_id=message_id,
        )

    def bundle(self) -> int:
        """Take along the other events that wait for the same person; returns how many. For an event just claimed."""
        waiting = Mail.objects.untouched_events().filter(recipient=self.recipient_id).exclude(pk=self.pk)
        return waiting.update(state=MailState.BUNDLED, carrier=self)

    def settle(self, state: MailState, *, error: str = "") -> bool:
        """Write the end of the claim this instance holds; False if the operator decided otherwise meanwhile."""
        mine = Mail.objects.filter(state__in=(MailState.SENDING, MailState.IN_DOUBT), claimed_at=self.claimed_at)
        return self._change(mine, state=state, settled_at=timezone.now(), error=error[:500])

    def postpone(self, until: datetime, *, error: str) -> bool:
        """Give the claim back: to be tried again from `until` on."""
        mine = Mail.objects.filter(state=MailState.SENDING, claimed_at=self.claimed_at)
        return self._change(mine, state=MailState.DUE, not_before=until, queued_at=None, error=error[:500])

    def defer(self, until: datetime) -> bool:
        """Give the claim back without counting it as an attempt: the server has sent enough for now."""
        mine = Mail.objects.filter(state=MailState.SENDING, claimed_at=self.claimed_at)
        began = {} if self.attempts > 1 else {"first_claimed_at": None}
        again = {"state": MailState.DUE, "not_before": until, "queued_at": None, "attempts": F("attempts") - 1}
        return self._change(mine, **again, **began)

    def _change(self, expected: MailQuerySet, **changes: Any) -> bool:
        if expected.filter(pk=self.pk).update(**changes) == 0:
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        if computed := [name for name, value in changes.items() if hasattr(value, "resolve_expression")]:
            self.refresh_from_db(fields=computed)
        return True
