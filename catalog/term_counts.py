"""How often terms stand in the offers, kept in the database, and the weights that follow from it.

What a term is, and the formulas, are in the pure module `words.py`; when to count is said in `corpus.py`. Counting is
one SQL statement over the rows' term ids: 4 s for 100,000 offers.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.db import connection, transaction
from django.db.models import Avg

from . import grams, words
from .models import CorpusStatistic, Offer, OfferTerms, TermStatistic

SAMPLE = 1000  # documents whose length stands for all before any was counted
USUAL_LENGTH, USUAL_GRAMS = 100.0, 600.0  # terms and grams of an offer, for a corpus without any
TOLERATED_DRIFT = 0.2  # of the mean length, before all terms are weighed anew: it moves a weight by a tenth at most
# offers that the query's rarer terms may bring for scoring: of 100,000 offers, 12 terms find 92 % of the exact first
# hundred in 17 ms; 5,000 rows 81 % in 11 ms, 20,000 rows 99 % in 31 ms, all of them in 156 ms
TELLING_ROWS = 10_000
# A term in no more than RARE offers guarantees them a place among the candidates: exact ones (a standard, a grade)
# before others, then the rarest, so many terms and until so many offers have one. An exact one that no offer held
# when terms were last counted, a newer one may hold. All of a need's rare terms cost 200 ms among 100,000 offers.
RARE, RARE_TERMS, RARE_OFFERS = 10, 10, 50
# A word in more than this share of all offers, and in more than FEW, is no reason for one of them. In the demo, with
# ten languages among 120 offers, such are month, week, customer, euro, price, to sell, to change; but "oven", too.
COMMON, FEW = 0.025, 3

COUNT_TERMS = """
    INSERT INTO {statistics} (term, documents)
    SELECT term, count(*) FROM {held}, unnest(term_ids || gram_ids) AS term GROUP BY term
"""
# Number 0 is no term's: there stands how many offers there were.
KNOWN = "SELECT term, documents FROM {statistics} WHERE term = ANY(%s) UNION ALL SELECT 0, offers FROM {corpus}"


@dataclass(frozen=True)
class Basis:
    """What the term weights of a document depend on besides its text."""

    mean_length: float
    mean_grams: float

    @property
    def fingerprint(self) -> str:
        return f"{words.VERSION}:{self.mean_length:.1f}:{self.mean_grams:.1f}"


@dataclass(frozen=True)
class QueryTerms:
    """The terms of a query: all with their weights, those worth a look-up, and those that guarantee a place; and how
    many offers there were when terms were last counted."""

    weights: dict[int, float]
    telling: list[int]
    rare: list[int]
    offers: int

    @property
    def highest(self) -> float:
        """What a document would score that had nothing but these terms; 1 for a query without terms."""
        return sum(self.weights.values()) * (words.K1 + 1) or 1.0


def current_basis() -> Basis:
    """What terms are to be weighed on now; from a sample of the offers at the very first time."""
    statistic = CorpusStatistic.objects.first()
    if statistic is None:
        length, grams_ = _sampled_lengths()
        statistic, _made = CorpusStatistic.objects.get_or_create(
            pk=1, defaults={"mean_length": length, "mean_grams": grams_}
        )
    return Basis(statistic.mean_length, statistic.mean_grams)


def _sampled_lengths() -> tuple[float, float]:
    sample = [(offer.text, offer.language) for offer in Offer.objects.order_by("pk")[:SAMPLE]]
    terms = [words.count(*text).total() for text in sample]
    heard = [grams.count(*text).total() for text in sample]
    if not any(terms):
        return USUAL_LENGTH, USUAL_GRAMS
    return round(sum(terms) / len(sample), 1), round(max(sum(heard) / len(sample), 1.0), 1)


def known_offers() -> int:
    """How many there were when they were last counted: near enough to choose how to search them."""
    return CorpusStatistic.objects.values_list("offers", flat=True).first() or 0


def count_terms() -> None:
    """Count every term of every offer. Readers see the old counts until the new ones are complete."""
    current_basis()
    names = {"statistics": TermStatistic._meta.db_table, "held": OfferTerms._meta.db_table}
    with transaction.atomic(), connection.cursor() as cursor:
        statistic = CorpusStatistic.objects.select_for_update().get()
        TermStatistic.objects.all().delete()
        cursor.execute(COUNT_TERMS.format(**names))
        _follow_length(statistic)


def _follow_length(statistic: CorpusStatistic) -> None:
    """Weigh for another length only when it has drifted: all documents have to be weighed anew then."""
    texts = Offer.objects.exclude(terms_from="")
    measured = texts.aggregate(mean_length=Avg("term_count"), mean_grams=Avg("gram_count"))
    if any(mean and abs(mean / getattr(statistic, name) - 1) > TOLERATED_DRIFT for name, mean in measured.items()):
        rounded = {name: round(mean, 1) for name, mean in measured.items() if mean}
        CorpusStatistic.objects.filter(pk=statistic.pk).update(**rounded)


def query_terms(text: str, language: str) -> QueryTerms:
    """What to search the offers' terms with for this text. An empty corpus knows no term: all are rare."""
    return _words(text, language)[0]


def query_grams(text: str, language: str) -> QueryTerms:
    """The same for its character grams."""
    return _weighed(grams.count(text, language))[0]


def query_words(text: str, language: str) -> tuple[QueryTerms, QueryTerms]:
    """Both, with what is known of them read at once."""
    terms, heard = _words(text, language, grams.count(text, language))
    return terms, heard


def _words(text: str, language: str, *further: Counter[int]) -> list[QueryTerms]:
    said = words.tokenise(text, language)
    exact = {words.term_id(term) for term in said if words.is_exact(term)}
    return _weighed(words.counted(said), *further, exact=exact)


def telling(terms: Sequence[int]) -> list[int]:
    """Those of the terms that tell offers apart, the rarest first: those in no more than COMMON of all, or FEW."""
    known = _known(set(terms))
    most = max(FEW, COMMON * known.pop(0, 0))
    return sorted((term for term in terms if known.get(term, 0) <= most), key=lambda term: known.get(term, 0))


def _weighed(*all_counts: Counter[int], exact: Collection[int] = ()) -> list[QueryTerms]:
    known = _known(set().union(*all_counts))
    offers = known.pop(0, 0)
    return [_weighed_one(counts, known, offers, exact) for counts in all_counts]


def _known(terms: set[int]) -> dict[int, int]:
    """In how many offers each of the terms stands, and under 0 how many offers there were: hundreds of terms in one
    array, which Django would take one by one."""
    names = {"statistics": TermStatistic._meta.db_table, "corpus": CorpusStatistic._meta.db_table}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN.format(**names), [list(terms)])
        return dict(cursor.fetchall())


def _weighed_one(counts: Counter[int], known: dict[int, int], offers: int, exact: Collection[int]) -> QueryTerms:
    frequencies = {term: known.get(term, 0) for term in counts}
    weights = words.query_weights(counts, frequencies, offers)
    rarest_first = sorted(frequencies, key=lambda term: (frequencies[term], term))
    return QueryTerms(weights, _telling(rarest_first, frequencies), _rare(rarest_first, frequencies, exact), offers)


def _rare(rarest_first: list[int], frequencies: dict[int, int], exact: Collection[int]) -> list[int]:
    rare = [term for term in rarest_first if frequencies[term] <= RARE and (frequencies[term] or term in exact)]
    rare = sorted(rare, key=lambda term: term not in exact)[:RARE_TERMS]
    rows = accumulate(frequencies[term] for term in rare)
    return [term for term, total in zip(rare, rows, strict=True) if total <= RARE_OFFERS]


def _telling(rarest_first: list[int], frequencies: dict[int, int]) -> list[int]:
    """The rarer terms, as many as bring a bounded number of rows, but one at least."""
    rows = accumulate(frequencies[term] for term in rarest_first)
    return [term for term, total in zip(rarest_first, rows, strict=True) if total <= TELLING_ROWS] or rarest_first[:1]
