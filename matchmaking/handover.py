"""Handing a case over to another broker or another cluster, with its whole history, and telling all concerned.

A cluster can hand a case to the clusters it is linked with and to those that take care of one of the two sides; there
its brokers see and decide what the giving ones saw and decided. Where two clusters decided, only the first gives it.
Who is concerned is asked again when a mail is sent.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import CharField, Exists, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Cluster, User

from .agreeing import home_of
from .cases import check_broker
from .course import course_of
from .introductions import contacts
from .letters import Event
from .links import absolute
from .models import Case, CaseEvent, Mail, MailKind, Match
from .viewer import Seen, seen_by

TOLD = 12  # steps of the history in a mail, the latest
WHY = {
    "receiver": gettext_lazy("You get this mail because you are a broker of %(cluster)s."),
    "giver": gettext_lazy("You get this mail because you took care of this case before."),
    "side": gettext_lazy("You get this mail because you were introduced to each other in this case."),
}


def receiving_brokers(case: Case) -> QuerySet[User]:
    """Colleagues in the cluster of the case."""
    return User.objects.brokering(home_of(case.match)).exclude(pk=case.owner_id).order_by("name", "email")


def receiving_clusters(case: Case, by: User) -> QuerySet[Cluster]:
    """Whom this person can give the case to: as a broker of a second cluster only, nobody."""
    match = case.match
    of_sides = Q()
    for document in (match.need, match.offer):
        of_sides |= Q(pk__in=Cluster.objects.of_organisation(document.organisation).values("pk"))
    linked = Q(linked=match.cluster_id) if match.cluster_id else Q()
    near = Cluster.objects.local().filter(linked | of_sides).exclude(pk=match.cluster_id)
    if not by.is_staff:
        near = near.filter(Exists(Cluster.objects.brokered_by(by).filter(pk=match.cluster_id)))
    return near.select_related("organisation").order_by("organisation__name").distinct()


def receivers(case: Case, by: User) -> tuple[dict[int, str], dict[int, str]]:
    """Both of them by primary key and name, in one query."""
    brokers, clusters = receiving_brokers(case).order_by(), receiving_clusters(case, by).order_by()
    name = Coalesce(NullIf("name", Value("")), "email", output_field=CharField())
    named = clusters.values_list(Value(1), "pk", "organisation__name")
    both = brokers.values_list(Value(0), "pk", name).union(named, all=True)
    found: tuple[dict[int, str], dict[int, str]] = ({}, {})
    for which, pk, name in sorted(both, key=lambda row: row[2]):
        found[which][pk] = name
    return found


@transaction.atomic
def hand_over(case: Case, to: User | Cluster, *, by: User, seen: int, note: str = "") -> bool:
    """The broker, or somebody in the cluster, takes care of it from now on; False if somebody has changed the case
    since it was `seen`.

    Raises PermissionDenied for whoever is not a broker of the case, or of a second cluster and gives it away from
    the first; ValidationError for who cannot receive it.
    """
    check_broker(case, by)
    if isinstance(to, Cluster):
        _check_first(case, by)
    possible = receiving_brokers(case) if isinstance(to, User) else receiving_clusters(case, by)
    if not possible.filter(pk=to.pk).exists():
        raise ValidationError({"to": _("Choose who takes care of it.")})
    former, owner = case.owner, to if isinstance(to, User) else None
    if not case.change(seen=seen, owner=owner):
        return False
    if isinstance(to, Cluster):
        Match.objects.filter(pk=case.match_id).update(cluster=to)
        case.match.cluster = to
    cluster = to if isinstance(to, Cluster) else home_of(case.match)
    fields = {"owner": owner, "former": former, "cluster": cluster, "by": by, "text": note}
    event = CaseEvent.objects.create(case=case, kind=CaseEvent.Kind.HANDED, **fields)
    Mail.objects.owe(_mails(event))
    return True


def _check_first(case: Case, user: User) -> None:
    if not Cluster.objects.run_by(user).filter(pk=case.match.cluster_id).exists():
        raise PermissionDenied(_("Only a broker of the cluster of this case takes care of it."))


def _mails(event: CaseEvent) -> list[Mail]:
    people = [person for person in concerned_by(event) if person.pk != event.by_id]
    about = {"kind": MailKind.HANDOVER, "object_id": event.pk}
    return [Mail(key=f"handover:{event.pk}:{person.pk}", recipient=person, **about) for person in people]


def concerned_by(event: CaseEvent) -> list[User]:
    """Whoever takes care of it now, whoever did before, and the people of both sides who were introduced."""
    now = [event.owner] if event.owner else list(User.objects.brokering(event.cluster).order_by("pk"))
    sides = [person for ask in event.case.match.asks.order_by("side") for person in contacts(ask)]
    people = {person.pk: person for person in [*now, event.former, *sides] if person}
    return list(people.values())


# What the mail says


def handover_event(mail: Mail) -> Event | None:
    """None when the case was handed on since, or the reader has nothing to do with it any more."""
    event = _latest(mail.object_id)
    if event is None or mail.recipient_id not in {person.pk for person in concerned_by(event)}:
        return None
    match = Match.objects.with_documents().get(pk=event.case.match_id)
    seen = next(iter(seen_by(mail.recipient, [match])), None)
    role = _role(mail.recipient, seen, event)
    subject = f"{match}: " + _("the case was handed over to %(who)s") % {"who": _receiver(event)}
    context = {
        "event": event,
        "receiver": _receiver(event),
        "role": role,
        "seen": seen,
        "history": course_of(seen)[-TOLD:] if role == "receiver" else [],
        "url": absolute(reverse("match-detail", args=[match.pk])) if seen else "",
    }
    return Event("event_handover", subject, context, WHY[role] % {"cluster": event.cluster}, subject)


def _latest(pk: int) -> CaseEvent | None:
    event = CaseEvent.objects.select_related("case", "owner", "former", "cluster__organisation", "by")
    found = event.filter(pk=pk, kind=CaseEvent.Kind.HANDED).first()
    later = CaseEvent.objects.filter(kind__in=(CaseEvent.Kind.HANDED, CaseEvent.Kind.TAKEN), pk__gt=pk)
    return None if found is None or later.filter(case=found.case_id).exists() else found


def _receiver(event: CaseEvent) -> str:
    return str(event.owner or event.cluster)


def _role(reader: User, seen: Seen | None, event: CaseEvent) -> str:
    """Whoever takes care of it now is the receiver; whoever did before, the giver; everybody else is of one side."""
    if reader.pk == event.former_id:
        return "giver"
    return "receiver" if seen and seen.decides else "side"
