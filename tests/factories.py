"""Plain functions that make what a test needs; every argument can be overridden."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from accounts.models import Brokership, Cluster, ClusterMembership, Membership, Organisation, User
from catalog.codes import LabelSource, State
from catalog.models import Concept, ImportJob, Need, Offer, Scheme
from catalog.vocabulary_files import Name
from catalog.vocabulary_loading import label, note_change
from matchmaking.models import Match

number = count(1)
APPROVED = Membership.State.APPROVED


def make_user(**overrides: Any) -> User:
    """In the server's time zone, so that a test expects the right day at any hour."""
    fields = {"email": f"person{next(number)}@firm.example", "password": "correct horse", "name": "Kim Demo"}
    return User.objects.create_user(**(fields | {"time_zone": "UTC"} | overrides))


def make_organisation(
    *, people: tuple[User, ...] = (), clusters: tuple[Cluster, ...] = (), **overrides: Any
) -> Organisation:
    fields = {"name": f"Organisation {next(number)} (demo)", "country": "DE", "kind": "sme", "size": "small"}
    organisation = Organisation.objects.create(**(fields | overrides))
    for person in people:
        Membership.objects.create(user=person, organisation=organisation, role="owner", state=APPROVED)
    for cluster in clusters:
        ClusterMembership.objects.create(organisation=organisation, cluster=cluster, state=APPROVED)
    return organisation


def make_cluster(*, brokers: tuple[User, ...] = (), linked: tuple[Cluster, ...] = (), **overrides: Any) -> Cluster:
    fields = {"slug": f"cluster-{next(number)}"}
    organisation = make_organisation(name=f"Cluster {next(number)} (demo)", kind="cluster")
    cluster = Cluster.objects.create(organisation=organisation, **(fields | overrides))
    cluster.linked.add(*linked)
    for broker in brokers:
        Brokership.objects.create(user=broker, cluster=cluster, state=APPROVED)
    return cluster


def make_need(**overrides: Any) -> Need:
    fields = {
        "title": "Less waste of dough",
        "description": "We throw away a third of the dough every evening and never know how much to bake.",
        "state": State.PUBLISHED,
    }
    fields |= overrides
    if "organisation" not in fields:
        fields["organisation"] = make_organisation()
    return Need.objects.create(**fields)


def make_offer(**overrides: Any) -> Offer:
    fields = {
        "title": "Demand forecasting for bakeries",
        "description": "Our software forecasts the demand of each branch and day from sales, weather and holidays.",
        "state": State.PUBLISHED,
    }
    fields |= overrides
    if "organisation" not in fields:
        fields["organisation"] = make_organisation()
    return Offer.objects.create(**fields)


def make_match(**overrides: Any) -> Match:
    fields = dict(overrides)
    if "need" not in fields:
        fields["need"] = make_need()
    if "offer" not in fields:
        fields["offer"] = make_offer()
    return Match.objects.create(**fields)


@dataclass
class Case:
    """A match with people on both sides and a broker who decides on it."""

    match: Match
    seeker: User
    provider: User
    broker: User
    cluster: Cluster


def make_case(*, need: dict[str, Any] | None = None, offer: dict[str, Any] | None = None, **overrides: Any) -> Case:
    """`need` and `offer` are fields of the documents, `overrides` fields of the match."""
    seeker, provider, broker = make_user(), make_user(), make_user()
    cluster = make_cluster(brokers=(broker,))
    demand = make_need(**({"organisation": make_organisation(people=(seeker,), clusters=(cluster,))} | (need or {})))
    supply = make_offer(**({"organisation": make_organisation(people=(provider,))} | (offer or {})))
    match = make_match(**({"need": demand, "offer": supply, "cluster": cluster, "score": 1.0} | overrides))
    return Case(match, seeker, provider, broker, cluster)


def make_import(person: User, **overrides: Any) -> ImportJob:
    """A file of two rows whose columns this person has to settle."""
    row = {"Titel": "Ovens", "Text": "They keep their heat."}
    fields = {
        "kind": "offer", "author": person, "name": "offers.csv", "columns": list(row),
        "sample": [[2, row], [3, row | {"Titel": ""}]], "mapping": {"Titel": "title", "Text": "description"},
        "organisation": Organisation.objects.writable_by(person)[0],
    }  # fmt: skip
    return ImportJob.objects.create(**(fields | overrides))


def make_concept(*names: str, **overrides: Any) -> Concept:
    """A concept of the brokers' with these English names, the first of them the preferred one."""
    scheme, _ = Scheme.objects.get_or_create(identifier=overrides.pop("scheme", "tests"))
    concept = Concept.objects.create(scheme=scheme, **({"identifier": f"concept-{next(number)}"} | overrides))
    for name, kind in zip(names, ["preferred", *["expert"] * len(names)], strict=False):
        label(concept.pk, Name("en", name, kind), LabelSource.BROKER).save()
    note_change(scheme)
    return concept
