"""Loading the demo: clusters, organisations, one person for each, and their published offers and needs.

Everything goes through the same import as a broker's spreadsheet. Loading twice changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import Admission, Brokership, Cluster, ClusterMembership, Membership, Organisation, User
from catalog.importing import Importer
from catalog.models import Document, Need, Offer
from catalog.table_files import Row, read_rows
from catalog.vocabulary_loading import load_own

HERE = Path(__file__).parent
PASSWORD = "demo-demo-1"  # noqa: S105 - printed by `make run`, for a development machine only
APPROVED = Admission.State.APPROVED

CLUSTERS = {
    "nordwerk": ("Nordwerk Manufacturing and Food Cluster (demo)", "DE", "DE60", "de"),
    "rhone-alpin": ("Rhône-Alpin Textiles, Chemistry and Health Cluster (demo)", "FR", "FRK26", "fr"),
    "iberica-verde": ("Ibérica Verde Agriculture, Energy and Tourism Cluster (demo)", "PT", "PT11A", "pt"),
}
BROKERS = {"broker.nord@demo.example": "nordwerk", "broker.sud@demo.example": "rhone-alpin"}
FURTHER_BROKERS = {"broker.iberica@demo.example": "iberica-verde"}


@dataclass(frozen=True)
class Login:
    role: str
    email: str


LOGINS = [
    Login("company with needs", "sme@demo.example"),
    Login("provider", "provider@demo.example"),
    *(Login(f"broker, {CLUSTERS[slug][0]}", email) for email, slug in BROKERS.items()),
    Login("administrator", "admin@demo.example"),
]


@transaction.atomic
def load() -> list[Login]:
    """Load all of the demo; returns the logins, whose password is PASSWORD."""
    load_own()
    clusters = _clusters()
    organisations = {row["key"]: _organisation(row, clusters) for row in _rows("organisations")}
    needs, offers = list(_rows("needs")), list(_rows("offers"))
    seeker = _first_with(needs, organisations)
    provider = _first_with(offers, organisations, apart_from=seeker)
    emails = {seeker: "sme@demo.example", provider: "provider@demo.example"}
    people = {key: _owner(key, organisation, emails) for key, organisation in organisations.items()}
    _import(Offer, offers, organisations, people)
    _import(Need, [_with_deadline(need) for need in needs], organisations, people)
    _admin()
    return LOGINS


def _rows(name: str) -> Iterator[dict[str, Any]]:
    for path in sorted(HERE.glob(f"{name}-*.jsonl")):
        for _line, row in read_rows(path):
            yield row


def titles() -> dict[str, str]:
    """By key, of all needs and offers."""
    return {row["key"]: row["title"] for name in ("needs", "offers") for row in _rows(name)}


def _clusters() -> dict[str, Cluster]:
    clusters = {}
    for slug, (name, country, region, language) in CLUSTERS.items():
        organisation, _ = Organisation.objects.update_or_create(
            name=name, country=country, defaults={"kind": "cluster", "region": region, "languages": [language, "en"]}
        )
        clusters[slug], _ = Cluster.objects.update_or_create(
            slug=slug, defaults={"organisation": organisation, "is_default": slug == "nordwerk"}
        )
    for cluster in clusters.values():
        cluster.linked.set(other for other in clusters.values() if other != cluster)
    for email, slug in (BROKERS | FURTHER_BROKERS).items():
        broker = _person(email, f"Broker of {slug} (demo)", CLUSTERS[slug][3])
        Brokership.objects.update_or_create(user=broker, cluster=clusters[slug], defaults={"state": APPROVED})
    return clusters


def _organisation(row: dict[str, Any], clusters: dict[str, Cluster]) -> Organisation:
    fields = ("kind", "region", "size", "languages", "website", "description")
    organisation, _ = Organisation.objects.update_or_create(
        name=row["name"], country=row["country"], defaults={name: row[name] for name in fields if name in row}
    )
    for slug in row["clusters"]:
        ClusterMembership.objects.update_or_create(
            organisation=organisation, cluster=clusters[slug], defaults={"state": APPROVED}
        )
    return organisation


def _first_with(rows: list[dict[str, Any]], organisations: dict[str, Organisation], apart_from: str = "") -> str:
    """The key of the first small company that has such a document, so that the demo starts with somebody small."""
    keys = [row["organisation"] for row in rows if row["organisation"] != apart_from]
    return next(key for key in keys if organisations[key].kind == "sme")


def _owner(key: str, organisation: Organisation, emails: dict[str, str]) -> User:
    language = (organisation.languages or ["en"])[0]
    owner = _person(emails.get(key, f"{key}@demo.example"), f"{organisation.name}, owner", language)
    Membership.objects.update_or_create(
        user=owner, organisation=organisation, defaults={"role": Membership.Role.OWNER, "state": APPROVED}
    )
    return owner


def _person(email: str, name: str, language: str, **rights: bool) -> User:
    person = User.objects.filter(email=email).first()
    if person is None:
        person = User.objects.create(
            email=email, password=_hashed_password(), name=name[:120], language=language, **rights
        )
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


@cache
def _hashed_password() -> str:
    """Hashed once: the same for all of the demo, and slow to make on purpose."""
    return make_password(PASSWORD)


def _admin() -> None:
    _person("admin@demo.example", "Administrator (demo)", "en", is_staff=True, is_superuser=True)


def _with_deadline(need: dict[str, Any]) -> dict[str, Any]:
    months = need.pop("deadline_months", None)
    if months:
        need["deadline"] = (timezone.localdate() + timedelta(days=30 * months)).isoformat()
    return need


def _import(
    model: type[Document],
    rows: list[dict[str, Any]],
    organisations: dict[str, Organisation],
    people: dict[str, User],
) -> None:
    """Publish the rows; a demo that its own import refuses is an error of ours and stops here."""
    importer = Importer(model, f"demo {model.__name__.lower()}s", organisations.__getitem__, publish=True)
    numbered: Iterator[Row] = enumerate(rows, 1)
    plan = importer.plan(numbered)
    if plan.rejected:
        raise ValueError("\n".join(map(str, plan.problems)))
    authors = {organisations[key].pk: person for key, person in people.items()}
    for document in plan.created:
        document.author = authors[document.organisation_id]
    plan.carry_out()
