"""Other installations, as far as they are somebody here: the cluster and the account that stand for one, and the
organisations that it told of.

A stand-in cluster has no brokers but the account, which nobody signs in with; it is linked with clusters here like
any other, and that link decides what stays in the network. What is written here carries `Organisation.origin`.
"""

from django.db import transaction

from .models import Admission, Brokership, Cluster, ClusterMembership, Organisation, User
from .models.organisation import OrganisationQuerySet

APPROVED = Admission.State.APPROVED


@transaction.atomic
def stand_in(name: str, country: str, slug: str) -> tuple[Cluster, User]:
    """The cluster and the account for an installation of this name. Raises IntegrityError where it is known."""
    organisation = Organisation.objects.create(
        name=f"{name} (linked installation)", country=country, kind="cluster", origin=name
    )
    cluster = Cluster.objects.create(organisation=organisation, slug=slug)
    account = User.objects.create_user(f"{slug}@installation.invalid", name=name, is_active=False)
    Brokership.objects.create(user=account, cluster=cluster, state=APPROVED)
    return cluster, account


def told_of(cluster: Cluster, name: str, country: str, **facts: str) -> Organisation:
    """The organisation of this name that the installation behind the cluster told of, with what it says now."""
    origin = cluster.organisation.origin
    known = Organisation.objects.filter(origin=origin).called(name, country)
    first = {"origin": origin, "country": country, "name": name, **facts}
    organisation, is_new = known.update_or_create(defaults={"name": name, **facts}, create_defaults=first)
    if is_new:
        ClusterMembership.objects.create(organisation=organisation, cluster=cluster, state=APPROVED)
    return organisation


def forget(origin: str, *, empty: OrganisationQuerySet) -> int:
    """Delete the organisations of an installation of which nothing is left, those of `empty`; how many."""
    gone = empty.filter(origin=origin, cluster__isnull=True).values_list("pk", flat=True)
    return Organisation.objects.filter(pk__in=list(gone)).delete()[1].get(Organisation._meta.label, 0)
