"""What a broker still has to find out before both sides can decide: what neither text says."""

from django.utils.translation import gettext as _

from catalog.codes import CostBand
from catalog.models import Need, Offer

NO_FIGURE = ("", CostBand.ON_REQUEST, CostBand.UNKNOWN)


def missing_in_need(need: Need) -> list[str]:
    """Questions to the side of the need."""
    asked = {
        _("What may it cost?"): need.budget_band in NO_FIGURE,
        _("By when is it needed?"): need.deadline is None,
        _("What must a solution be able to do?"): not need.expertise_sought,
    }
    return [question for question, is_open in asked.items() if is_open]


def missing_in_offer(offer: Offer) -> list[str]:
    """Questions to the side of the offer."""
    asked = {
        _("What does a first project cost?"): offer.cost_band in NO_FIGURE,
        _("How mature is it?"): not offer.stage,
        _("What does it do better than other ways?"): not offer.advantages,
        _("What must the customer contribute?"): not offer.partner_role,
    }
    return [question for question, is_open in asked.items() if is_open]
