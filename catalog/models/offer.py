"""What a provider can do for others."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..codes import CostBand
from .document import Document


class Offer(Document):
    cost_band = models.CharField(_("cost to start with"), max_length=12, choices=CostBand, blank=True)

    class Meta(Document.Meta):
        verbose_name = _("offer")
