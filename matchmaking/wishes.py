"""What a need and an offer say about themselves and wish for, as plain facts for `fit.py`."""

from dataclasses import replace

from accounts.codes import OrganisationKind, SizeBand
from accounts.models import Organisation
from catalog.codes import PartnerKind, Visibility
from catalog.models import Need, Offer
from catalog.models.document import Document

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
    "organisation__languages",
    "organisation__kind",
    "organisation__size",
)


def side_of_need(need: Need) -> Side:
    """A need that was only tried out has no organisation: what is not known decides nothing."""
    return replace(_side(need, need.budget_band), days=_days_left(need))


def side_of_offer(offer: Offer) -> Side:
    return _side(offer, offer.cost_band)


def _side(document: Document, band: str) -> Side:
    organisation = document.organisation if document.organisation_id else None
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


def kinds_of(organisation: Organisation) -> frozenset[str]:
    """What the organisation is in the words in which partners are wished for."""
    if organisation.kind == OrganisationKind.SME:
        kind = SME_KINDS.get(organisation.size)
        return frozenset([kind.value]) if kind else frozenset()
    return frozenset(kind.value for kind in OTHER_KINDS.get(organisation.kind, ()))
