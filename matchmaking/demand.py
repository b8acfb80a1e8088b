"""What open needs ask for near to what a provider offers: for the digest, counted by concept.

Counted are needs the provider may see, and only what several of them speak of: one need's concept would tell about
that need.
"""

from django.db.models import CharField, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Floor, Log
from django.utils.translation import get_language

from accounts.models import User, own_organisations
from catalog.models import Concept, Need, NeedConcept, Offer, OfferConcept
from catalog.naming import labels

from .disclosure import needs_visible_to

SEVERAL = 2  # open needs that speak of a concept, at least


def concepts_in_demand(person: User) -> QuerySet[Concept]:
    """Concepts of the person's open offers and those one step broader or narrower, asked for most first.

    Each has `needs`, their number. It is news again when that has doubled.
    """
    offers = Offer.objects.open().filter(organisation__in=own_organisations(person))
    own = OfferConcept.objects.standing().filter(document__in=offers.values("pk")).values("concept")
    near = Q(pk__in=own) | Q(narrower__in=own) | Q(broader__in=own)
    concepts = Concept.objects.active().filter(pk__in=Concept.objects.filter(near).values("pk"))
    asked = concepts.annotate(needs=_needs_about(needs_of_others(person))).filter(needs__gte=SEVERAL)
    doublings = Cast(Floor(Log(2, F("needs"))), IntegerField())
    return asked.annotate(version=Cast(doublings, CharField())).order_by("-needs", "pk")


def needs_of_others(person: User) -> QuerySet[Need]:
    return needs_visible_to(person).open().exclude(organisation__in=own_organisations(person))


def _needs_about(needs: QuerySet[Need]) -> Subquery:
    uses = NeedConcept.objects.standing().filter(concept=OuterRef("pk"), document__in=needs.values("pk"))
    counted = uses.order_by().values("concept").annotate(count=Count("document")).values("count")
    return Subquery(counted, output_field=IntegerField())


def names_of(concepts: list[Concept]) -> dict[int, str]:
    """What each is called in the active language, else in English, else in another, else by its identifier."""
    named = labels([concept.pk for concept in concepts], get_language().split("-")[0])
    return {concept.pk: named.get(concept.pk, concept.identifier) for concept in concepts}
