"""Asking one side of an accepted match, and its answer."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, own_organisations
from catalog.models import Need, Offer

from ..codes import Answer, MatchState, Reason, Side
from .match import Match


def next_reminder() -> datetime:
    return timezone.now() + timedelta(days=settings.REMIND_AFTER_DAYS)


def rest_after_reminder() -> timedelta:
    """How long a side that was reminded may still answer."""
    return timedelta(days=settings.LAPSE_AFTER_DAYS - settings.REMIND_AFTER_DAYS)


GIVEN_BEFORE = Q(answer=Answer.YES, answered_at=F("asked_at"))  # see `Ask.is_given_before`


class AskQuerySet(models.QuerySet):
    def given_before(self) -> Self:
        """Those with a yes that came before the question."""
        return self.filter(GIVEN_BEFORE)

    def given_since(self) -> Self:
        """The others that are answered."""
        return self.filter(answered_at__isnull=False).exclude(GIVEN_BEFORE)

    def unsettled(self) -> Self:
        """Neither answered for good nor lapsed; "later" is not for good."""
        return self.filter(answer__in=("", Answer.LATER), lapsed_at__isnull=True, match__state=MatchState.ACCEPTED)

    def waiting(self) -> Self:
        """The unsettled ones that can be answered: both texts are open."""
        return self.unsettled().filter(
            match__need__in=Need.objects.open().values("pk"), match__offer__in=Offer.objects.open().values("pk")
        )

    def interrupted(self) -> Self:
        """Reminded, or to be reminded by now, but a text is not open meanwhile."""
        begun = self.unsettled().filter(Q(reminded_at__isnull=False) | Q(remind_at__lte=timezone.now()))
        return begun.exclude(pk__in=Ask.objects.waiting().values("pk"))

    def to_be_reminded(self) -> Self:
        return self.waiting().filter(reminded_at__isnull=True, remind_at__lte=timezone.now())

    def silent(self) -> Self:
        """Reminded, and the rest of the time to answer has passed. A side of another installation that said "later"
        is asked there anew, and that one ends it: a second "later" is not told."""
        elsewhere = Q(side=Side.NEED) & ~Q(match__need__organisation__origin="")
        elsewhere |= Q(side=Side.OFFER) & ~Q(match__offer__organisation__origin="")
        overdue = self.waiting().filter(reminded_at__lte=timezone.now() - rest_after_reminder())
        return overdue.exclude(elsewhere, answer=Answer.LATER)

    def answerable_by(self, user: User) -> Self:
        """Those of the organisations the person acts for, whatever became of them."""
        own = own_organisations(user)
        of_need = Q(side=Side.NEED, match__need__organisation__in=own)
        return self.filter(of_need | Q(side=Side.OFFER, match__offer__organisation__in=own))


class Ask(models.Model):
    """One row a side: asked when, reminded when, answered what."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="asks")
    side = models.CharField(_("side"), max_length=5, choices=Side)
    asked_at = models.DateTimeField(default=timezone.now)
    remind_at = models.DateTimeField(default=next_reminder)  # "later" moves it on
    reminded_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=5, choices=Answer, blank=True)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = AskQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to one side")
        constraints = [models.UniqueConstraint(fields=["match", "side"], name="ask_once_a_side")]
        indexes = [models.Index(fields=["remind_at"], condition=Q(reminded_at=None), name="ask_to_be_reminded")]

    def __str__(self) -> str:
        return f"{self.match}: {self.get_side_display()}"

    @property
    def is_given_before(self) -> bool:
        """Whether the side said yes before a broker decided (`wanting`), so that nobody had to be asked."""
        return self.answer == Answer.YES and self.answered_at == self.asked_at

    @property
    def document(self) -> Need | Offer:
        """What this side brought in."""
        return self.match.need if self.side == Side.NEED else self.match.offer

    @property
    def other_document(self) -> Need | Offer:
        return self.match.offer if self.side == Side.NEED else self.match.need

    @property
    def lapses_at(self) -> datetime:
        """Until when it may be answered, as far as is known now."""
        return (self.reminded_at or self.remind_at) + rest_after_reminder()

    @property
    def is_waiting(self) -> bool:
        return Ask.objects.waiting().filter(pk=self.pk).exists()
