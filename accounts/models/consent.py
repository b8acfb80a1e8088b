"""The consent log: what people agreed to, declined or took back, when, and by which door. Only ever added to.

What counts now stands where it is asked (`User.digest_frequency`, the mails a person has left, answers to questions);
here is how it came to be.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..codes import Frequency


class Subject(models.TextChoices):
    """What somebody agrees to. Those of mails are named like the groups of mails that can be left."""

    DIGEST = "digest", _("what is new for you, in one mail")
    SEARCHES = "searches", _("new hits of saved searches")
    QUESTIONS = "questions", _("questions about possible partners")
    EXPIRY = "expiry", _("texts of yours that end soon")
    JOINING = "joining", _("requests to join, and their decision")
    CASES = "cases", _("cases that need a broker")
    INTRODUCED = "introduced", _("what becomes of your introductions")
    INTRODUCTION = "introduction", _("being introduced to the other side")
    PUBLICATION = "publication", _("publishing what you achieved")
    CLIENT_SEARCH = "client search", _("a search that a broker set up for you")
    REWORDING = "rewording", _("changing a text of yours as a broker proposes")
    CLIENT_TEXT = "client text", _("a text that a broker entered for you")


class Act(models.TextChoices):
    AGREED = "agreed", _("agreed")
    POSTPONED = "postponed", _("asked to be left in peace for now")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("taken back")


class Door(models.TextChoices):
    PAGE = "page", _("on a page, signed in")
    MAIL = "mail", _("by a link in a mail")
    API = "api", _("through the API")
    PROVIDER = "provider", _("in the mail program")


class ConsentQuerySet(models.QuerySet):
    def note(self, person: models.Model, subject: str, act: str, door: str, **said: str) -> "Consent":
        """Write down one decision; `said` may hold `detail` (how often, which answer) and `about` (which case)."""
        return self.create(person=person, subject=subject, act=act, door=door, **said)

    def note_client(self, address: str, subject: str, act: str, door: str, **said: str) -> "Consent":
        """The same of somebody who has no account."""
        return self.create(address=address.lower(), subject=subject, act=act, door=door, **said)

    def of(self, person: models.Model) -> Self:
        """Decisions of the person, also those from before there was an account of this address."""
        return self.filter(models.Q(person=person) | models.Q(address=person.email))

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class Consent(models.Model):
    """One decision of a person, or of a client without an account, who is known by the address only."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="consents")
    address = models.EmailField(_("e-mail address"), blank=True)  # in small letters
    subject = models.CharField(_("to what"), max_length=16, choices=Subject)
    act = models.CharField(_("decision"), max_length=10, choices=Act)
    detail = models.CharField(_("detail"), max_length=40, blank=True)
    about = models.CharField(_("about"), max_length=100, blank=True)
    door = models.CharField(_("by which way"), max_length=8, choices=Door)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on consent")
        verbose_name_plural = _("decisions on consent")
        indexes = [models.Index(fields=["address"], name="consent_of_client", condition=~models.Q(address=""))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) ^ ~models.Q(address=""), name="consent_of_somebody"
            ),
            models.CheckConstraint(condition=models.Q(address=Lower("address")), name="consent_in_small_letters"),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.address}: {self.subject} {self.act}"

    @property
    def how_often(self) -> str:
        """The chosen frequency of mails in words, where the decision was about that."""
        return str(Frequency(self.detail).label) if self.detail in Frequency.values else ""
