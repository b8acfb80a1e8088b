"""Being let in: somebody asks, somebody inside decides. The base of every kind of membership."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AdmissionQuerySet(models.QuerySet):
    def approved(self) -> Self:
        return self.filter(state=Admission.State.APPROVED)

    def requested(self) -> Self:
        return self.filter(state=Admission.State.REQUESTED)


class Admission(models.Model):
    class State(models.TextChoices):
        REQUESTED = "requested", _("waiting for approval")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")

    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = AdmissionQuerySet.as_manager()

    class Meta:
        abstract = True

    def approve(self, *, by: models.Model | None) -> bool:
        """Let the applicant in; False if somebody has decided before."""
        return self._decide(self.State.APPROVED, by)

    def decline(self, *, by: models.Model | None) -> bool:
        """Turn the applicant down; False if somebody has decided before."""
        return self._decide(self.State.DECLINED, by)

    def _decide(self, state: str, by: models.Model | None) -> bool:
        decision = {"state": state, "decided_by": by, "decided_at": timezone.now()}
        waiting = type(self).objects.requested().filter(pk=self.pk)
        if waiting.update(**decision) == 0:
            return False
        for name, value in decision.items():
            setattr(self, name, value)
        return True
