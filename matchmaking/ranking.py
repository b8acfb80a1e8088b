"""From what retrieval found to a ranking with reasons. A pure module: numbers and plain facts in, the same out.

    score      everything the texts have in common becomes one score, which decides the order and the cut
    rank       by score, moved by the wishes of both sides (`fit.py`)
    reasons    what speaks for a pair, strongest first, as codes; `reasons.py` says them in words

Nothing here is random, so the same inputs give the same scores.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .fit import NEED_WEIGHTS, WISHES, Side, judge

# Rises with whatever changes a score: every need is then matched anew.
VERSION = "6"

# What each part is worth in the score by which offers are ranked. Tuned on the dev halves of eight public sets: one
# set of weights for all of them, with needs in store and without.
PARTS = {"agreement": 1.0, "answered": 0.14, "meaning": 0.18, "words": 0.6, "grams": 0.5}
HUBS = {"token_hub": 0.45, "meaning_hub": 0.18 * 0.25}
WEIGHTS = PARTS | {name: -weight for name, weight in HUBS.items()}
# For an offer that says what a broker's glossary leads to from the need: a broker's word
# outweighs most of what the texts alone say (0.1 to 0.5 where they fit). By judgement: public sets have no glossary.
GLOSSARY = 0.3
FIRST_TRUST = 0.5  # in hubs that were measured with the other offers in place of needs
NEIGHBOURS, SMOOTHING = 4, 0.5

# Log-odds that a unit of the texts' score is worth, by which the wishes' log-odds become a move of the score: the
# slope of a logistic regression over the first ten of the 76 demo needs (16.4), rounded.
LOG_ODDS = 16.0
CODES = {"kind": "partner_kind", "country": "country_wanted"}  # of reasons; else a wish's own name
SAID_WHEN_UNMET = ("country", "kind", "budget", "stage", "deadline")
SPEAKING = 0.01  # weight of a met wish among the reasons, for each unit of its weight


@dataclass(frozen=True)
class Candidate:
    """An offer that retrieval found for a need, with every way in which the two agree.

    `meaning` is their cosine in the shared space. `agreement` says how well the need's pieces of words are
    met in the offer, `answered` how well the offer's are in the need; `words` and `grams` are the share of what the
    need's words, or their character grams, could score at most: all four 0 to 1. The hubs say how near the offer
    lies to needs of any kind, `glossary` how certainly it says what brokers have joined to the need's words, 0 to 1.
    """

    pk: int
    meaning: float
    words: float
    grams: float = 0.0
    agreement: float = 0.0
    answered: float = 0.0
    meaning_hub: float = 0.0
    token_hub: float = 0.0
    glossary: float = 0.0


@dataclass(frozen=True)
class Ranked:
    """An offer in its place, with every part of its score."""

    pk: int
    score: float
    components: Mapping[str, float] = field(default_factory=dict)
    probability: float = 0.0  # that it is right, by the texts alone: see `calibration.py`
    similar: tuple[int, ...] = ()  # offers with almost the same text, see `diversity.py`


def best(scores: Mapping[int, float], k: int | None = None) -> list[int]:
    """Keys by falling score; the smaller key first where scores are equal."""
    return sorted(scores, key=lambda pk: (-scores[pk], pk))[:k]


def score(candidates: Sequence[Candidate], places: np.ndarray, *, trust: float) -> dict[int, float]:
    """What the texts come to by the weights set by hand. `places` are those of the candidates in the shared space, of
    shape (candidates, d); hubs are trusted by `trust`, 0 to 1: less while there are no needs to measure them with."""
    plain = np.array([_plain(candidate, trust) for candidate in candidates])
    return dict(zip((candidate.pk for candidate in candidates), _smoothed(plain, places).tolist(), strict=True))


def _plain(candidate: Candidate, trust: float) -> float:
    parts = vars(candidate)
    hubs = sum(weight * parts[name] for name, weight in HUBS.items())
    return sum(weight * parts[name] for name, weight in PARTS.items()) + GLOSSARY * candidate.glossary - trust * hubs


def added(parts: Mapping[str, float], learnt: Mapping[str, float] | None) -> float:
    """What was learnt about the parts of the texts' score adds to it."""
    return sum(weight * parts[name] for name, weight in (learnt or {}).items() if name in WEIGHTS)


def _smoothed(scores: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Each score and a part of those of the nearest candidates: similar offers serve similar needs."""
    cosines = places @ places.T
    np.fill_diagonal(cosines, 0)
    near = np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]
    weight = np.take_along_axis(cosines, near, axis=1).clip(0)
    return scores + SMOOTHING * (weight * scores[near]).sum(axis=1) / (weight.sum(axis=1) + 1e-9)


def with_learnt(
    candidates: Iterable[Candidate], scores: Mapping[int, float], learnt: Mapping[str, float] | None
) -> dict[int, float]:
    """The scores with what reviews add to them: each pair is moved by its own parts alone, as it was learnt from."""
    return {one.pk: scores[one.pk] + added(vars(one), learnt) for one in candidates}


def rank(
    candidates: Iterable[Candidate],
    scores: Mapping[int, float],
    need: Side,
    offers: Mapping[int, Side],
    learnt: Mapping[str, float] | None = None,
) -> list[Ranked]:
    """The candidates by their scores, moved by what was learnt and by the fit of those whose wishes are given, best
    first."""
    fits = {pk: judge(need, offer).components(learnt) for pk, offer in offers.items()}
    ranked = [_rank_one(candidate, scores[candidate.pk], fits.get(candidate.pk), learnt) for candidate in candidates]
    return sorted(ranked, key=lambda one: (-one.score, one.pk))


def _rank_one(
    candidate: Candidate, text_score: float, fit: Mapping[str, float] | None, learnt: Mapping[str, float] | None
) -> Ranked:
    parts = {name: float(value) for name, value in vars(candidate).items() if name != "pk"}
    parts |= {"text_score": text_score} | dict(fit or {})
    if learnt:
        parts["learnt"] = added(parts, learnt)
    moved = parts.get("learnt", 0.0) + parts.get("wishes", 0.0) / LOG_ODDS
    return Ranked(candidate.pk, text_score + moved, parts)


def reasons(need: Side, offer: Side, ranked: Ranked, shared: Sequence[str]) -> list[dict]:
    """What speaks for the pair, strongest first, then what speaks against it: `code`, `params` and `weight`, which is
    0 for the latter. `shared` are words of both texts."""
    found = [_meaning(need, offer, ranked.components["meaning"])]
    if shared:
        found.append(_reason("shared_words", min(0.3, 0.05 * len(shared)), words=list(shared[:6])))
    wishes = {name: ranked.components.get(f"wish_{name}", 0.0) for name in WISHES}
    for name, value in wishes.items():
        if value == 1 or (value > 0 and name == "nearness"):  # what is met in part is no reason
            found.append(_met(name, SPEAKING * NEED_WEIGHTS[name] * value, need, offer))
    against = [_reason(f"{name}_not", 0.0) for name in SAID_WHEN_UNMET if wishes[name] < 0]
    return sorted(found, key=lambda reason: -reason["weight"]) + against


def _meaning(need: Side, offer: Side, meaning: float) -> dict:
    if need.language == offer.language:
        return _reason("meaning", meaning)
    return _reason("meaning_across", meaning, need_language=need.language, offer_language=offer.language)


def _reason(code: str, weight: float, **params: object) -> dict:
    return {"code": code, "params": params, "weight": round(max(weight, 0.0), 4)}


def _met(name: str, weight: float, need: Side, offer: Side) -> dict:
    """With what the sentence about a met wish needs to name."""
    facts = {
        "ecosystem": {"ecosystems": sorted(need.ecosystems & offer.ecosystems)},
        "stage": {"stage": offer.stage},
        "budget": {"cost": offer.band},
        "partnership": {"types": sorted(need.partnership_types & offer.partnership_types)},
        "partner_kind": {"kinds": sorted(need.partner_kinds & offer.kinds)},
        "country_wanted": {"country": offer.country},
        "language": {"languages": sorted(need.languages & offer.languages)},
        "same_country": {"country": offer.country},
    }
    code = _how_near(need, offer) if name == "nearness" else CODES.get(name, name)
    return _reason(code, weight, **facts.get(code, {}))


def _how_near(need: Side, offer: Side) -> str:
    if need.region and need.region == offer.region:
        return "same_region"
    return "same_country" if need.country == offer.country else "neighbours"
