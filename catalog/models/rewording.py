"""A changed text of a need or an offer that a broker proposes to whoever wrote it. Nothing changes before their yes,
and a yes changes only the very text that it was written for."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .document import TEXT_FIELDS
from .need import Need
from .offer import Offer


class RewordingState(models.TextChoices):
    WAITING = "waiting", _("waiting for the author")
    ACCEPTED = "accepted", _("accepted by the author")
    DECLINED = "declined", _("declined by the author")
    OUTDATED = "outdated", _("outdated: the text was changed meanwhile")


class RewordingQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        return self.filter(answered_at__isnull=True)

    def editable_by(self, user: User) -> Self:
        """Those of texts that the person may change, or propose to change."""
        needs, offers = Need.objects.editable_by(user), Offer.objects.editable_by(user)
        return self.filter(Q(need__in=needs.values("pk")) | Q(offer__in=offers.values("pk")))

    def with_documents(self) -> Self:
        return self.select_related("need__organisation", "offer__organisation", "proposed_by", "answered_by")


class Rewording(models.Model):
    need = models.ForeignKey(Need, models.CASCADE, null=True, related_name="rewordings")
    offer = models.ForeignKey(Offer, models.CASCADE, null=True, related_name="rewordings")
    texts = models.JSONField(_("proposed text"))  # {field: text}, those that change
    text_hash = models.CharField(max_length=32)  # of the text it was written for
    note = models.CharField(_("why"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="rewordings")
    proposed_at = models.DateTimeField(default=timezone.now)
    is_accepted = models.BooleanField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = RewordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed change of a text")
        verbose_name_plural = _("proposed changes of texts")
        constraints = [
            models.CheckConstraint(
                condition=Q(offer__isnull=True) ^ Q(need__isnull=True), name="rewording_of_one_document"
            ),
            *[
                models.UniqueConstraint(
                    fields=[side], condition=Q(answered_at__isnull=True), name=f"rewording_once_a_{side}"
                )
                for side in ("need", "offer")
            ],
        ]

    def __str__(self) -> str:
        return str(self.document.reference)

    @property
    def document(self) -> Need | Offer:
        return self.need or self.offer

    @property
    def is_outdated(self) -> bool:
        """Whether the text is another one now than it was written for."""
        return self.answered_at is None and self.document.text_hash != self.text_hash

    @property
    def state(self) -> RewordingState:
        if self.answered_at:
            return RewordingState.ACCEPTED if self.is_accepted else RewordingState.DECLINED
        return RewordingState.OUTDATED if self.is_outdated else RewordingState.WAITING

    @property
    def fields(self) -> list[str]:
        """Those that change, in the order of the form."""
        return [name for name in TEXT_FIELDS if name in self.texts]

    def answer(self, *, is_accepted: bool, by: User) -> bool:
        """Write yes or no down; False if it was answered before."""
        changes = {"is_accepted": is_accepted, "answered_by": by, "answered_at": timezone.now()}
        if Rewording.objects.waiting().filter(pk=self.pk).update(**changes) == 0:
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        return True
