"""What an adopter wants to solve."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..codes import CostBand
from .document import Document


class Need(Document):
    cluster = models.ForeignKey(
        "accounts.Cluster",
        models.SET_NULL,
        verbose_name=_("cluster that takes care of it"),
        null=True,
        blank=True,
        related_name="needs",
    )
    budget_band = models.CharField(_("budget"), max_length=12, choices=CostBand, blank=True)
    deadline = models.DateField(_("needed by"), null=True, blank=True)

    class Meta(Document.Meta):
        verbose_name = _("need")
