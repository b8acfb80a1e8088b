"""Trying the matching, or searching, without an account: how often one address may, and what a visitor is shown of
the offers that fit. Nothing of it is stored."""

import hashlib
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache

from catalog.codes import Disclosure
from catalog.concept_vectors import stale_vocabulary
from catalog.encoding import identity
from catalog.models import ConceptLabel, Offer
from catalog.presenting import Shown

from .correcting import Corrections, Reading, follow, read
from .explaining import Proposal
from .progress import Likelihood, likelihood
from .reasons import disclosed

SUGGESTIONS = 5
REASONS = 2  # of a suggestion
TRIALS_AN_HOUR = 20
SEARCHES_AN_HOUR = 120
HOUR = 3600  # seconds


def may_try(address: str) -> bool:
    """Whether this address has trials left in this hour; counts the one that is asked for."""
    return _count("trial", address) <= TRIALS_AN_HOUR


def may_search(address: str) -> bool:
    """The same for searches."""
    return _count("search", address) <= SEARCHES_AN_HOUR


def _count(what: str, address: str) -> int:
    key = f"{what}:" + hashlib.sha256(address.encode()).hexdigest()
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key)
    except ValueError:  # the hour ended between the two calls: a new one begins
        return 1


# What a visitor is shown


class Suggestion(NamedTuple):
    offer: Shown
    reasons: list[str]
    likelihood: Likelihood | None


def tried(text: str, corrections: Corrections, reader_language: str) -> tuple[Reading, list[Suggestion]]:
    """What was understood of the text, as corrected, and the suggestions that follow. Raises EncoderError."""
    reading = read(text, corrections, reader_language)
    return reading, teasers(follow(text, corrections, reading, SUGGESTIONS))


def is_still_reading() -> bool:
    """Whether offers or the vocabulary wait to be read, as for minutes after the first start: that nothing was found
    says little then."""
    offers = Offer.objects.visible_to(AnonymousUser()).stale(identity().fingerprint)
    return offers.exists() or stale_vocabulary(ConceptLabel).exists()


def teasers(proposals: list[Proposal]) -> list[Suggestion]:
    """What a visitor may see of the offers proposed, whoever they belong to."""
    found = [proposal.offer.pk for proposal in proposals]
    open_to_all = Offer.objects.visible_to(AnonymousUser()).filter(pk__in=found).select_related("organisation")
    offers = open_to_all.without_vectors().in_bulk()
    return [_teaser(proposal, offers[proposal.offer.pk]) for proposal in proposals if proposal.offer.pk in offers]


def _teaser(proposal: Proposal, offer: Offer) -> Suggestion:
    shown = Shown(offer, Disclosure.TEASER)
    reasons = [words for reason in proposal.reasons[:REASONS] if (words := disclosed(reason, shown))]
    return Suggestion(shown, reasons, likelihood(proposal.probability))
