"""A need or an offer that a broker entered for a client without an account, and whether the client agreed.

Until then it stays a draft (`Document.publish`). Name and address of the client are kept here only while the question
waits: after a yes they are a person's own, after a no or no answer they are gone.
"""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import Language
from accounts.models import Organisation, User, brokered_organisations

from ..codes import DocumentKind
from .need import Need
from .offer import Offer

COUNTED = timedelta(days=1)  # what was asked in it counts for how many a broker may ask
KEPT = timedelta(days=90)  # after a no, or no answer, so that the broker sees what became of it


class ClientState(models.TextChoices):
    WAITING = "waiting", _("waiting for the client")
    CONFIRMED = "confirmed", _("confirmed by the client")
    REFUSED = "refused", _("refused by the client")
    UNANSWERED = "unanswered", _("no answer from the client")


def link_end() -> datetime:
    """What was asked before can no longer be answered."""
    return timezone.now() - timedelta(days=settings.ANSWER_LINK_DAYS)


class ClientTextQuerySet(models.QuerySet):
    def unanswered(self) -> Self:
        return self.filter(confirmed_at__isnull=True, refused_at__isnull=True, taken_back_at__isnull=True)

    def waiting(self) -> Self:
        """Those that can still be answered."""
        return self.unanswered().filter(asked_at__gt=link_end())

    def lapsed(self) -> Self:
        return self.unanswered().filter(asked_at__lte=link_end())

    def visible_to(self, user: User) -> Self:
        """Those of the clusters the person is a broker of; what was taken back is kept to be counted only."""
        asked = self.filter(taken_back_at__isnull=True)
        if user.is_authenticated and user.is_staff:
            return asked
        return asked.filter(organisation__in=brokered_organisations(user))

    def for_client(self, address: str) -> Self:
        return self.filter(email__iexact=address) if address else self.none()

    def forget(self) -> int:
        """Names and addresses of clients who did not answer, and in the end the rows; how many of these."""
        self.lapsed().update(name="", email="")
        old = timezone.now() - KEPT
        ended = Q(refused_at__lt=old) | Q(taken_back_at__lt=timezone.now() - COUNTED)
        ended |= Q(pk__in=self.lapsed().filter(asked_at__lt=old).values("pk"))
        return self.filter(ended).delete()[0]


class ClientText(models.Model):
    kind = models.CharField(_("kind"), max_length=5, choices=DocumentKind)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="client_texts")
    need = models.ForeignKey(Need, models.SET_NULL, null=True, related_name="client_texts")
    offer = models.ForeignKey(Offer, models.SET_NULL, null=True, related_name="client_texts")
    broker = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="client_texts")
    name = models.CharField(_("name of the contact"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address of the contact"), blank=True)
    language = models.CharField(_("language of the contact"), max_length=2, choices=Language, default=Language.EN)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)  # by a broker; whom and what it asked about is gone then
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="confirmed_texts"
    )  # who said yes

    objects = ClientTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text entered for a client")
        verbose_name_plural = _("texts entered for clients")
        constraints = [
            models.UniqueConstraint(
                fields=[side],
                condition=Q(confirmed_at__isnull=True, refused_at__isnull=True),
                name=f"client_text_asked_once_a_{side}",
            )
            for side in ("need", "offer")
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_kind_display()}"

    @property
    def document(self) -> Need | Offer | None:
        return self.need or self.offer

    @property
    def state(self) -> ClientState:
        if self.confirmed_at:
            return ClientState.CONFIRMED
        if self.refused_at:
            return ClientState.REFUSED
        is_waiting = self.asked_at > link_end() and not self.taken_back_at
        return ClientState.WAITING if is_waiting else ClientState.UNANSWERED

    @property
    def answered_at(self) -> datetime | None:
        return self.confirmed_at or self.refused_at

    def confirm(self, contact: User) -> bool:
        """The client agreed; False if the question was answered before."""
        return self._answer(confirmed_at=timezone.now(), contact=contact)

    def refuse(self) -> bool:
        """The client does not want it; False if the question was answered before."""
        return self._answer(refused_at=timezone.now())

    def _answer(self, **changes: object) -> bool:
        changes |= {"name": "", "email": ""}
        if ClientText.objects.waiting().filter(pk=self.pk).update(**changes) == 0:
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        return True
