"""Which field a column of somebody's file probably holds, by what it is called in any language of the interface."""

import difflib
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.utils import translation

from .importing import ALIASES, importable_columns
from .models import Document
from .rejected_rows import LINE, REASONS

ALIKE = 0.85  # of two names, as difflib measures it: "Descripton" is meant for description, "Location" for nothing
ORGANISATION = "organisation"
# What spreadsheets call these fields beside the names that the interface has for them.
USUAL_NAMES = {
    "title": "name titel titre título titolo tytuł bezeichnung nom nombre nome nazwa product produkt service",
    "description": "text beschreibung descripción descrizione opis details",
    "summary": "abstract zusammenfassung résumé resumen riassunto streszczenie short",
    "external_id": "id key nr no number nummer numéro número numero numer code sku",
    "language": "lang sprache langue idioma lingua język",
    "stage": "trl maturity reifegrad maturité madurez maturità",
    "cost_band": "price cost preis kosten prix coût precio costo prezzo cena koszt",
    "countries": "country land länder pays país países paese paesi kraj kraje",
    "ecosystems": "sector sectors branche branchen secteur sectores settore sektor industry",
    "technology_keywords": "keywords tags stichwörter schlagwörter mots-clés palabras-clave słowa-kluczowe",
    "valid_until": "expires expiry ende",
    "organisation": "organization company provider firma unternehmen anbieter entreprise empresa azienda",
}


def guessed(model: type[Document], columns: Iterable[str]) -> dict[str, str]:
    """By column, the field that it probably holds, "" where that is not clear. No field is given twice."""
    names, mapping = _names(model), dict.fromkeys(columns, "")
    taken: set[str] = set()
    fields = {_bare(name): name for name in [*importable_columns(model), ORGANISATION]}
    for find in (fields.get, names.get, lambda name: _alike(names, name)):  # exact names choose first
        for column in (column for column, field in mapping.items() if not field):
            field = "" if column in (LINE, REASONS) else find(_bare(column))
            if field and field not in taken:
                taken.add(field)
                mapping[column] = field
    return mapping


def _bare(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _alike(names: dict[str, str], name: str) -> str:
    close = difflib.get_close_matches(name, names, n=1, cutoff=ALIKE)
    return names[close[0]] if close else ""


@cache
def _names(model: type[Document]) -> dict[str, str]:
    """Field by name: as the command calls it, as the interface does, as people usually do; the first counts."""
    fields = importable_columns(model)
    names = {_bare(name): name for name in [*fields, ORGANISATION]}
    names |= {_bare(alias): name for alias, name in ALIASES.items() if name in fields}
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            for name in fields:
                names.setdefault(_bare(str(model._meta.get_field(name).verbose_name)), name)
    for name, usual in USUAL_NAMES.items():
        for word in usual.split() if name in [*fields, ORGANISATION] else ():
            names.setdefault(_bare(word), name)
    return names
