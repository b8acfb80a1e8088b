"""Mail about requests to join: to those who may decide, and the decision to whoever asked.

`accounts` lets people in and knows nothing of mail; what there is to tell is asked here, by query.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Brokership, ClusterMembership, Membership, Organisation, User
from accounts.models.admission import Admission

from .letters import Event
from .links import absolute
from .models import Mail, MailKind

MODELS: dict[str, type[Admission]] = {
    MailKind.MEMBER: Membership,
    MailKind.CLUSTER_MEMBER: ClusterMembership,
    MailKind.BROKER: Brokership,
}
OLD_NEWS = timedelta(days=14)  # what was asked or decided longer ago than this is not mailed any more


def announce_admissions() -> int:
    """Owe a mail about every new request and every decision; returns the number of mails."""
    mails = [mail for kind in MODELS for mail in _new_mails(kind)]
    Mail.objects.owe(mails)
    return len(mails)


def _new_mails(kind: str) -> Iterable[Mail]:
    for admission in _untold(MODELS[kind].objects.requested().filter(requested_at__gte=_lately()), kind):
        for person in deciders(admission):
            yield Mail(key=f"{_key(kind, admission)}{person.pk}", kind=kind, recipient=person, object_id=admission.pk)
    decided = MODELS[kind].objects.filter(decided_at__gte=_lately(), decided_by__isnull=False)
    for admission in _untold(decided, kind):
        for person in applicants(admission):
            if person.pk != admission.decided_by_id:
                key = f"{_key(kind, admission)}{person.pk}"
                yield Mail(key=key, kind=kind, recipient=person, object_id=admission.pk)


def _lately() -> datetime:
    return timezone.now() - OLD_NEWS


def _untold(admissions: QuerySet, kind: str) -> QuerySet:
    """Those of whose present state nobody was told yet."""
    key = Concat(Value(f"{kind}:"), Cast("pk", CharField()), Value(":"), F("state"), Value(":"))
    told = Mail.objects.filter(kind=kind, object_id=OuterRef("pk"), key__startswith=OuterRef("told_key"))
    return admissions.annotate(told_key=key).filter(~Exists(told)).order_by("pk")


def _key(kind: str, admission: Admission) -> str:
    return f"{kind}:{admission.pk}:{admission.state}:"


def deciders(admission: Admission) -> QuerySet[User]:
    """Who may decide on the request, but for whoever made it: owners and brokers, or staff where there is neither."""
    if isinstance(admission, Membership):
        owners = Membership.objects.owners().filter(organisation=admission.organisation_id)
        clusters = ClusterMembership.objects.approved().filter(organisation=admission.organisation_id)
        brokers = Brokership.objects.approved().filter(cluster__in=clusters.values("cluster"))
        among = Q(pk__in=owners.values("user")) | Q(pk__in=brokers.values("user"))
        if owners.exists():
            among = Q(pk__in=owners.values("user"))
    else:
        among = Q(pk__in=Brokership.objects.approved().filter(cluster=admission.cluster_id).values("user"))
    found = User.objects.filter(among, is_active=True)
    if not found.exists():
        found = User.objects.filter(is_staff=True, is_active=True)
    return found.exclude(pk__in=applicants(admission).values("pk"))


def applicants(admission: Admission) -> QuerySet[User]:
    """Who asked: a person, or everybody who acts for the organisation that did."""
    if isinstance(admission, ClusterMembership):
        return User.objects.acting_for(admission.organisation)
    return User.objects.filter(pk=admission.user_id, is_active=True)


# What the mails say


def admission_event(mail: Mail) -> Event | None:
    """The request or the decision as it stands; None if another state than the one to be told has come."""
    admission = MODELS[mail.kind].objects.filter(pk=mail.object_id).first()
    if admission is None or not mail.key.startswith(_key(mail.kind, admission)):
        return None
    is_request = admission.state == Admission.State.REQUESTED
    concerned = deciders(admission) if is_request else applicants(admission)
    if not concerned.filter(pk=mail.recipient_id).exists():
        return None
    return _request(admission) if is_request else _decision(admission)


def _request(admission: Admission) -> Event:
    who, where = _who(admission), _where(admission)
    context = _roles(admission) | {
        "who": who,
        "where": where,
        "email": "" if isinstance(admission, ClusterMembership) else admission.user.email,
        "url": absolute(reverse("admission-list")),
    }
    subject = _("%(who)s asks to join %(where)s") % {"who": who, "where": where}
    return Event("event_request", subject, context, _("You get this mail because you can decide on it."), subject)


def _decision(admission: Admission) -> Event:
    is_in, where = admission.state == Admission.State.APPROVED, _where(admission)
    pages = {Membership: reverse("home"), ClusterMembership: reverse("home"), Brokership: reverse("queue")}
    context = _roles(admission) | {"where": where, "is_in": is_in, "url": absolute(pages[type(admission)])}
    subject = _("You have been let in: %(where)s") if is_in else _("Your request to %(where)s was declined")
    return Event("event_decided", subject % {"where": where}, context, "", subject % {"where": where})


def _roles(admission: Admission) -> dict[str, bool]:
    return {"is_broker": isinstance(admission, Brokership), "is_person": isinstance(admission, Membership)}


def _who(admission: Admission) -> str:
    return str(admission.organisation if isinstance(admission, ClusterMembership) else admission.user)


def _where(admission: Admission) -> str:
    place: Organisation | object = admission.organisation if isinstance(admission, Membership) else admission.cluster
    return str(place)
