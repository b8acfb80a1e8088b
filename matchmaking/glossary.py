"""What brokers teach about words, and what follows: who adds and takes back, and which entries speak in a need.

An entry that joins two wordings leads needs that say the one to offers that say the other; one that parts two
sentences keeps them from being shown together again. How texts are heard is in `hearing.py`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Cluster, User
from catalog.encoder.reading import from_bytes, to_bytes
from catalog.encoding import encoder, identity
from catalog.measuring import current_space
from catalog.models import Concept, Need
from catalog.placing import query_from
from catalog.tokens import Query

from .hearing import said_in
from .models import GlossaryEntry, GlossaryVerdict, Match

REMEMBERED = 20_000  # phrases that a process keeps in their place


@dataclass(frozen=True)
class Saying:
    """An entry that speaks in a need, how certainly (0 to 1), and both wordings in the shared space."""

    entry: GlossaryEntry
    certainty: float
    asked: Query
    offered: Query


# What brokers do


@transaction.atomic
def join(
    match: Match, need_words: str, offer_words: str, *, by: User, concept: Concept | None = None
) -> GlossaryEntry:
    """The broker says that two wordings mean the same: shown first on this match, and heard in the next ones.

    Raises PermissionDenied for whoever is not a broker of the match, ValidationError for words that say nothing.
    """
    _check_broker(match, by)
    need_words, offer_words = " ".join(need_words.split()), " ".join(offer_words.split())
    if not all(any(char.isalpha() for char in words) for words in (need_words, offer_words)):
        raise ValidationError(_("Write the words of both sides."))
    entry = _entry(match, (need_words, offer_words), GlossaryVerdict.SAME, by, concept=concept)
    _show(match, [_told(entry), *match.bridge[:4]])
    return entry


@transaction.atomic
def part(match: Match, key: str, *, by: User) -> GlossaryEntry:
    """The broker says that the pair of sentences with this key is wrong: gone here, and not to come back.

    Where it came from an entry that is this broker's to take back, that is done instead. Raises PermissionDenied as
    `join`, and ValidationError where there is no such pair any more.
    """
    _check_broker(match, by)
    bridge = Match.objects.select_for_update(no_key=True).values_list("bridge", flat=True).get(pk=match.pk)
    pair = next((pair for pair in bridge if key_of(pair) == key), None)
    if pair is None:
        raise ValidationError(_("The match was made anew meanwhile. Look at its sentences again."))
    _show(match, [one for one in bridge if one != pair])
    known = GlossaryEntry.objects.visible_to(by).standing().filter(pk=pair.get("entry")).first()
    if known:
        take_back(known, by=by)
        return known
    return _entry(match, (hash_of(pair["need"]), hash_of(pair["offer"])), GlossaryVerdict.WRONG, by)


@transaction.atomic
def take_back(entry: GlossaryEntry, *, by: User) -> bool:
    """Its pair goes from the match where it was taught, which perhaps no run makes anew. False if it was taken back
    before. Raises PermissionDenied for whoever is not a broker of its cluster."""
    if not GlossaryEntry.objects.visible_to(by).filter(pk=entry.pk).exists():
        raise PermissionDenied(_("Only a broker of the cluster of this entry takes it back."))
    for match in Match.objects.select_for_update(no_key=True).filter(pk=entry.match_id).only("bridge"):
        _show(match, [pair for pair in match.bridge if pair.get("entry") != entry.pk])
    now = timezone.now()
    return GlossaryEntry.objects.standing().filter(pk=entry.pk).update(withdrawn_at=now, changed_at=now) == 1


def _check_broker(match: Match, user: User) -> None:
    if not Match.objects.led_by(user).filter(pk=match.pk).exists():
        raise PermissionDenied(_("Only a broker of the cluster of this match changes its glossary."))


def _entry(match: Match, words: tuple[str, str], verdict: GlossaryVerdict, by: User, **more: Any) -> GlossaryEntry:
    """`words` are those of the need and of the offer."""
    return GlossaryEntry.objects.create(
        verdict=verdict,
        need_words=words[0],
        need_language=match.need.language,
        offer_words=words[1],
        offer_language=match.offer.language,
        cluster=match.cluster,
        match=match,
        made_by=by,
        **more,
    )


def _show(match: Match, bridge: list[dict]) -> None:
    match.bridge = bridge
    Match.objects.filter(pk=match.pk).update(bridge=bridge)


def _told(entry: GlossaryEntry) -> dict:
    """The pair as the broker has written it, until the next run finds the sentences that say it."""
    pair = {"need": entry.need_words, "offer": entry.offer_words, "score": 1.0, "entry": entry.pk}
    return pair | ({"concept": entry.concept_id} if entry.concept_id else {})


# What the engine hears


def sayings_in(need: Need, query: Query, cluster: Cluster | None) -> list[Saying]:
    """The entries known to the cluster whose words the need says, in these or other words. Raises EncoderError."""
    entries = list(GlossaryEntry.objects.joining().known_to(cluster).defer("reading", "lengths").order_by("pk"))
    if not entries:
        return []
    _read(entries)
    version = current_space().version
    placed = [(entry, *_placed(entry.pk, entry.read_from, version)) for entry in entries]
    heard = [Saying(entry, said_in(asked, query), asked, offered) for entry, asked, offered in placed]
    return [saying for saying in heard if saying.certainty > 0]


def parted(sentences: Iterable[str]) -> set[tuple[str, str]]:
    """Hashes of pairs of sentences that brokers have found wrong, among those that begin with one of these."""
    entries = GlossaryEntry.objects.parting().filter(need_words__in=[hash_of(sentence) for sentence in sentences])
    return set(entries.values_list("need_words", "offer_words"))


def key_of(pair: dict) -> str:
    """What a page names a pair by."""
    return hash_of(f"{pair['need']}\n{pair['offer']}")[:16]


def hash_of(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()


def _read(entries: Iterable[GlossaryEntry]) -> None:
    """Have both wordings read by the present encoder, where it has not been done."""
    fingerprint = identity().fingerprint
    stale = [entry for entry in entries if entry.read_from != fingerprint]
    if not stale:
        return
    readings = encoder().read_query([words for entry in stale for words in (entry.need_words, entry.offer_words)])
    for entry, both in zip(stale, _in_twos(readings), strict=True):
        entry.lengths, entry.reading = to_bytes(both)
        entry.read_from = fingerprint
    GlossaryEntry.objects.bulk_update(stale, ["reading", "lengths", "read_from"])


def _in_twos(readings: Sequence) -> list[Sequence]:
    return [readings[at : at + 2] for at in range(0, len(readings), 2)]


@lru_cache(REMEMBERED)
def _placed(pk: int, read_from: str, _space_version: str) -> tuple[Query, Query]:
    """Both wordings of an entry in the shared space."""
    entry = GlossaryEntry.objects.get(pk=pk, read_from=read_from)
    asked, offered = from_bytes(entry.lengths, identity().dimension, bytes(entry.reading))
    return query_from(asked, entry.need_language), query_from(offered, entry.offer_language)
