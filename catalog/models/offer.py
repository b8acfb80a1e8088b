"""What a provider can do for others."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..codes import CostBand, Evidence, Payback, Reversibility
from .document import Document


class Offer(Document):
    cost_band = models.CharField(_("cost to start with"), max_length=12, choices=CostBand, blank=True)
    payback = models.CharField(_("pays for itself"), max_length=12, choices=Payback, blank=True)
    evidence = models.CharField(_("what the claims rest on"), max_length=12, choices=Evidence, blank=True)
    reversibility = models.CharField(_("can it be undone"), max_length=12, choices=Reversibility, blank=True)

    class Meta(Document.Meta):
        verbose_name = _("offer")
