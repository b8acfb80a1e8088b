"""Coming in: founding an organisation here or asking to be let into one, and asking to be let into a cluster.

Whoever is first for an organisation owns it; everybody after waits for somebody inside (`Admission`).
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from .models import Brokership, Cluster, ClusterMembership, Membership, Organisation, User
from .models.organisation import OrganisationQuerySet

KEPT_TEXT = "kept_text"  # in the session: what somebody typed before signing up


def join_organisation(user: User, *, name: str, country: str, kind: str) -> Membership:
    """The person's membership in the organisation of this name and country: owner of a new one, else a request.

    A request made before, whatever became of it, stays as it is.
    """
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(name=name.strip(), country=country, kind=kind)
    except IntegrityError:  # it is here already: the constraint decides, so that two founders cannot both win
        known = Organisation.objects.named(name.strip(), country).get()
        return Membership.objects.get_or_create(user=user, organisation=known)[0]
    approved = {"role": Membership.Role.OWNER, "state": Membership.State.APPROVED, "decided_at": timezone.now()}
    return Membership.objects.create(user=user, organisation=organisation, **approved)


def ask_cluster(organisation: Organisation, cluster: Cluster) -> ClusterMembership:
    """Have the organisation wait for a broker of the cluster; one that is in or was declined stays so."""
    return ClusterMembership.objects.get_or_create(organisation=organisation, cluster=cluster)[0]


def ask_to_broker(user: User, cluster: Cluster) -> Brokership:
    """Have the person wait for a broker of the cluster; one who is in or was declined stays so."""
    return Brokership.objects.get_or_create(user=user, cluster=cluster)[0]


@transaction.atomic
def forget_unconfirmed(days: int, *, empty: OrganisationQuerySet) -> int:
    """Delete people who signed up this many days ago and never confirmed an address; how many.

    With them goes the organisation that they founded and nobody else asked to join, if it is one of `empty`
    (those without offers and needs, which others know about): its name is free again.
    """
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    people = User.objects.filter(
        Exists(addresses),
        ~Exists(addresses.filter(verified=True)),
        date_joined__lt=timezone.now() - timedelta(days=days),
        last_login__isnull=True,
    )
    pks = list(people.values_list("pk", flat=True))
    founded = list(Membership.objects.owners().filter(user__in=pks).values_list("organisation", flat=True))
    User.objects.filter(pk__in=pks).delete()
    empty.filter(pk__in=founded, memberships__isnull=True).delete()
    return len(pks)


def forget_kept_texts(days: int) -> int:
    """Empty the texts that have waited this many days with an account for somewhere to be written; how many."""
    before = timezone.now() - timedelta(days=days)
    return User.objects.filter(date_joined__lt=before).exclude(kept_text="").update(kept_text="")
