"""The profile of the Enterprise Europe Network that advisers know: an offer or a need in its fields, with its limits.

Out: `profile_of`, and `findings` on what the form would not take; nothing is cut. In: `row_of` makes of one record
the columns that the import reads. The network's keyword lists are not here: a user loads an own copy
(`manage.py load_keywords`), and codes in records become words by it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import override

from .anonymise import MARK, strip_identities
from .codes import IprStatus, LabelKind, PartnerKind, PartnershipType, Stage
from .models import ConceptLabel, Document, Offer
from .presenting import label_of

KEYWORD_SCHEME = "een-keywords"
OFFER_TYPES = {"BO", "TO"}  # business and technology offers; all others seek
NEED_TYPES = {"BR", "TR", "RDR"}
AS_IN_THE_FORM = {"sme10": PartnerKind.SME_10, "sme1149": PartnerKind.SME_49, "sme50249": PartnerKind.SME_249}
MOST_KEYWORDS, MOST_PARTNERSHIPS = 5, 3


class Field(NamedTuple):
    """One field of the form: our name, its name in the record, its limit in characters, and for whom it is a must."""

    name: str
    key: str
    limit: int
    must: tuple[str, ...]


BOTH = ("offer", "need")
TEXTS = (
    Field("title", "title", 256, BOTH),
    Field("summary", "summary", 500, BOTH),
    Field("description", "description", 4000, BOTH),
    Field("advantages", "advantagesAndInnovation", 2000, ("offer",)),
    Field("expertise_sought", "technicalSpecification", 2000, ("need",)),
    Field("partner_role", "partnerRole", 4000, BOTH),
)
ONE_CODE = {"stage": ("stageOfDevelopment", Stage), "ipr_status": ("iprStatus", IprStatus)}
CODES = {"partnership_types": ("partnershipTypes", PartnershipType), "partner_kinds": ("partnerTypes", PartnerKind)}
LISTS = {
    "technology_keywords": "technologyKeywords", "market_keywords": "marketKeywords", "sdgs": "sdgs",
    "countries": "targetCountries",
}  # fmt: skip
ALSO = {  # other names that exports use for the same
    "shortsummary": "summary", "abstract": "summary", "advantages": "advantages",
    "advantagesinnovations": "advantages", "expertisesought": "expertise_sought",
    "technicalspecifications": "expertise_sought", "podreference": "external_id", "reference": "external_id",
    "profilereference": "external_id", "stage": "stage", "developmentstage": "stage", "iprstatus": "ipr_status",
    "partnershiptype": "partnership_types", "typesofpartnership": "partnership_types",
    "partnertype": "partner_kinds", "typeandsizeofpartner": "partner_kinds", "language": "language",
    "countries": "countries", "validuntil": "valid_until", "expirydate": "valid_until",
}  # fmt: skip


# Out


def type_of(document: Document) -> str:
    """TO and TR where it is about technology; the adviser may choose another."""
    if isinstance(document, Offer):
        return "TO" if document.stage else "BO"
    return "TR" if document.expertise_sought else "BR"


def profile_of(document: Document) -> dict[str, Any]:
    """The whole text, in English words for codes, whoever reads it."""
    with override("en"):
        words = {key: label_of(codes, getattr(document, name)) for name, (key, codes) in ONE_CODE.items()}
        several = {
            key: [label_of(codes, code) for code in getattr(document, name)] for name, (key, codes) in CODES.items()
        }
    return (
        {"profileType": type_of(document), "reference": document.reference, "language": document.language}
        | {"originCountry": document.organisation.country}
        | {field.key: getattr(document, field.name) for field in TEXTS}
        | words
        | several
        | {key: list(getattr(document, name)) for name, key in LISTS.items()}
        | {"validUntil": document.valid_until}
    )


def findings(document: Document) -> list[str]:
    """What the form would refuse or an adviser send back, in words."""
    return [*_text_findings(document), *_list_findings(document)]


def _text_findings(document: Document) -> Iterator[str]:
    names = [document.organisation.name]
    for field in TEXTS:
        text, label = getattr(document, field.name), document._meta.get_field(field.name).verbose_name
        if len(text) > field.limit:
            said = {"field": label, "length": len(text), "limit": field.limit}
            yield _("%(field)s: %(length)s characters, %(limit)s are allowed.") % said
        if not text.strip() and document._meta.model_name in field.must:
            yield _("%(field)s: missing.") % {"field": label}
        if strip_identities(text, names).count(MARK) > text.count(MARK):
            yield _("%(field)s: take out names, addresses and patent numbers.") % {"field": label}


def _list_findings(document: Document) -> Iterator[str]:
    for name in ("technology_keywords", "market_keywords", "partnership_types", "partner_kinds", "sdgs"):
        count, label = len(getattr(document, name)), document._meta.get_field(name).verbose_name
        most = MOST_KEYWORDS if name.endswith("keywords") else MOST_PARTNERSHIPS
        if not count:
            yield _("%(field)s: missing.") % {"field": label}
        elif count > most and name not in ("partner_kinds", "sdgs"):
            yield _("%(field)s: %(count)s chosen, at most %(most)s are advised.") % {
                "field": label, "count": count, "most": most,
            }  # fmt: skip
    if isinstance(document, Offer):
        for name in ONE_CODE:
            if not getattr(document, name):
                yield _("%(field)s: missing.") % {"field": document._meta.get_field(name).verbose_name}


# In


def is_record(raw: Mapping[str, Any]) -> bool:
    """Whether a row is one of the network's profiles and not one of ours."""
    return any(_bare(name) == "profiletype" for name in raw)


def kind_of(raw: Mapping[str, Any]) -> str:
    """ "offer", "need", or "" for a type that nobody knows."""
    said = next((str(value).strip().upper() for name, value in raw.items() if _bare(name) == "profiletype"), "")
    return "offer" if said in OFFER_TYPES else "need" if said in NEED_TYPES else ""


def row_of(raw: Mapping[str, Any], *, organisation: str = "") -> dict[str, Any]:
    """The columns of the import; fields that have no place here are left out, texts are never cut."""
    row: dict[str, Any] = {}
    for name, value in raw.items():
        if column := _COLUMNS.get(_bare(name)):
            row[column] = _value(column, value)
    return row | ({"organisation": organisation} if organisation else {})


def _bare(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


_COLUMNS = ALSO | {_bare(field.key): field.name for field in TEXTS}
_COLUMNS |= {_bare(key): name for name, (key, _codes) in (ONE_CODE | CODES).items()}
_COLUMNS |= {_bare(key): name for name, key in LISTS.items()} | {"organisation": "organisation"}


def _value(column: str, value: Any) -> Any:
    if column in ONE_CODE:
        return _code(ONE_CODE[column][1], value)
    if column in CODES:
        return [_code(CODES[column][1], one) for one in _several(value)]
    if column in ("technology_keywords", "market_keywords"):
        return _words(_several(value))
    return _several(value) if column in LISTS else value


def _several(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [one.get("label") or one.get("code") if isinstance(one, dict) else one for one in value]
    return [part.strip() for part in str(value or "").split(";") if part.strip()]


def _code(codes: type, value: Any) -> str:
    """Our code for a label of the form or for a code; what is neither is refused later, by its value."""
    with override("en"):
        known = {_letters(label): code for code, label in codes.choices}
    text = str(value or "").strip()
    return (AS_IN_THE_FORM | known).get(_letters(text), text)


def _letters(text: Any) -> str:
    return re.sub(r"[^a-z0-9&]", "", str(text).lower())


def _words(codes: list[Any]) -> list[str]:
    """Keywords in words: a code of the list that was loaded here becomes its English name."""
    said = [str(code).strip() for code in codes]
    listed = ConceptLabel.objects.shown().filter(kind=LabelKind.PREFERRED, language="en")
    found = listed.filter(concept__scheme__identifier=KEYWORD_SCHEME, concept__identifier__in=said).order_by("-pk")
    names = dict(found.values_list("concept__identifier", "text"))
    return [names.get(code, code) for code in said]
