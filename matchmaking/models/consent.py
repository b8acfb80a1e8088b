"""Who does not want which mail, and which addresses get none at all. Asked in the moment of sending."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailGroup(models.TextChoices):
    """What a person can leave separately. An introduction is none of them: it follows the person's own yes."""

    DIGEST = "digest", _("what is new for you, in one mail")
    SEARCHES = "searches", _("new hits of saved searches")
    QUESTIONS = "questions", _("questions about possible partners")
    EXPIRY = "expiry", _("texts of yours that end soon")
    JOINING = "joining", _("requests to join, and their decision")
    CASES = "cases", _("cases that need a broker")
    INTRODUCED = "introduced", _("what becomes of your introductions")


class OptOut(models.Model):
    """One group of mails a person has left. The digest is left by its frequency and has no row here."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="opt_outs")
    group = models.CharField(max_length=10, choices=MailGroup)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mail not wanted")
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="opt_out_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.group}"


class SilencedAddressQuerySet(models.QuerySet):
    def of(self, address: str) -> "SilencedAddressQuerySet":
        return self.filter(address=address.lower())


class SilencedAddress(models.Model):
    """An address that gets no mail from us any more, because it cannot be reached or its reader complained."""

    class Why(models.TextChoices):
        BOUNCE = "bounce", _("mail to it comes back")
        COMPLAINT = "complaint", _("its reader called our mail unwanted")

    address = models.EmailField(_("e-mail address"), unique=True)  # in small letters
    why = models.CharField(max_length=10, choices=Why)
    detail = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField(default=timezone.now)

    objects = SilencedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("silenced address")
        verbose_name_plural = _("silenced addresses")
        constraints = [
            models.CheckConstraint(condition=models.Q(address=Lower("address")), name="silenced_in_small_letters")
        ]

    def __str__(self) -> str:
        return self.address
