"""What a broker still has to find out before both sides can decide: what neither text says, and who could answer."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from catalog.codes import CostBand, Stage
from catalog.models import Attachment, Need, Offer

from .codes import Side
from .consent import reachable
from .models import Match
from .models.match import MatchQuerySet

NO_FIGURE = ("", CostBand.ON_REQUEST, CostBand.UNKNOWN)
IN_USE = (Stage.DEMONSTRATION, Stage.MARKET)  # where somebody can be asked how it went


def with_gaps(matches: MatchQuerySet) -> MatchQuerySet:
    """Each with whether anybody could be asked for its sides, and whether its offer has files."""
    return matches.annotate(
        need_has_people=Exists(reachable(OuterRef("need__organisation"))),
        offer_has_people=Exists(reachable(OuterRef("offer__organisation"))),
        offer_has_files=Exists(Attachment.objects.filter(offer=OuterRef("offer"))),
    )


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


def missing_in_offer(offer: Offer, *, has_files: bool) -> list[str]:
    """Questions to the side of the offer."""
    asked = {
        _("What does a first project cost?"): offer.cost_band in NO_FIGURE,
        _("How mature is it?"): not offer.stage,
        _("Who uses it already, and may they be asked?"): offer.stage in IN_USE and not has_files,
        _("What does it do better than other ways?"): not offer.advantages,
        _("What must the customer contribute?"): not offer.partner_role,
    }
    return [question for question, is_open in asked.items() if is_open]


def unanswerable_sides(match: Match) -> list[Side]:
    """The sides for which nobody could answer, of a match that came through `with_gaps`: asked in vain, their case
    would lapse without a word."""
    sides = {Side.NEED: (match.need, match.need_has_people), Side.OFFER: (match.offer, match.offer_has_people)}
    # Nobody of another installation is asked from here, so who could answer there does not matter.
    return [side for side, (each, has_people) in sides.items() if not (has_people or each.organisation.origin)]
