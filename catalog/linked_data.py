"""Offers and needs in the words of schema.org (JSON-LD), and the vocabulary in those of SKOS (Turtle), for everybody.

Only what a visitor without an account may see gets here: the caller hands over what `visible_to` shows to nobody in
particular. Vocabularies that were imported are not given on: whether they may be is not known.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.core.serializers.json import DjangoJSONEncoder

from .models import Concept, ConceptLabel, Need, Scheme
from .models.concept import BROKERS_SCHEME, OWN_SCHEME
from .presenting import Shown
from .vocabulary_loading import OWN_TITLE

GIVEN_ON = (OWN_SCHEME, BROKERS_SCHEME)
PROPERTIES = {"preferred": "prefLabel", "lay": "altLabel", "expert": "altLabel", "hidden": "hiddenLabel"}
AT_A_TIME = 200  # concepts
ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}  # so that no text can end a script element


def schema_org(shown: Shown, address: str) -> dict[str, Any]:
    """An `Offer`, or a `Demand` that an organisation seeks; without a name where the disclosure gives none."""
    said = {
        "@context": "https://schema.org",
        "@type": "Demand" if shown.kind == Need._meta.model_name else "Offer",
        "@id": address,
        "url": address,
        "identifier": shown.reference,
        "name": shown.title,
        "description": shown.summary or shown.description,
        "itemOffered": {
            "@type": "Service", "name": shown.title, "description": shown.description,
            "category": shown.codes.get("ecosystems"), "keywords": shown.keywords,
        },
        "availabilityStarts": shown.codes.get("published_at"),
        "availabilityEnds": shown.codes.get("valid_until"),
        "eligibleRegion": [{"@type": "Country", "name": code} for code in shown.codes.get("countries", [])],
    }  # fmt: skip
    who = _organisation(shown)
    return _without_empty(said | ({"offeredBy": who} if said["@type"] == "Offer" else {"@reverse": {"seeks": who}}))


def _organisation(shown: Shown) -> dict[str, Any]:
    named = {"name": shown.organisation_name, "url": shown.website} if shown.is_full else {}
    country = {"@type": "PostalAddress", "addressCountry": shown.whereabouts.get("country")}
    return {"@type": "Organization", "address": country} | named


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_empty(one) for key, one in value.items() if one not in (None, "", [], {})}
    return [_without_empty(one) for one in value] if isinstance(value, list) else value


def written(data: dict[str, Any]) -> str:
    """As text that may stand inside an HTML page."""
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False).translate(ESCAPED)


# SKOS


def turtle(site: str) -> Iterator[str]:
    """Every concept in use with its names in all languages, some concepts at a time."""
    yield "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\n"
    whole = f"<{site}/vocabulary>"
    yield f"{whole} a skos:ConceptScheme ; dct:title {literal(OWN_TITLE, 'en')} .\n"
    concepts = Concept.objects.active().filter(scheme__identifier__in=GIVEN_ON).order_by("pk")
    pks = list(concepts.values_list("pk", flat=True))
    for start in range(0, len(pks), AT_A_TIME):
        yield from _concepts(site, whole, concepts.filter(pk__in=pks[start : start + AT_A_TIME]))


def _concepts(site: str, whole: str, concepts: Any) -> Iterator[str]:
    rows = list(
        concepts.without_vectors().select_related("scheme").prefetch_related("broader__scheme", "related__scheme")
    )
    names = ConceptLabel.objects.told().filter(concept__in=rows).order_by("language", "kind", "text")
    said: dict[int, list[str]] = {}
    for pk, language, text, kind in names.values_list("concept", "language", "text", "kind"):
        said.setdefault(pk, []).append(f"skos:{PROPERTIES[kind]} {literal(text, language)}")
    for concept in rows:
        yield _concept(site, whole, concept, said.get(concept.pk, []))


def _concept(site: str, whole: str, concept: Concept, said: list[str]) -> str:
    facts = [f"skos:inScheme {whole}", *said]
    if concept.definition:
        facts.append(f"skos:definition {literal(concept.definition, concept.definition_language)}")
    for relation in ("broader", "related"):
        others = [other for other in getattr(concept, relation).all() if _is_given_on(other)]
        facts += [f"skos:{relation} {iri(site, other)}" for other in others]
    return f"\n{iri(site, concept)} a skos:Concept ;\n    " + " ;\n    ".join(facts) + " .\n"


def _is_given_on(concept: Concept) -> bool:
    return concept.scheme.identifier in GIVEN_ON and concept.state == "active"


def iri(site: str, concept: Concept) -> str:
    return f"<{site}/vocabulary#{quote(concept.scheme.identifier)}-{quote(concept.identifier)}>"


def literal(text: str, language: str) -> str:
    from rdflib import Literal  # imported here: 0.3 s that only this needs

    return Literal(text, lang=language).n3()


def revision() -> str:
    """Changes with every change of what `turtle` gives."""
    schemes = Scheme.objects.filter(identifier__in=GIVEN_ON).order_by("pk").values_list("pk", "revision")
    return "-".join(f"{pk}.{number}" for pk, number in schemes)
