"""What speaks for an offer that is proposed to a need: reasons, and the sentences that answer each other.

Which offers are proposed is decided before, in `pipeline.py`.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from itertools import chain

from catalog import term_counts, words
from catalog.models import Need, Offer
from catalog.sentence_vectors import Told, told

from . import bridge, ranking
from .glossary import Saying, hash_of, parted
from .ranking import Ranked
from .wishes import side_of_need, side_of_offer

VERSION = f"{words.VERSION}.{bridge.VERSION}.2"

# Cosine of a broker's words with the sentence that says them best: phrases and sentences of the demo that mean the
# same come to 0.35 to 0.6.
LEAST_SAID = 0.35

Joined = dict[tuple[int, int], dict]  # by the positions of two sentences: what is kept with their pair


@dataclass(frozen=True)
class Proposal:
    """An offer for a need, with everything that speaks for it. See `Match` for the shape of the parts."""

    offer: Offer
    score: float
    components: dict[str, float]
    reasons: list[dict]
    bridge: list[dict]
    similar: list[int] = field(default_factory=list)  # offers that say almost the same
    probability: float | None = None  # None where nobody has estimated it


def explain(need: Need, kept: Sequence[Ranked], sayings: Sequence[Saying] = ()) -> list[Proposal]:
    """What is kept, with reasons and the sentences that speak to each other."""
    found = Offer.objects.without_vectors().select_related("organisation").in_bulk([one.pk for one in kept])
    known = [one for one in kept if one.pk in found]
    offers = [found[one.pk] for one in known]
    made = zip(known, offers, bridges(need, offers, sayings), _shared_words(need, offers), strict=True)
    return [_proposal(need, offer, one, pairs, shared) for one, offer, pairs, shared in made]


def _shared_words(need: Need, offers: Sequence[Offer]) -> list[list[str]]:
    """For each offer the words that it has in common with the need and few other offers have, the rarest first."""
    shared = [words.shared_words(need.text, need.language, offer.text, offer.language) for offer in offers]
    telling = term_counts.telling(list(dict.fromkeys(chain.from_iterable(shared)))) if any(shared) else []
    return [list(dict.fromkeys(terms[term] for term in telling if term in terms)) for terms in shared]


def _proposal(need: Need, offer: Offer, ranked: Ranked, pairs: list[dict], shared: list[str]) -> Proposal:
    reasons = ranking.reasons(side_of_need(need), side_of_offer(offer), ranked, shared)
    found = dict(ranked.components)
    return Proposal(offer, ranked.score, found, reasons, pairs, list(ranked.similar), ranked.probability)


def bridges(need: Need, offers: Sequence[Offer], sayings: Sequence[Saying] = ()) -> list[list[dict]]:
    """For each offer the pairs of sentences, best first: what `sayings` join comes before anything else, what brokers
    have found wrong not at all. Raises EncoderError."""
    if not offers:
        return []
    own, *others = told([need, *offers])
    wrong = parted(sentence.text for sentence in own.sentences)
    return [_bridge(own, one, _joined(own, one, sayings), wrong) for one in others]


def _bridge(need: Told, offer: Told, joined: Joined, wrong: Set[tuple[str, str]]) -> list[dict]:
    cosines = need.vectors @ offer.vectors.T
    apart = _apart(need, offer, wrong) if wrong else ()
    return bridge.pairs(need.sentences, offer.sentences, cosines, joined=joined, wrong=apart)


def _apart(need: Told, offer: Told, wrong: Set[tuple[str, str]]) -> list[tuple[int, int]]:
    asked, answers = ([hash_of(sentence.text) for sentence in side.sentences] for side in (need, offer))
    return [(i, j) for i, one in enumerate(asked) for j, other in enumerate(answers) if (one, other) in wrong]


def _joined(need: Told, offer: Told, sayings: Sequence[Saying]) -> Joined:
    """By the positions of the two sentences that say an entry's words best, where the offer says them: what is to be
    kept with their pair."""
    found: Joined = {}
    if not (need.sentences and offer.sentences):
        return found
    for saying in sorted(sayings, key=lambda saying: saying.certainty):
        asked, offered = need.vectors @ saying.asked.vector, offer.vectors @ saying.offered.vector
        if offered.max() >= LEAST_SAID:
            concept = saying.entry.concept_id
            facts = {"entry": saying.entry.pk} | ({"concept": concept} if concept else {})
            found[int(asked.argmax()), int(offered.argmax())] = facts
    return found
