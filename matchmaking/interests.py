"""Which sections of a digest can have anything for a person at all: a few cheap questions before the dear ones.

Making the statement for a section takes longer than running it, and most people are on one side only.
"""

from django.db.models import Q

from accounts.models import Brokership, Organisation, User
from catalog.models import Need, Offer, OfferConcept

from .models import Ask, Section

OF_BROKERS = {Section.REVIEW, Section.SCOUTING, Section.ANSWERED, Section.TOLD, Section.LAPSED, Section.IDLE}
OF_ASKED = {Section.ASK, Section.OUTCOME}
OF_NEEDS = {Section.SUGGESTION, Section.UNMET, Section.EXPIRING_NEED}
OF_OFFERS = {Section.EXPIRING_OFFER}


def sections_for(person: User) -> set[Section]:
    """All that may have news; the others certainly have none."""
    found: set[Section] = set()
    if Brokership.objects.approved().filter(user=person).exists():
        found |= OF_BROKERS
    own = list(Organisation.objects.of(person).values_list("pk", flat=True))
    if not own:
        return found
    if Ask.objects.filter(Q(match__need__organisation__in=own) | Q(match__offer__organisation__in=own)).exists():
        found |= OF_ASKED
    if Need.objects.open().filter(organisation__in=own).exists():
        found |= OF_NEEDS
    if Offer.objects.open().filter(organisation__in=own).exists():
        found |= OF_OFFERS
        found |= {Section.DEMAND} if OfferConcept.objects.filter(document__organisation__in=own).exists() else set()
    return found
