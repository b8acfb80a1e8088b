"""From what retrieval found to a ranking with reasons. A pure module: numbers and plain facts in, the same out.

    score      everything the texts have in common becomes one score, which decides the order and the cut
    fit        what both sides wish against what both sides are, each wish between -1 and 1
    rank       by score, moved by the fit
    reasons    what speaks for a pair, strongest first, as codes; `reasons.py` says them in words

Nothing here is random, so the same inputs give the same scores.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

# Rises with whatever changes a score: every need is then matched anew.
VERSION = "3"

# What each part is worth in the score by which offers are ranked. Tuned on the dev halves of eight public sets: one
# set of weights for all of them, with needs in store and without.
PARTS = {"agreement": 1.0, "answered": 0.14, "meaning": 0.18, "title": 0.07, "words": 0.6, "grams": 0.5}
HUBS = {"token_hub": 0.45, "meaning_hub": 0.18 * 0.25, "title_hub": 0.07 * 0.25}
FIRST_TRUST = 0.4  # in hubs that were measured with the names of offers in place of needs
NEIGHBOURS, SMOOTHING = 4, 0.5

# How far each wish moves the score when it is met (and down when it is not): a prior by judgement, to be learnt
# from reviews. Not measured: the public sets state no wishes, and the demo's true pairs were written to agree in them
# (44 of 50 needs find their offer without the wishes, 50 with them). Texts that fit score 0.1 to 0.5, so all
# wishes together (0.09) can change the order of offers whose texts fit differently well; the cut is made before them.
WEIGHTS = {
    "ecosystem": 0.015,
    "stage": 0.01,
    "budget": 0.015,
    "partnership": 0.01,
    "partner_kind": 0.01,
    "country_wanted": 0.02,
    "same_country": 0.005,
    "same_region": 0.005,
}

STAGES = ("concept", "development", "lab_tested", "demonstration", "market")
BANDS = ("under_5k", "5k_25k", "25k_100k", "over_100k")


@dataclass(frozen=True)
class Candidate:
    """An offer that retrieval found for a need, with every way in which the two agree.

    `meaning` and `title` are cosines in the shared space. `agreement` says how well the need's pieces of words are
    met in the offer, `answered` how well the offer's are in the need; `words` and `grams` are the share of what the
    need's words, or their character grams, could score at most: all four 0 to 1. The hubs say how near the offer
    lies to needs of any kind.
    """

    pk: int
    meaning: float
    words: float
    grams: float = 0.0
    agreement: float = 0.0
    answered: float = 0.0
    title: float = 0.0
    meaning_hub: float = 0.0
    token_hub: float = 0.0
    title_hub: float = 0.0


@dataclass(frozen=True)
class Side:
    """What a need or an offer says about itself and about whom it wishes for, in the codes of the catalog."""

    language: str = ""
    country: str = ""
    region: str = ""  # only where everybody may know it
    kinds: frozenset[str] = frozenset()  # of its organisation, in the terms of `partner_kinds`
    ecosystems: frozenset[str] = frozenset()
    stage: str = ""
    band: str = ""  # budget of a need, cost of an offer
    partnership_types: frozenset[str] = frozenset()
    partner_kinds: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ranked:
    """An offer in its place, with every part of its score."""

    pk: int
    score: float
    components: Mapping[str, float] = field(default_factory=dict)
    similar: tuple[int, ...] = ()  # offers with almost the same text, see `diversity.py`


def best(scores: Mapping[int, float], k: int | None = None) -> list[int]:
    """Keys by falling score; the smaller key first where scores are equal."""
    return sorted(scores, key=lambda pk: (-scores[pk], pk))[:k]


def score(candidates: Sequence[Candidate], places: np.ndarray, *, trust: float) -> dict[int, float]:
    """What the candidates are ranked by. `places` are theirs in the shared space, of shape (candidates, d); hubs are
    trusted by `trust`, 0 to 1: less while there are no needs to measure them with."""
    plain = np.array([_plain(candidate, trust) for candidate in candidates])
    return dict(zip((candidate.pk for candidate in candidates), _smoothed(plain, places).tolist(), strict=True))


def _plain(candidate: Candidate, trust: float) -> float:
    parts = vars(candidate)
    hubs = sum(weight * parts[name] for name, weight in HUBS.items())
    return sum(weight * parts[name] for name, weight in PARTS.items()) - trust * hubs


def _smoothed(scores: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Each score and a part of those of the nearest candidates: similar offers serve similar needs."""
    cosines = places @ places.T
    np.fill_diagonal(cosines, 0)
    near = np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]
    weight = np.take_along_axis(cosines, near, axis=1).clip(0)
    return scores + SMOOTHING * (weight * scores[near]).sum(axis=1) / (weight.sum(axis=1) + 1e-9)


def rank(
    candidates: Iterable[Candidate], scores: Mapping[int, float], need: Side, offers: Mapping[int, Side]
) -> list[Ranked]:
    """The candidates by their scores, moved by the fit of those whose wishes are given, best first."""
    fits = {pk: fit(need, offer) for pk, offer in offers.items()}
    ranked = [_rank_one(candidate, scores[candidate.pk], fits.get(candidate.pk, {})) for candidate in candidates]
    return sorted(ranked, key=lambda one: (-one.score, one.pk))


def _rank_one(candidate: Candidate, text_score: float, fits: Mapping[str, float]) -> Ranked:
    parts = {name: float(value) for name, value in vars(candidate).items() if name != "pk"}
    parts |= {"text_score": text_score}
    moved = text_score + sum(WEIGHTS[name] * value for name, value in fits.items())
    return Ranked(candidate.pk, moved, parts | {f"fit_{name}": value for name, value in fits.items()})


def fit(need: Side, offer: Side) -> dict[str, float]:
    """Each wish that can be judged: 1 met, 0 nearly, -1 not met. A wish nobody stated is left out."""
    judged = {
        "ecosystem": _overlap(need.ecosystems, offer.ecosystems),
        "stage": _at_least(offer.stage, need.stage, STAGES),  # further than asked for is as good as exact
        "budget": _at_least(need.band, offer.band, BANDS),  # and so is cheaper
        "partnership": _overlap(need.partnership_types, offer.partnership_types),
        "partner_kind": _both(_overlap(need.partner_kinds, offer.kinds), _overlap(offer.partner_kinds, need.kinds)),
        "country_wanted": _both(_among(offer.country, need.countries), _among(need.country, offer.countries)),
        "same_country": 1.0 if need.country and need.country == offer.country else None,
        "same_region": 1.0 if need.region and need.region == offer.region else None,
    }
    return {name: value for name, value in judged.items() if value is not None}


def _overlap(one: frozenset[str], other: frozenset[str]) -> float | None:
    if not one or not other:
        return None
    return 1.0 if one & other else -1.0


def _among(code: str, wanted: frozenset[str]) -> float | None:
    if not code or not wanted:
        return None
    return 1.0 if code in wanted else -1.0


def _at_least(high: str, low: str, scale: Sequence[str]) -> float | None:
    """1 where `high` reaches `low` on the scale, 0 where one step is missing, -1 where more is."""
    if high not in scale or low not in scale:
        return None
    missing = scale.index(low) - scale.index(high)
    return 1.0 - min(max(missing, 0), 2)


def _both(one: float | None, other: float | None) -> float | None:
    """Wishes of both sides count: the worse of the two, or the only one."""
    stated = [value for value in (one, other) if value is not None]
    return min(stated) if stated else None


def reasons(need: Side, offer: Side, ranked: Ranked, shared: Sequence[str]) -> list[dict]:
    """What speaks for the pair, strongest first: `code`, `params` and `weight`. `shared` are words of both texts."""
    found = [_meaning(need, offer, ranked.components["meaning"])]
    if shared:
        found.append(_reason("shared_words", min(0.3, 0.05 * len(shared)), words=list(shared[:6])))
    for name, weight in WEIGHTS.items():
        if ranked.components.get(f"fit_{name}", 0.0) > 0:
            found.append(_reason(name, weight, **_facts(name, need, offer)))
    return sorted(found, key=lambda reason: -reason["weight"])


def _meaning(need: Side, offer: Side, meaning: float) -> dict:
    if need.language == offer.language:
        return _reason("meaning", meaning)
    return _reason("meaning_across", meaning, need_language=need.language, offer_language=offer.language)


def _reason(code: str, weight: float, **params: object) -> dict:
    return {"code": code, "params": params, "weight": round(max(weight, 0.0), 4)}


def _facts(name: str, need: Side, offer: Side) -> dict:
    """What the sentence about a met wish needs to name."""
    facts = {
        "ecosystem": {"ecosystems": sorted(need.ecosystems & offer.ecosystems)},
        "stage": {"stage": offer.stage},
        "budget": {"cost": offer.band},
        "partnership": {"types": sorted(need.partnership_types & offer.partnership_types)},
        "partner_kind": {"kinds": sorted(need.partner_kinds & offer.kinds)},
        "country_wanted": {"country": offer.country},
        "same_country": {"country": offer.country},
    }
    return facts.get(name, {})
