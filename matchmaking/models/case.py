"""A case: what becomes of a match once both sides know each other, who takes care of it, and what is done next.

The state is the match's (introduced -> in contact -> negotiating -> agreement or none). Every change of a case is
kept as an event, and happens only if nobody changed the case since it was looked at (`version`). Which changes there
are is said in `cases.py` of the package.
"""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case as DatabaseCase
from django.db.models import Exists, ExpressionWrapper, F, OrderBy, OuterRef, Q, When
from django.db.models.functions import Extract
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Brokership, Cluster, User

from ..codes import RUNNING_STATES, MatchState, Reason
from .match import Match

IDLE_AFTER = timedelta(days=30)  # a case of which nobody has told anything since waits for a next step


def urgency() -> list[OrderBy]:
    """What has no next step, then by its day, without a day last; of ended cases the one that ended last."""
    touched = Extract("touched_at", "epoch")
    by_age = When(match__state__in=RUNNING_STATES, then=touched)
    age = DatabaseCase(by_age, default=-touched, output_field=models.FloatField())
    is_planned = ExpressionWrapper(~Q(next_step=""), output_field=models.BooleanField())
    return [is_planned.asc(), F("next_step_on").asc(nulls_last=True), age.asc(), F("pk").asc()]


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """The cases of the clusters the person is a broker of."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(match__in=Match.objects.decided_by(user).values("pk"))

    def running(self) -> Self:
        return self.filter(match__state__in=RUNNING_STATES)

    def in_hands(self) -> Self:
        """Those of an owner who is here still, and staff or a broker of one of its clusters."""
        of_it = Q(cluster=OuterRef("match__cluster")) | Q(cluster=OuterRef("match__second_cluster"))
        brokers = Brokership.objects.approved().filter(of_it, user=OuterRef("owner"))
        return self.filter(Q(owner__is_staff=True) | Exists(brokers), owner__is_active=True)

    def without_owner(self) -> Self:
        """The others: nobody takes care of them, or nobody any more."""
        return self.exclude(pk__in=Case.objects.in_hands().values("pk"))

    def without_next_step(self) -> Self:
        """Still running, with nothing to be done next, or with a day for it that has passed, or without a day and
        untouched for some time."""
        passed = Q(next_step_on__lt=timezone.localdate())
        forgotten = Q(next_step_on=None, touched_at__lte=timezone.now() - IDLE_AFTER)
        return self.running().filter(Q(next_step="") | passed | forgotten)

    def most_urgent_first(self) -> Self:
        return self.order_by(*urgency())


class Case(models.Model):
    match = models.OneToOneField(Match, models.CASCADE, related_name="case")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="cases")
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("on the day"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True)  # of no agreement
    opened_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=0)  # counts the changes

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        indexes = [models.Index(fields=["next_step_on"], name="case_by_day")]

    def __str__(self) -> str:
        return str(self.match)

    def change(self, *, seen: int, **changes: Any) -> bool:
        """Write `changes` if the case is still at the version that was looked at; False if not."""
        changes |= {"touched_at": timezone.now(), "version": seen + 1}
        if Case.objects.filter(pk=self.pk, version=seen).update(**changes) == 0:
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        return True

    @property
    def is_running(self) -> bool:
        return self.match.state in RUNNING_STATES

    @property
    def is_late(self) -> bool:
        """Whether the day of the next step has passed."""
        return self.is_running and self.next_step_on is not None and self.next_step_on < timezone.localdate()


class CaseEvent(models.Model):
    """One change of a case, or one note: when, by whom, and what was said. Never changed afterwards."""

    class Kind(models.TextChoices):
        MOVED = "moved", _("moved")
        PLANNED = "planned", _("next step")
        TAKEN = "taken", _("taken care of")
        HANDED = "handed", _("handed over")
        NOTED = "noted", _("note")

    case = models.ForeignKey(Case, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=MatchState, blank=True)  # it moved to
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    on = models.DateField(null=True)  # the day of a next step
    # Of a hand-over: to whom, from whom, and the cluster whose brokers decide since.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    former = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    cluster = models.ForeignKey(Cluster, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=2000, blank=True)  # note, or next step

    class Meta:
        verbose_name = _("event of a case")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at"], name="case_history")]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_kind_display()}"
