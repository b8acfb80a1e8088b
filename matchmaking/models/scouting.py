"""Looking around by hand for a need that nothing fits: a task for the brokers of its cluster.

    open -> taken -> done
      |------------>  a broker has looked, with a note
      `------------>  or something fits now: closed by itself

Only the moves live here; when a task begins and ends by itself is said in `scouting.py` of the package.
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Cluster, User, brokered_clusters
from catalog.models import Need
from catalog.models.space import VECTOR_FIELDS


class ScoutingState(TextChoices):
    OPEN = "open", _("nobody looks around yet")
    TAKEN = "taken", _("a broker looks around")
    DONE = "done", _("done")


LIVE_STATES = (ScoutingState.OPEN, ScoutingState.TAKEN)


class ScoutingQuerySet(models.QuerySet):
    def live(self) -> Self:
        """Still to be done, for needs that are still open."""
        return self.filter(state__in=LIVE_STATES, need__in=Need.objects.open().values("pk"))

    def visible_to(self, user: User) -> Self:
        """The tasks of the clusters the person is a broker of."""
        if not user.is_authenticated:
            return self.none()
        return self.all() if user.is_staff else self.filter(cluster__in=brokered_clusters(user))

    def with_needs(self) -> Self:
        """With what a page shows of the need, without its vectors."""
        heavy = [f"need__{name}" for name in VECTOR_FIELDS]
        return self.select_related("need__organisation", "cluster__organisation", "taken_by").defer(*heavy)

    def oldest_first(self) -> Self:
        return self.order_by("created_at", "pk")


class Scouting(models.Model):
    need = models.ForeignKey(Need, models.CASCADE, related_name="scoutings")
    cluster = models.ForeignKey(Cluster, models.SET_NULL, null=True, related_name="scoutings")
    state = models.CharField(_("state"), max_length=5, choices=ScoutingState, default=ScoutingState.OPEN)
    text_hash = models.CharField(max_length=32)  # of the need's text that nothing fitted
    note = models.CharField(_("what was found"), max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    closed_by_itself = models.BooleanField(default=False)  # something fits now, or the need's text is another

    objects = ScoutingQuerySet.as_manager()

    class Meta:
        verbose_name = _("scouting task")
        constraints = [
            models.UniqueConstraint(fields=["need"], condition=Q(state__in=("open", "taken")), name="scouting_once")
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="scouting_list")]

    def __str__(self) -> str:
        return self.need.reference

    def take(self, by: User) -> bool:
        """The person looks around from now on; False if somebody has taken it before, or it is done."""
        return self._move((ScoutingState.OPEN,), state=ScoutingState.TAKEN, taken_at=timezone.now(), taken_by=by)

    def finish(self, by: User, note: str) -> bool:
        """The person has looked around; False if it was done before."""
        return self._move(LIVE_STATES, state=ScoutingState.DONE, done_at=timezone.now(), done_by=by, note=note)

    def _move(self, expected: tuple[str, ...], **changes: Any) -> bool:
        if Scouting.objects.filter(pk=self.pk, state__in=expected).update(**changes) == 0:
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        return True
