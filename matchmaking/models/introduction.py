"""The introduction of both sides of a match to each other: a draft when a broker accepts, sent when both said yes."""

import hashlib
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..codes import MatchState
from .match import Match


class IntroductionQuerySet(models.QuerySet):
    def drafts(self) -> Self:
        return self.filter(introduced_at__isnull=True)


class Introduction(models.Model):
    match = models.OneToOneField(Match, models.CASCADE, related_name="introduction")
    broker = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="introductions")
    message = models.TextField(_("message"), max_length=4000)
    meeting_at = models.DateTimeField(_("proposal for a meeting"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    introduced_at = models.DateTimeField(null=True)  # null: still a draft the broker may edit

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction")

    def __str__(self) -> str:
        return str(self.match)

    @property
    def is_open(self) -> bool:
        """Whether it may still go out."""
        return self.introduced_at is None and self.match.state == MatchState.ACCEPTED

    @property
    def version(self) -> str:
        """Of what a form shows: another one once somebody has written."""
        shown = f"{self.meeting_at and self.meeting_at.timestamp()} {self.message}"
        return hashlib.sha256(shown.encode()).hexdigest()

    def rewrite(self, message: str, meeting_at: datetime | None = None) -> bool:
        """Replace the draft's text and its proposal for a meeting as this instance has seen them; False if somebody
        was faster, it has been sent meanwhile, or never will be."""
        drafts = Introduction.objects.drafts().filter(pk=self.pk, match__state=MatchState.ACCEPTED)
        unchanged = drafts.filter(message=self.message, meeting_at=self.meeting_at)
        if unchanged.update(message=message, meeting_at=meeting_at) == 0:
            return False
        self.message, self.meeting_at = message, meeting_at
        return True
