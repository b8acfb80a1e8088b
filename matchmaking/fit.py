"""How far the wishes of both sides are met: facts of two sides in, a move of the odds out. A pure module.

    judge      each wish between -1 (not met) and 1 (met); what one side does not say is left out
    direction  the wishes of one side as one figure, 0 to 1; 0.5 where nothing is known
    both       weighted harmonic mean of the two directions: one weak side pulls the whole down
    lean       that mean as a bounded move of the log-odds that the pair is right

The texts decide how probable a pair is; wishes move those odds afterwards, within bounds. Weights are judgement, not
measured: the public sets state no wishes, and the demo's true pairs were written to agree in them. What reviews teach
comes in as `learnt`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import log

NEED_WEIGHTS = {
    "country": 3.0, "budget": 3.0, "kind": 2.0, "stage": 2.0, "deadline": 2.0, "ecosystem": 2.0, "partnership": 2.0,
    "language": 1.0, "nearness": 1.0,
}  # fmt: skip
OFFER_WEIGHTS = {
    "country": 3.0, "kind": 2.0, "budget": 2.0, "ecosystem": 2.0, "partnership": 2.0, "language": 1.0,
}  # fmt: skip
WISHES = tuple(NEED_WEIGHTS)
UNKNOWN = 4.0  # weight of "nobody said anything" in each direction, which is neither for nor against
HARD = ("country", "kind")  # who names countries or kinds of partners excludes the others
HARD_NO = 0.25  # what is left of a direction in which one of those is not met
NEED_SHARE = 0.5  # of the two directions in the harmonic mean

MOST_FOR, MOST_AGAINST = log(2), log(8)  # the odds at most doubled, or divided by eight

STAGES = ("concept", "development", "lab_tested", "demonstration", "market")
BANDS = ("under_5k", "5k_25k", "25k_100k", "over_100k")
# Middle of the technology readiness levels of each stage, on which "nearly as far as asked for" is measured.
READINESS = {"concept": 1.5, "development": 3.5, "lab_tested": 4.5, "demonstration": 7.0, "market": 9.0}
FAR_BEHIND = 4.0  # levels short of what is asked for: not met at all
DAYS_TO_USE = {"concept": 1460, "development": 900, "lab_tested": 540, "demonstration": 180, "market": 30}
SAME_REGION, SAME_COUNTRY, NEIGHBOURS, FAR = 1.0, 0.6, 0.2, -0.2
# Each pair once, under the first of the two: a common border, a bridge or a short ferry.
BORDERS = {
    "AL": "GR ME MK RS",
    "AT": "CH CZ DE HU IT LI SI SK",
    "BA": "HR ME RS",
    "BE": "DE FR LU NL",
    "BG": "GR MK RO RS TR",
    "CH": "DE FR IT LI",
    "CY": "GR",
    "CZ": "DE PL SK",
    "DE": "DK FR LU NL PL",
    "DK": "SE",
    "EE": "FI LV",
    "ES": "FR PT",
    "FI": "NO SE",
    "FR": "IT LU",
    "GB": "IE",
    "GR": "MK TR",
    "HR": "HU ME RS SI",
    "HU": "RO RS SI SK UA",
    "IT": "MT SI",
    "LT": "LV PL",
    "MD": "RO UA",
    "ME": "RS",
    "MK": "RS",
    "NO": "SE",
    "PL": "SK UA",
    "RO": "RS UA",
    "SK": "UA",
}


@dataclass(frozen=True)
class Side:
    """What a need or an offer says about itself and about whom it wishes for, in the codes of the catalog."""

    language: str = ""
    country: str = ""
    region: str = ""  # only where everybody may know it
    languages: frozenset[str] = frozenset()  # its organisation works in, where everybody may know it
    kinds: frozenset[str] = frozenset()  # of its organisation, in the terms of `partner_kinds`
    ecosystems: frozenset[str] = frozenset()
    stage: str = ""
    band: str = ""  # budget of a need, cost of an offer
    days: int | None = None  # a need leaves from its publication to its deadline
    partnership_types: frozenset[str] = frozenset()
    partner_kinds: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fit:
    """The wishes of each side, -1 to 1; a wish nobody stated is missing."""

    need: Mapping[str, float] = field(default_factory=dict)
    offer: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def worst(self) -> dict[str, float]:
        """Each wish as the side sees it for which it is met less."""
        asked = self.need | self.offer
        return {
            name: min(self.need.get(name, value), value) for name in WISHES if (value := asked.get(name)) is not None
        }

    @cached_property
    def directions(self) -> tuple[float, float]:
        """How far the need's wishes are met, and the offer's."""
        return direction(self.need, NEED_WEIGHTS), direction(self.offer, OFFER_WEIGHTS)

    def components(self, learnt: Mapping[str, float] | None = None) -> dict[str, float]:
        """What is kept on a match."""
        return {
            "need_met": self.directions[0],
            "offer_met": self.directions[1],
            "wishes": self.lean(learnt),
            **{f"wish_{name}": value for name, value in self.worst.items()},
        }

    def lean(self, learnt: Mapping[str, float] | None = None) -> float:
        """Log-odds to add to those of the texts. `learnt` holds by `wish_…` the log-odds that a wish adds when met,
        and takes when not, beyond the prior."""
        moved = prior_lean(*self.directions)
        moved += sum((learnt or {}).get(f"wish_{name}", 0.0) * value for name, value in self.worst.items())
        return min(max(moved, -MOST_AGAINST), MOST_FOR)


def direction(wishes: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """How far one side's wishes are met, above 0 and below 1; 0.5 for a side that wishes nothing."""
    mass = UNKNOWN + sum(weights[name] for name in wishes)
    met = 0.5 * UNKNOWN + sum(weights[name] * (1 + value) / 2 for name, value in wishes.items())
    return met / mass * (HARD_NO if any(wishes.get(name, 0.0) < 0 for name in HARD) else 1.0)


def both(need: float, offer: float) -> float:
    """Weighted harmonic mean."""
    return 1 / (NEED_SHARE / need + (1 - NEED_SHARE) / offer)


def prior_lean(need: float, offer: float) -> float:
    """Log-odds by the two directions alone."""
    together = both(need, offer)
    return (2 * together - 1) * (MOST_FOR if together >= 0.5 else MOST_AGAINST)


def judge(need: Side, offer: Side) -> Fit:
    """Every wish that can be judged, from both sides."""
    shared = {
        "budget": _reaches(need.band, offer.band),
        "ecosystem": _overlap(need.ecosystems, offer.ecosystems, -1.0),
        "partnership": _overlap(need.partnership_types, offer.partnership_types, -1.0),
        "language": _overlap(need.languages, offer.languages, -0.5),  # texts can be translated
    }
    of_need = shared | {
        "country": _among(offer.country, need.countries),
        "kind": _overlap(need.partner_kinds, offer.kinds, -1.0),
        "stage": _ready(need.stage, offer.stage),
        "deadline": _in_time(need.days, offer.stage),
        "nearness": _nearness(need, offer),
    }
    of_offer = shared | {
        "country": _among(need.country, offer.countries),
        "kind": _overlap(offer.partner_kinds, need.kinds, -1.0),
    }
    return Fit(_stated(of_need), _stated(of_offer))


def _stated(wishes: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in wishes.items() if value is not None}


def _overlap(one: frozenset[str], other: frozenset[str], unmet: float) -> float | None:
    if not one or not other:
        return None
    return 1.0 if one & other else unmet


def _among(code: str, wanted: frozenset[str]) -> float | None:
    if not code or not wanted:
        return None
    return 1.0 if code in wanted else -1.0


def _reaches(budget: str, cost: str) -> float | None:
    """1 within the budget, 0 one band above it, -1 beyond."""
    if budget not in BANDS or cost not in BANDS:
        return None
    missing = BANDS.index(cost) - BANDS.index(budget)
    return 1.0 - min(max(missing, 0), 2)


def _ready(asked: str, reached: str) -> float | None:
    """1 where the offer is as far as is asked for or further, falling with each readiness level that is missing."""
    if asked not in READINESS or reached not in READINESS:
        return None
    missing = max(READINESS[asked] - READINESS[reached], 0.0)
    return 1.0 - 2.0 * min(missing / FAR_BEHIND, 1.0)


def _in_time(days: int | None, stage: str) -> float | None:
    """1 where an offer of this stage is usually in use by the need's deadline, -1 where that takes twice as long."""
    if days is None or stage not in DAYS_TO_USE:
        return None
    late = DAYS_TO_USE[stage] / max(days, 1) - 1.0
    return 1.0 - 2.0 * min(max(late, 0.0), 1.0)


def _nearness(need: Side, offer: Side) -> float | None:
    if not need.country or not offer.country:
        return None
    if need.region and need.region == offer.region:
        return SAME_REGION
    if need.country == offer.country:
        return SAME_COUNTRY
    first, second = sorted((need.country, offer.country))
    return NEIGHBOURS if second in BORDERS.get(first, "").split() else FAR
