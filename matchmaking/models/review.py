"""What a broker decided on a match, and why."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from ..codes import DECIDED_STATES, MatchState, Reason, Verdict
from .match import Match


class ReviewQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """What still holds: nobody decided after it, and the match is where it was put: by the first of two clusters
        that accept it, before the second."""
        later = Review.objects.filter(match=OuterRef("match"), pk__gt=OuterRef("pk"))
        put = Case(*(When(verdict=verdict, then=Value(state)) for verdict, state in DECIDED_STATES.items()))
        agreed = Q(verdict=Verdict.ACCEPT, match__state=MatchState.PROPOSED, match__second_cluster__isnull=False)
        return self.filter(~Exists(later), Q(match__state=put) | agreed)

    def fresh(self, user: User) -> Self:
        """The person's own of the last UNDO_MINUTES that still hold, the newest first."""
        since = timezone.now() - timedelta(minutes=settings.UNDO_MINUTES)
        return self.standing().filter(broker=user, created_at__gt=since).order_by("-created_at", "-pk")


class Review(models.Model):
    match = models.ForeignKey(Match, models.CASCADE, related_name="reviews")
    broker = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="reviews")
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    was_parked_until = models.DateField(null=True, blank=True)  # before, so that it can be put back there
    took_from = models.ForeignKey(
        "accounts.Cluster", models.SET_NULL, null=True, blank=True, related_name="+"
    )  # the second cluster that decided until then, so that it can be given back
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.match}: {self.get_verdict_display()}"
