"""What speaks for an offer that is proposed to a need: reasons, and the sentences that answer each other.

Which offers are proposed is decided before, in `pipeline.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from catalog import words
from catalog.models import Need, Offer
from catalog.sentence_vectors import told

from . import bridge, ranking
from .ranking import Ranked
from .wishes import side_of_need, side_of_offer

VERSION = f"{words.VERSION}.{bridge.VERSION}"


@dataclass(frozen=True)
class Proposal:
    """An offer for a need, with everything that speaks for it. See `Match` for the shape of the parts."""

    offer: Offer
    score: float
    components: dict[str, float]
    reasons: list[dict]
    bridge: list[dict]
    similar: list[int] = field(default_factory=list)  # offers that say almost the same


def explain(need: Need, kept: Sequence[Ranked]) -> list[Proposal]:
    """What is kept, with reasons and the sentences that speak to each other."""
    found = Offer.objects.without_vectors().select_related("organisation").in_bulk([one.pk for one in kept])
    known = [one for one in kept if one.pk in found]
    made = bridges(need, [found[one.pk] for one in known])
    return [_proposal(need, found[one.pk], one, pairs) for one, pairs in zip(known, made, strict=True)]


def _proposal(need: Need, offer: Offer, ranked: Ranked, pairs: list[dict]) -> Proposal:
    shared = words.shared_words(need.text, need.language, offer.text, offer.language)
    reasons = ranking.reasons(side_of_need(need), side_of_offer(offer), ranked, shared)
    return Proposal(offer, ranked.score, dict(ranked.components), reasons, pairs, list(ranked.similar))


def bridges(need: Need, offers: Sequence[Offer]) -> list[list[dict]]:
    """For each offer the pairs of sentences, best first. Raises EncoderError."""
    if not offers:
        return []
    own, *others = told([need, *offers])
    return [bridge.pairs(own.sentences, one.sentences, own.vectors @ one.vectors.T) for one in others]
