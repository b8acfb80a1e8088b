"""What a need and an offer say about themselves and wish for, as plain facts for `ranking.py`."""

from accounts.codes import OrganisationKind, SizeBand
from accounts.models import Organisation
from catalog.codes import PartnerKind, Visibility
from catalog.models import Need, Offer
from catalog.models.document import Document

from .ranking import Side

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

# All that `side_of_offer` reads: kilobytes of text a row stay in the database.
READ_OF_OFFER = (
    "language",
    "visibility",
    "ecosystems",
    "stage",
    "cost_band",
    "partnership_types",
    "partner_kinds",
    "countries",
    "organisation__country",
    "organisation__region",
    "organisation__kind",
    "organisation__size",
)


def side_of_need(need: Need) -> Side:
    """A need that was only tried out has no organisation: what is not known decides nothing."""
    return _side(need, need.budget_band)


def side_of_offer(offer: Offer) -> Side:
    return _side(offer, offer.cost_band)


def _side(document: Document, band: str) -> Side:
    organisation = document.organisation if document.organisation_id else None
    return Side(
        language=document.language,
        country=organisation.country if organisation else "",
        region=_known_region(document, organisation),
        kinds=kinds_of(organisation) if organisation else frozenset(),
        ecosystems=frozenset(document.ecosystems),
        stage=document.stage,
        band=band,
        partnership_types=frozenset(document.partnership_types),
        partner_kinds=frozenset(document.partner_kinds),
        countries=frozenset(document.countries),
    )


def _known_region(document: Document, organisation: Organisation | None) -> str:
    """A teaser names the country only, so a region may not even show through a reason."""
    return organisation.region if organisation and document.visibility == Visibility.PUBLIC else ""


def kinds_of(organisation: Organisation) -> frozenset[str]:
    """What the organisation is in the words in which partners are wished for."""
    if organisation.kind == OrganisationKind.SME:
        kind = SME_KINDS.get(organisation.size)
        return frozenset([kind.value]) if kind else frozenset()
    return frozenset(kind.value for kind in OTHER_KINDS.get(organisation.kind, ()))
