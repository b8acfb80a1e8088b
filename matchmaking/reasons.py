"""The reasons of a match in words, in the reader's language. Which reasons there are decides `ranking.py`."""

from collections.abc import Callable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.codes import Country
from catalog.codes import CostBand, Ecosystem, PartnerKind, PartnershipType, Stage
from catalog.presenting import Shown

from .listing import listed, quoted


def disclosed(reason: dict, *sides: Shown) -> str:
    """The reason in words as far as the two sides may be shown; "" where nothing is left of it."""
    params = dict(reason["params"])
    if "words" in params:
        for side in sides:
            params["words"] = side.quotable(params["words"])
        if not params["words"]:
            return ""
    text = sentence(reason | {"params": params})
    for side in sides:
        text = side.strip(text)
    return text


def sentence(reason: dict) -> str:
    """A plain sentence for `{"code": …, "params": {…}}`. Raises KeyError for a code that nobody has worded."""
    return WORDS[reason["code"]](**reason["params"])


def _meaning() -> str:
    return _("The texts resemble each other in meaning.")


def _meaning_across(need_language: str, offer_language: str) -> str:
    words = _("The texts resemble each other in meaning, across languages (%(need)s and %(offer)s).")
    return words % {"need": _language(need_language), "offer": _language(offer_language)}


def _shared_words(words: list[str]) -> str:
    return _("Both use the words %(words)s.") % {"words": listed([quoted(word) for word in words])}


def _ecosystem(ecosystems: list[str]) -> str:
    return _("Both belong to the same industry: %(names)s.") % {"names": _labels(ecosystems, Ecosystem)}


def _stage(stage: str) -> str:
    return _("The offer is as far developed as is asked for: %(stage)s.") % {"stage": Stage(stage).label}


def _budget(cost: str) -> str:
    return _("The cost to start with is within the budget: %(cost)s.") % {"cost": CostBand(cost).label}


def _partnership(types: list[str]) -> str:
    return _("Both look for the same kind of partnership: %(types)s.") % {"types": _labels(types, PartnershipType)}


def _partner_kind(kinds: list[str]) -> str:
    if not kinds:
        return _("The provider works with organisations of this kind and size.")
    return _("The provider is of the kind that is wanted: %(kinds)s.") % {"kinds": _labels(kinds, PartnerKind)}


def _country_wanted(country: str) -> str:
    return _("The countries suit both sides; the provider is in %(country)s.") % {"country": Country(country).label}


def _same_country(country: str) -> str:
    return _("Both are in %(country)s.") % {"country": Country(country).label}


def _neighbours() -> str:
    return _("They are in neighbouring countries.")


def _languages(languages: list[str]) -> str:
    return _("Both work in %(names)s.") % {"names": listed([_language(code) for code in languages])}


def _deadline() -> str:
    return _("It can be in use by the day it is needed.")


def _country_not() -> str:
    return _("Against it: one side looks for partners in other countries.")


def _kind_not() -> str:
    return _("Against it: one side looks for partners of another kind or size.")


def _budget_not() -> str:
    return _("Against it: the cost to start with is above the budget.")


def _stage_not() -> str:
    return _("Against it: the offer is less developed than is asked for.")


def _deadline_not() -> str:
    return _("Against it: at its stage of development it usually comes too late.")


def _same_region() -> str:
    return _("Both are in the same region.")


def _language(code: str) -> str:
    """By its name in the reader's language, as one writes it within a sentence; by its code where it has none."""
    from babel import Locale

    return Locale.parse(get_language() or "en", sep="-").languages.get(code, code)


def _labels(codes: list[str], choices: type) -> str:
    return listed([str(choices(code).label) for code in codes])


ALIKE = ("meaning", "meaning_across")
WORDS: dict[str, Callable[..., str]] = {
    "meaning": _meaning,
    "meaning_across": _meaning_across,
    "shared_words": _shared_words,
    "ecosystem": _ecosystem,
    "stage": _stage,
    "budget": _budget,
    "partnership": _partnership,
    "partner_kind": _partner_kind,
    "country_wanted": _country_wanted,
    "language": _languages,
    "deadline": _deadline,
    "same_country": _same_country,
    "same_region": _same_region,
    "neighbours": _neighbours,
    "country_not": _country_not,
    "kind_not": _kind_not,
    "budget_not": _budget_not,
    "stage_not": _stage_not,
    "deadline_not": _deadline_not,
}
