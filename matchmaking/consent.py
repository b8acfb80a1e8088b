"""What people want to be written about, asked in the moment of sending; leaving a group of mails and coming back;
and addresses that cannot be reached or do not want to be.
"""

import logging
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.codes import Frequency
from accounts.models import Act, Brokership, ClusterMembership, Consent, Door, Organisation, User

from .models import Mail, MailGroup, MailKind, OptOut, SilencedAddress

log = logging.getLogger(__name__)

# An introduction and a question whether a search is wanted belong to no group: they follow a person's own word.
GROUPS: dict[MailKind, MailGroup] = {
    MailKind.DIGEST: MailGroup.DIGEST,
    MailKind.SEARCH: MailGroup.SEARCHES,
    MailKind.ASK: MailGroup.QUESTIONS,
    MailKind.REMINDER: MailGroup.QUESTIONS,
    MailKind.EXPIRY: MailGroup.EXPIRY,
    MailKind.MEMBER: MailGroup.JOINING,
    MailKind.CLUSTER_MEMBER: MailGroup.JOINING,
    MailKind.BROKER: MailGroup.JOINING,
    MailKind.NOBODY: MailGroup.CASES,
    MailKind.SILENCED: MailGroup.CASES,
    MailKind.HANDOVER: MailGroup.INTRODUCED,
    MailKind.FOLLOW_UP: MailGroup.INTRODUCED,
    MailKind.QUESTION: MailGroup.QUESTIONS,
    MailKind.REPLY: MailGroup.QUESTIONS,
    MailKind.REWORDING: MailGroup.QUESTIONS,
}


def wants(person: User, kind: str) -> bool:
    """Whether a mail of this kind may go to the person now."""
    group = GROUPS.get(MailKind(kind))
    if not person.is_active or is_silenced(person.email):
        return False
    return group is None or group not in left_groups(person)


def left_groups(person: User) -> set[str]:
    left = set(OptOut.objects.filter(user=person).values_list("group", flat=True))
    return left | ({MailGroup.DIGEST} if person.digest_frequency == Frequency.NEVER else set())


@transaction.atomic
def leave(person: User, groups: list[str], door: str = Door.PAGE) -> None:
    """No more mail of these groups, from now on and for what is waiting already."""
    if MailGroup.DIGEST in groups:
        person.change_digest(Frequency.NEVER, door)
    left = set(groups) - left_groups(person) - {MailGroup.DIGEST}
    OptOut.objects.bulk_create([OptOut(user=person, group=group) for group in left], ignore_conflicts=True)
    _note(person, left, Act.WITHDRAWN, door)


@transaction.atomic
def choose(person: User, groups: list[str], frequency: str, door: str = Door.PAGE) -> None:
    """Exactly these groups from now on, and the digest this often."""
    person.change_digest(frequency, door)
    returned = OptOut.objects.filter(user=person, group__in=groups)
    _note(person, returned.values_list("group", flat=True), Act.AGREED, door)
    returned.delete()
    leave(person, [group for group in MailGroup.values if group not in {*groups, MailGroup.DIGEST}], door)


def _note(person: User, groups: Iterable[str], act: str, door: str) -> None:
    for group in sorted(groups):
        Consent.objects.note(person, group, act, door)


# Addresses


def is_silenced(address: str) -> bool:
    return SilencedAddress.objects.of(address).exists()


def reachable(organisation: Organisation | OuterRef) -> QuerySet[User]:
    """People who act for the organisation and can be asked by mail."""
    silenced = SilencedAddress.objects.filter(address=Lower(OuterRef("email")))
    return User.objects.acting_for(organisation).exclude(Exists(silenced))


@transaction.atomic
def silence(address: str, why: str, detail: str = "") -> bool:
    """Write nothing more to this address, and tell the brokers of whoever has it; False if it was silent before."""
    defaults = {"why": why, "detail": detail[:300], "since": timezone.now()}
    silenced, is_new = SilencedAddress.objects.get_or_create(address=address.lower(), defaults=defaults)
    if is_new:
        log.warning("An address gets no more mail: %s", why)
        Mail.objects.owe(_warnings(silenced))
    return is_new


def speak_again(address: str) -> bool:
    """The address can be written to again; False if it was not silent."""
    return SilencedAddress.objects.of(address).delete()[0] > 0


def _warnings(silenced: SilencedAddress) -> list[Mail]:
    person = User.objects.filter(email=silenced.address).first()
    brokers = brokers_of(person).exclude(pk=person.pk) if person else User.objects.none()
    about = {"kind": MailKind.SILENCED, "object_id": silenced.pk}
    return [Mail(key=f"silenced:{silenced.pk}:{broker.pk}", recipient=broker, **about) for broker in brokers]


def brokers_of(person: User) -> QuerySet[User]:
    """Active brokers of the clusters that take care of the person's organisations: of one in no cluster, the default
    cluster."""
    own = Organisation.objects.of(person)
    approved = ClusterMembership.objects.approved().filter(organisation__in=own.values("pk"))
    caring = Q(cluster__in=approved.values("cluster"))
    if own.exclude(pk__in=approved.values("organisation")).exists():
        caring |= Q(cluster__is_default=True)
    brokers = Brokership.objects.approved().filter(caring)
    return User.objects.filter(is_active=True, pk__in=brokers.values("user"))
