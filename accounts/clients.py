"""Clients of a cluster's brokers: organisations whose people have no account here, and who speaks for one by mail."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .codes import Frequency
from .models import Cluster, ClusterMembership, Membership, Organisation, User


def found_client(cluster: Cluster, facts: dict[str, str], *, by: User) -> Organisation:
    """A new organisation in the cluster. Raises ValidationError where one of this name and country is here."""
    decided = {"state": ClusterMembership.State.APPROVED, "decided_at": timezone.now(), "decided_by": by}
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(**facts)
            ClusterMembership.objects.create(organisation=organisation, cluster=cluster, **decided)
    except IntegrityError as error:
        raise ValidationError(
            {"name": _("Another organisation of this name and country is registered here.")}
        ) from error
    return organisation


def _take_over(person: User, address: EmailAddress) -> None:
    """Whoever signed up with this address never showed that it is theirs: that password opens nothing any more."""
    person.set_unusable_password()
    person.save(update_fields=["password"])
    address.set_verified()


def person_at(email: str) -> User | None:
    """Whose address it is: who showed that it is theirs, whichever of several, before who only signed up with it."""
    shown = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    return shown.user if shown else User.objects.filter(email=email.lower()).first()


@transaction.atomic
def let_speak(organisation: Organisation, *, name: str, email: str, language: str, by: User | None) -> User | None:
    """The person of this address, who has just shown that it is theirs, acts for the organisation from now on.

    Without a password and without a digest, until the person wants them; None for somebody who was shut out.
    """
    known = {"name": name, "language": language, "digest_frequency": Frequency.NEVER}
    person = person_at(email) or User.objects.create_user(email, **known)
    if not person.is_active:
        return None
    address, _is_new = EmailAddress.objects.get_or_create(
        user=person, email__iexact=email, defaults={"email": person.email, "primary": True, "verified": True}
    )
    if not address.verified:
        _take_over(person, address)
    membership, _is_new = Membership.objects.get_or_create(user=person, organisation=organisation)
    if membership.state != Membership.State.APPROVED:
        approved = {"state": Membership.State.APPROVED, "decided_at": timezone.now(), "decided_by": by}
        Membership.objects.filter(pk=membership.pk).update(**approved)
    return person
