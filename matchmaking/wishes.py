"""What a need and an offer say about themselves and wish for, as plain facts for `fit.py`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from accounts.codes import OrganisationKind, SizeBand
from accounts.models import Organisation
from catalog.codes import PartnerKind, Visibility
from catalog.models import Need, Offer
from catalog.models.document import Document, DocumentQuerySet

from .fit import Side

SME_KINDS = {
    SizeBand.MICRO: PartnerKind.SME_10,
    SizeBand.SMALL: PartnerKind.SME_49,
    SizeBand.MEDIUM: PartnerKind.SME_249,
}
OTHER_KINDS = {
    OrganisationKind.LARGE_COMPANY: {PartnerKind.BIG_COMPANY},
    OrganisationKind.RESEARCH: {PartnerKind.RD_INSTITUTION, PartnerKind.UNIVERSITY},
    OrganisationKind.PUBLIC_BODY: {PartnerKind.OTHER},
    OrganisationKind.CLUSTER: {PartnerKind.OTHER},
}


class OfferFacts(NamedTuple):
    """All that is read of an offer; kilobytes of text a row stay in the database."""

    language: str
    visibility: str
    ecosystems: Sequence[str]
    stage: str
    cost_band: str
    partnership_types: Sequence[str]
    partner_kinds: Sequence[str]
    countries: Sequence[str]


class OrganisationFacts(NamedTuple):
    country: str
    region: str
    languages: Sequence[str]
    kind: str
    size: str


def side_of_need(need: Need) -> Side:
    """A need that was only tried out has no organisation: what is not known decides nothing."""
    organisation = need.organisation if need.organisation_id else None
    return replace(_side(need, organisation, need.budget_band), days=_days_left(need))


def side_of_offer(offer: Offer) -> Side:
    return _side(offer, offer.organisation, offer.cost_band)


def sides_of(offers: DocumentQuerySet) -> dict[int, Side]:
    """Of many, by primary key: plain rows, because making objects of them would take most of the time."""
    organisations = [f"organisation__{name}" for name in OrganisationFacts._fields]
    sides = {}
    for pk, *facts in offers.values_list("pk", *OfferFacts._fields, *organisations):
        offer = OfferFacts(*facts[: len(OfferFacts._fields)])
        sides[pk] = _side(offer, OrganisationFacts(*facts[len(offer) :]), offer.cost_band)
    return sides


def _side(document: Document | OfferFacts, organisation: Organisation | OrganisationFacts | None, band: str) -> Side:
    # A teaser names country, kind and size only, so nothing else may show through a reason.
    is_known = organisation is not None and document.visibility == Visibility.PUBLIC
    return Side(
        language=document.language,
        country=organisation.country if organisation else "",
        region=organisation.region if is_known else "",
        languages=frozenset(organisation.languages) if is_known else frozenset(),
        kinds=kinds_of(organisation) if organisation else frozenset(),
        ecosystems=frozenset(document.ecosystems),
        stage=document.stage,
        band=band,
        partnership_types=frozenset(document.partnership_types),
        partner_kinds=frozenset(document.partner_kinds),
        countries=frozenset(document.countries),
    )


def _days_left(need: Need) -> int | None:
    """From when it was published, so that a pair's score does not change overnight."""
    return (need.deadline - (need.published_at or need.created_at).date()).days if need.deadline else None


def kinds_of(organisation: Organisation | OrganisationFacts) -> frozenset[str]:
    """What the organisation is in the words in which partners are wished for."""
    if organisation.kind == OrganisationKind.SME:
        kind = SME_KINDS.get(organisation.size)
        return frozenset([kind.value]) if kind else frozenset()
    return frozenset(kind.value for kind in OTHER_KINDS.get(organisation.kind, ()))
