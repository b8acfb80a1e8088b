"""A person with an account. Signs in by e-mail address; says how often and in which language to be written to."""

from collections.abc import Iterable
from typing import Any, Self
from zoneinfo import available_timezones

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..codes import Frequency, Language
from .admission import Admission
from .consent import Act, Consent, Door, Subject


class UserQuerySet(models.QuerySet):
    def acting_for(self, organisation: models.Model) -> Self:
        """Active people who may speak for the organisation."""
        return self.filter(
            is_active=True, memberships__organisation=organisation, memberships__state=Admission.State.APPROVED
        )

    def acting_for_any(self, organisations: Iterable[int]) -> Self:
        """Active people of these, each once for every `place` that the person may speak for."""
        place = {"memberships__organisation__in": list(organisations), "memberships__state": Admission.State.APPROVED}
        return self.filter(is_active=True, **place).annotate(place=F("memberships__organisation"))

    def brokering(self, cluster: models.Model | None) -> Self:
        """Active brokers of the cluster."""
        return self.filter(is_active=True, brokerships__cluster=cluster, brokerships__state=Admission.State.APPROVED)

    def with_account(self) -> Self:
        """Active people who can sign in: those who chose a password."""
        return self.filter(is_active=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.lower())


def known_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone; write for example Europe/Warsaw."), params={"name": name}
        )


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.EN)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Brussels", validators=[known_time_zone]
    )
    digest_frequency = models.CharField(
        _("suggestions by mail"), max_length=8, choices=Frequency, default=Frequency.WEEKLY
    )
    digest_weekday = models.PositiveSmallIntegerField(_("on"), choices=Weekday, default=Weekday.TUESDAY)
    digest_hour = models.PositiveSmallIntegerField(
        _("at (hour of the day)"), default=8, validators=[MaxValueValidator(23)]
    )
    kept_text = models.TextField(editable=False, blank=True, default="")  # typed before signing up
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the administration"), default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.email

    def set_unusable_password(self) -> None:
        super().set_unusable_password()
        self._password = ""  # to be saved as a new one is

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new password ends what somebody may have got with the old one: tokens of the API; Django ends the
        sessions. One that is only hashed anew, at signing in, is not new."""
        if self._password is not None and self.pk:
            self.auth_token_set.all().delete()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self)

    def hand_over_kept_text(self) -> str:
        """The text that waits with the account, to the first who asks for it."""
        text = self.kept_text
        waiting = type(self).objects.filter(pk=self.pk, kept_text=text).exclude(kept_text="")
        self.kept_text = ""
        return text if waiting.update(kept_text="") else ""

    def change_digest(self, frequency: str, door: str = Door.PAGE) -> None:
        """How often suggestions are mailed from now on."""
        if frequency != self.digest_frequency:
            self.digest_frequency = frequency
            self.save(update_fields=["digest_frequency"])
            self.note_digest(door)

    def note_digest(self, door: str) -> None:
        """Keep in the consent log how often the person wants the digest from now on."""
        act = Act.WITHDRAWN if self.digest_frequency == Frequency.NEVER else Act.AGREED
        Consent.objects.note(self, Subject.DIGEST, act, door, detail=self.digest_frequency)
