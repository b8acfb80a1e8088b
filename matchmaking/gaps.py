"""What a broker still has to find out before both sides can decide: what neither text says, and who could answer."""

from django.utils.translation import gettext as _

from accounts.models import Membership
from catalog.codes import CostBand, Stage
from catalog.models import Need, Offer

from .codes import Side
from .models import Match

NO_FIGURE = ("", CostBand.ON_REQUEST, CostBand.UNKNOWN)
IN_USE = (Stage.DEMONSTRATION, Stage.MARKET)  # where somebody can be asked how it went


def missing_in_need(need: Need) -> list[str]:
    """Questions to the side of the need."""
    asked = {
        _("What may it cost?"): need.budget_band in NO_FIGURE,
        _("By when is it needed?"): need.deadline is None,
        _("What must a solution be able to do?"): not need.expertise_sought,
        _("What kind of cooperation is wanted?"): not need.partnership_types,
        _("In which region is it needed?"): not need.organisation.region,
    }
    return [question for question, is_open in asked.items() if is_open]


def missing_in_offer(offer: Offer) -> list[str]:
    """Questions to the side of the offer."""
    asked = {
        _("What does a first project cost?"): offer.cost_band in NO_FIGURE,
        _("How mature is it?"): not offer.stage,
        _("Who uses it already, and may they be asked?"): offer.stage in IN_USE and not offer.attachments.exists(),
        _("What does it do better than other ways?"): not offer.advantages,
        _("What must the customer contribute?"): not offer.partner_role,
    }
    return [question for question, is_open in asked.items() if is_open]


def unanswerable_sides(match: Match) -> list[Side]:
    """The sides for which nobody could answer: asked in vain, their case would lapse without a word."""
    sides = {Side.NEED: match.need, Side.OFFER: match.offer}
    # Nobody of another installation is asked from here, so who could answer there does not matter.
    here = {side: each for side, each in sides.items() if not each.organisation.origin}
    asked = [document.organisation_id for document in here.values()]
    people = Membership.objects.approved().filter(organisation__in=asked, user__is_active=True)
    answering = set(people.values_list("organisation", flat=True))
    return [side for side, document in here.items() if document.organisation_id not in answering]
