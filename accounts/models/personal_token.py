"""What a token of the API is called, what it may do and when it was used last. The token itself is knox's, hashed."""

from datetime import timedelta
from typing import Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from knox.models import AuthToken

from .user import User

NOTED_EVERY = timedelta(minutes=1)  # the last use, so that reading does not write each time


class Scope(models.TextChoices):
    """What a token may do of what its person may; each includes those before."""

    READ = "read", _("read")
    WRITE = "write", _("read and write")
    BROKER = "broker", _("read, write and decide as a broker")

    def includes(self, other: "Scope") -> bool:
        return list(Scope).index(self) >= list(Scope).index(other)


class PersonalTokenQuerySet(models.QuerySet):
    def of(self, user: User) -> Self:
        """Those of the person that still work, the newest first."""
        mine = self.filter(token__user=user, token__expiry__gt=timezone.now())
        return mine.select_related("token").order_by("-token__created")

    @transaction.atomic
    def make(self, user: User, *, name: str, scope: str, lasts: timedelta, most: int) -> tuple["PersonalToken", str]:
        """A new one with its secret, which nobody can read again; the oldest of more than `most` end."""
        token, secret = AuthToken.objects.create(user=user, expiry=lasts)
        made = self.create(token=token, name=name, scope=scope)
        newest = AuthToken.objects.filter(user=user).order_by("-created").values_list("pk", flat=True)
        AuthToken.objects.filter(pk__in=list(newest[most:])).delete()
        return made, secret


class PersonalToken(models.Model):
    token = models.OneToOneField(AuthToken, models.CASCADE, related_name="personal")
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80, blank=True)
    scope = models.CharField(_("what it may do"), max_length=8, choices=Scope, default=Scope.READ)
    last_used_at = models.DateTimeField(_("last used"), null=True)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("access for a program")
        verbose_name_plural = _("access for programs")

    def __str__(self) -> str:
        return self.name or self.get_scope_display()

    def note_use(self) -> None:
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at < now - NOTED_EVERY:
            PersonalToken.objects.filter(pk=self.pk).update(last_used_at=now)
