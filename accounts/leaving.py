"""Going for good: which organisations go with a person, who becomes owner of the others, and the end of the account.

What others have written about the person is not known here: the upper packages erase theirs first.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from .codes import OrganisationKind
from .models import Brokership, Cluster, Consent, Membership, Organisation, User
from .models.organisation import OrganisationQuerySet

BLANK = "Erased organisation"


@dataclass(frozen=True)
class Departure:
    """What happens to organisations and clusters when the person goes; `heirs` says who becomes owner where."""

    going: list[Organisation]
    staying: list[Organisation]
    heirs: list[Membership]
    orphaned: list[Cluster]


def departure_of(person: User) -> Departure:
    going = list(going_with(person).order_by("name"))
    staying = Organisation.objects.of(person).exclude(pk__in=[one.pk for one in going]).order_by("name")
    others = Brokership.objects.approved().filter(cluster=OuterRef("pk")).exclude(user=person)
    orphaned = Cluster.objects.brokered_by(person).filter(~Exists(others)).select_related("organisation")
    return Departure(going, list(staying), heirs_of(person), list(orphaned))


def going_with(person: User) -> OrganisationQuerySet:
    """Those that nobody else acts for. A cluster stays: its members count on it."""
    others = Membership.objects.approved().filter(organisation=OuterRef("pk")).exclude(user=person)
    return Organisation.objects.of(person).filter(~Exists(others)).exclude(kind=OrganisationKind.CLUSTER)


def heirs_of(person: User) -> list[Membership]:
    """Where the person is the only owner among several people, whoever of them came first."""
    owned = Membership.objects.owners().filter(user=person).select_related("organisation")
    alone = [membership.organisation_id for membership in owned if membership.is_only_owner]
    others = Membership.objects.approved().filter(organisation__in=alone).exclude(user=person)
    earliest = others.order_by("organisation", "requested_at", "pk").distinct("organisation")
    return list(earliest.select_related("organisation", "user"))


def blank(organisations: QuerySet[Organisation]) -> None:
    """Take out of organisations what names them; country, kind and size stay, for the statistics."""
    Membership.objects.filter(organisation__in=organisations).delete()
    for organisation in organisations:
        organisation.name, organisation.region = f"{BLANK} {organisation.pk}", ""
        organisation.website, organisation.description, organisation.languages = "", "", []
        organisation.save(update_fields=["name", "region", "website", "description", "languages"])
        organisation.unverify()


@transaction.atomic
def leave_for_good(person: User, going: QuerySet[Organisation]) -> None:
    """End the account, with what hangs on it; `going` lose their names, the others get an owner."""
    for membership in heirs_of(person):
        membership.become(Membership.Role.OWNER)
    blank(going)
    Consent.objects.filter(address=person.email).delete()
    person.delete()
