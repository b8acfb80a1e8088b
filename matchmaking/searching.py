"""One search over the offers or needs a person may see: by meaning and by words, in any language, with filters.

Each way of searching brings its best; what several of them find comes first (reciprocal rank fusion, Cormack et al.
2009). A hit shares a telling word with the search or lies near to it in meaning: the far-fetched is no hit, so that
the hits of a saved search are worth a mail.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.codes import Country
from accounts.models import User
from catalog import grams, term_counts, words
from catalog.codes import Disclosure, Ecosystem
from catalog.encoder.failures import EncoderError
from catalog.encoding import encoder
from catalog.language import detect
from catalog.models import Document
from catalog.models.document import DocumentQuerySet
from catalog.placing import query_from
from catalog.presenting import Shown
from catalog.term_counts import QueryTerms, current_basis

from .candidates import are_compared_exactly, by_sound, by_words
from .disclosure import needs_visible_to, offers_visible_to
from .models import Kind

log = logging.getLogger(__name__)

HITS = 50  # at most, and of each way
FLATTENING = 60  # of reciprocal rank fusion, as its authors found it
# From where on something is a hit, read off fourteen searches on the demo: the least cosine in the shared space, and
# the least share of what the words, and their sounds, could score at most. Below it lies what nobody would call one.
NEAR, SHARED, ALIKE = 0.17, 0.15, 0.3
VISIBLE = {Kind.OFFER: offers_visible_to, Kind.NEED: needs_visible_to}


@dataclass(frozen=True)
class Search:
    """What is searched. `language` is that of the words; `filters` may hold `ecosystem` and `country`."""

    kind: str
    text: str = ""
    language: str = ""
    filters: dict[str, str] = field(default_factory=dict)

    @property
    def in_words(self) -> str:
        """As a person would say it: offers for “waste heat”, textiles, Portugal."""
        kind = _("Offers") if self.kind == Kind.OFFER else _("Needs")
        found = _("%(kind)s for “%(text)s”") % {"kind": kind, "text": self.text} if self.text else kind
        labels = {"ecosystem": dict(Ecosystem.choices), "country": dict(Country.choices)}
        narrowed = [str(words[code]) for name, words in labels.items() if (code := self.filters.get(name)) in words]
        return ", ".join([found, *narrowed])


@dataclass(frozen=True)
class Found:
    """The hits, best first, each with its `disclosure`; `is_partial` where only words were compared."""

    documents: list[Document]
    is_partial: bool = False


def find(user: User | AnonymousUser, search: Search, *, among: Q | None = None) -> Found:
    """The open documents that the person may see and that answer the search, best first; without words the newest.

    Only those of `among` are returned, and their order is that among all.
    """
    documents = narrowed(VISIBLE[Kind(search.kind)](user).open(), search.filters)
    if not search.text.strip():
        newest = documents.filter(among or Q()).order_by(Coalesce("published_at", "created_at").desc(), "-pk")
        return Found(list(_readable(newest)[:HITS]))
    language = search.language or detect(search.text, "en")
    lists, is_partial = _ways(documents, search.text, language)
    best = fused(lists)[:HITS]
    rows = {row.pk: row for row in _readable(documents.filter(among or Q(), pk__in=best))}
    return Found([rows[pk] for pk in best if pk in rows], is_partial)


def narrowed(documents: DocumentQuerySet, filters: dict[str, str]) -> DocumentQuerySet:
    if filters.get("ecosystem"):
        documents = documents.filter(ecosystems__contains=[filters["ecosystem"]])
    if filters.get("country"):
        documents = documents.filter(organisation__country=filters["country"])
    return documents


def _readable(documents: DocumentQuerySet) -> DocumentQuerySet:
    return documents.without_vectors().select_related("organisation")


def _ways(documents: DocumentQuerySet, text: str, language: str) -> tuple[list[list[int]], bool]:
    """What each way finds, as lists of primary keys; and whether meaning could not be asked."""
    terms, heard = term_counts.query_terms(text, language), term_counts.query_grams(text, language)
    exact = are_compared_exactly(documents.model)
    by_word = by_words(documents, terms, HITS, exact).values_list("pk", "bm25")
    by_gram = by_sound(documents, heard, HITS, exact).values_list("pk", "gram_bm25")
    basis = current_basis()
    worded = _as_shown(documents, dict(by_word), words.count, terms, basis.mean_length)
    sounding = _as_shown(documents, dict(by_gram), grams.count, heard, basis.mean_grams)
    lists = [_from(worded, SHARED * terms.highest), _from(sounding, ALIKE * heard.highest)]
    try:
        query = query_from(encoder().read_query([text])[0], language)
    except EncoderError as error:
        log.warning("searched by words only: %s", type(error).__name__)
        return lists, True
    near = documents.nearest(query.vector, HITS, exact=exact).values_list("pk", "cosine")
    return [*lists, _from(near, NEAR)], False


def _as_shown(
    documents: DocumentQuerySet,
    scores: dict[int, float],
    count: Callable[[str, str], Counter[int]],
    query: QueryTerms,
    mean_length: float,
) -> list[tuple[int, float]]:
    """The same hits, best first; but a text that is shown without identities counts as it is shown, so that nobody
    finds out whose it is by searching for a name."""
    teasers = _readable(documents.filter(pk__in=scores)).exclude(disclosure=Disclosure.FULL)
    for row in teasers:
        counts = count(Shown(row).whole_text, row.language)
        weights = words.document_weights(counts, mean_length)
        scores[row.pk] = sum(weight * query.weights.get(term, 0.0) for term, weight in weights.items())
    return sorted(scores.items(), key=lambda scored: (-scored[1], scored[0]))


def _from(scored: Iterable[tuple[int, float]], least: float) -> list[int]:
    """Those with a score that counts, in their order."""
    return [pk for pk, score in scored if score >= least]


def fused(lists: Iterable[list[int]]) -> list[int]:
    """Reciprocal rank fusion: best first; equal ones by primary key, so that the order is always the same."""
    scores: dict[int, float] = {}
    for ranked in lists:
        for rank, pk in enumerate(ranked, start=1):
            scores[pk] = scores.get(pk, 0.0) + 1 / (FLATTENING + rank)
    return sorted(scores, key=lambda pk: (-scores[pk], pk))
