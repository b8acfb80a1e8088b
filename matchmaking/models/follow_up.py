"""How it went after an introduction: the question to one side after some months, and what was achieved.

Who is due for a question is asked in `follow_ups.py` of the package; here are the rows and their moves.
"""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, own_organisations
from catalog.codes import PartnershipType
from catalog.models import Need, Offer

from ..codes import MatchState, Progress, Reason, Side
from .case import Case
from .match import Match


class FollowUpQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Not answered, in a case that a broker has not closed without an agreement."""
        return self.filter(answered_at__isnull=True).exclude(case__match__state=MatchState.NO_AGREEMENT)

    def answerable_by(self, user: User) -> Self:
        """Those of the organisations the person acts for, answered or not."""
        own = own_organisations(user)
        of_need = Q(side=Side.NEED, case__match__need__organisation__in=own)
        return self.filter(of_need | Q(side=Side.OFFER, case__match__offer__organisation__in=own))

    def visible_to(self, user: User) -> Self:
        """One's own, and for brokers those of their cases."""
        if not user.is_authenticated:
            return self.none()
        own, brokered = self.answerable_by(user), self.filter(case__in=Case.objects.visible_to(user).values("pk"))
        return self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=brokered.values("pk")))

    def with_documents(self) -> Self:
        documents = ("need__organisation", "offer__organisation", "cluster__organisation")
        return self.select_related(*(f"case__match__{name}" for name in documents))


class FollowUp(models.Model):
    """One row a side and time: asked when, answered what."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="follow_ups")
    side = models.CharField(_("side"), max_length=5, choices=Side)
    months = models.PositiveSmallIntegerField(_("months after the introduction"))
    asked_at = models.DateTimeField(default=timezone.now)
    progress = models.CharField(_("how it went"), max_length=8, choices=Progress, blank=True)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("question how it went")
        verbose_name_plural = _("questions how it went")
        constraints = [models.UniqueConstraint(fields=["case", "side", "months"], name="follow_up_once")]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_side_display()}"

    def get_absolute_url(self) -> str:
        return reverse("follow-up", args=[self.pk])

    @property
    def match(self) -> Match:
        return self.case.match

    @property
    def document(self) -> Need | Offer:
        """What this side brought in."""
        return self.match.need if self.side == Side.NEED else self.match.offer

    def answer(self, *, seen: datetime | None, **said: Any) -> bool:
        """Write the answer in place of the one given at `seen` (None: of none); False if there is another by now."""
        said["answered_at"] = timezone.now()
        if FollowUp.objects.filter(pk=self.pk, answered_at=seen).update(**said) == 0:
            return False
        for name, value in said.items():
            setattr(self, name, value)
        return True


class Achievement(models.Model):
    """What one side says came of it. Published only as far as that side itself agreed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="achievements")
    side = models.CharField(_("side"), max_length=5, choices=Side)
    kind = models.CharField(_("kind of collaboration"), max_length=24, choices=PartnershipType, blank=True)
    jobs = models.PositiveIntegerField(_("jobs created or kept"), null=True, blank=True)
    savings = models.PositiveIntegerField(_("savings a year, in euros"), null=True, blank=True)
    green_effect = models.CharField(_("good for the environment"), max_length=1000, blank=True)
    quote = models.CharField(_("in one sentence"), max_length=500, blank=True)
    may_publish = models.BooleanField(_("may be published"), default=False)
    told_at = models.DateTimeField(default=timezone.now)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("achievement")
        constraints = [models.UniqueConstraint(fields=["case", "side"], name="achievement_once_a_side")]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_side_display()}"
