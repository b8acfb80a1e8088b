"""One need, from its stored vectors to ranked, explained and saved matches, beside the bare nearest-neighbour query
that everything begins with; and whether the candidates are those that an exact search would find."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import psycopg
from django.conf import settings
from django.db import connection

from catalog.models import Need, NeedReading, Offer
from catalog.placing import query_of
from matchmaking import candidates, pipeline
from matchmaking.codes import MatchState
from matchmaking.comparison import Stopwatch
from matchmaking.models import Match, Run

from .registry import Corpus, Figure, at_least, at_most, suite
from .timing import Spent, timed

SAMPLE = 200  # needs
WARM = 10  # needs that are matched before any is measured
LIST_SIZES = (40, 64, 100, 120, 160, 200, 250, 320, 400, 500, 640, 800)  # values of hnsw.ef_search that are tried
LEAST_RECALL = 0.98
BARE = (
    "SELECT id FROM {table} WHERE embedding_dimension = {d} AND place IS NOT NULL "
    "ORDER BY place::halfvec({d}) <=> %s LIMIT {k}"
)
STAGES = ("query_of", "retrieve", "rank", "explain", "save")


@suite("matching")
def measure(corpus: Corpus) -> Iterator[Figure]:
    needs = _some_needs()
    _decide_on_some(needs)
    plain, recall, ef = bare_query([_place(need) for need in needs])
    bare = np.median([one.clock for one in plain])
    yield Figure(f"bare pgvector query, k = {settings.CANDIDATES}: median", bare * 1000, "ms")
    yield Figure("  hnsw.ef_search", ef, "")
    yield Figure("  its recall", recall, "")
    spent, stages = matched(needs)
    seconds = [one.clock for one in spent]
    median, p95 = np.median(seconds), np.quantile(seconds, 0.95)
    yield Figure("one need to saved matches: median", median * 1000, "ms")
    for name, in_all in stages.items():
        yield Figure(f"  of it {name}, mean", in_all / len(seconds) * 1000, "ms")
    yield Figure("  95 of 100 needs take at most", p95 * 1000, "ms")
    yield at_most("  median, times the bare query", median / bare, "x", 15)
    ours, theirs = (np.median([one.processor for one in all_of]) for all_of in (spent, plain))
    yield Figure("  the same by processor time", ours / theirs, "x")
    yield at_most("  95th percentile, times the median", p95 / median, "x", 3)
    yield at_least("recall of the candidates, of the exact first 100 with all filters", recall_of(needs), "", 0.98)


def _some_needs() -> list[Need]:
    """Open ones, the same ones every time."""
    pks = list(Need.objects.open().embedded().order_by("pk").values_list("pk", flat=True))
    chosen = np.random.default_rng(7).permutation(pks)[: SAMPLE + WARM].tolist()
    return list(Need.objects.filter(pk__in=chosen).select_related("organisation", "cluster"))


def _decide_on_some(needs: list[Need]) -> None:
    """Ten decisions a need on the offers nearest to it, which it must not be given again."""
    for need in needs:
        nearest = pipeline.offers_for(need).nearest(_place(need), 20, exact=False)
        rejected = [Match(need=need, offer_id=pk, state=MatchState.REJECTED) for pk in _pks(nearest)[::2]]
        Match.objects.bulk_create(rejected, ignore_conflicts=True)


def _pks(offers: object) -> list[int]:
    return list(offers.values_list("pk", flat=True))


def _place(need: Need) -> np.ndarray:
    return np.frombuffer(NeedReading.objects.values_list("place", flat=True).get(pk=need.pk), "<f4")


# The bare query


def bare_query(places: list[np.ndarray]) -> tuple[list[Spent], float, int]:
    """Time of each, recall and `hnsw.ef_search` of the quickest that has the recall; the best of all otherwise."""
    k = min(settings.CANDIDATES, Offer.objects.count())
    exact = _exact_rows(places, k)
    # Without sorting there is only the index: the planner would rather compare some thousand offers one by one.
    with setting("hnsw.iterative_scan", "off"), setting("enable_seqscan", "off"), setting("enable_sort", "off"):
        for ef in LIST_SIZES:
            with setting("hnsw.ef_search", ef):
                spent, found = _run_bare(places, k)
            recall = np.mean([len(exact[i] & set(rows)) / k for i, rows in enumerate(found)])
            if recall >= LEAST_RECALL:
                break
    return spent, float(recall), ef


def _exact_rows(places: list[np.ndarray], k: int) -> list[set[int]]:
    with setting("enable_indexscan", "off"):
        return [set(_pks(Offer.objects.nearest(place, k, exact=True))) for place in places]


def _run_bare(places: list[np.ndarray], k: int) -> tuple[list[Spent], list[list[int]]]:
    """Prepared, with the vector as a binary parameter, twice: the second time is warm."""
    from pgvector import HalfVector
    from pgvector.psycopg import register_vector

    raw = connection.connection
    register_vector(raw)
    statement = BARE.format(table=Offer._meta.db_table, d=len(places[0]), k=k)
    spent, found = [], []
    with psycopg.Cursor(raw) as cursor:  # Django's own put values into the statement, which cannot be prepared then
        for place in [*places, *places]:
            rows: list[tuple] = []
            spent.append(timed(partial(_fetch, cursor, statement, HalfVector(place), rows)))
            found.append([pk for (pk,) in rows])
    return spent[len(places) :], found[len(places) :]


def _fetch(cursor: psycopg.Cursor, statement: str, place: object, rows: list[tuple]) -> None:
    rows += cursor.execute(statement, [place], prepare=True, binary=True).fetchall()


@contextmanager
def setting(name: str, value: object) -> Iterator[None]:
    """Of PostgreSQL, for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config(%s, %s, false)", [name, str(value)])
        yield
        cursor.execute("SELECT set_config(%s, %s, false)", [name, before])


# The product


def matched(needs: list[Need]) -> tuple[list[Spent], dict[str, float]]:
    """What each need took, and seconds by stage of them all. Runs before these are forgotten."""
    Match.objects.filter(need__in=needs, state=MatchState.PROPOSED).delete()
    Run.objects.filter(need__in=needs).delete()
    for need in needs[:WARM]:
        pipeline.match_need(need)
    watch = Stopwatch()
    with watched(watch):
        spent = [timed(partial(pipeline.match_need, need)) for need in needs[WARM:] or needs]
    return spent, watch.seconds


@contextmanager
def watched(watch: Stopwatch) -> Iterator[None]:
    """The pipeline's stages are timed while it runs."""
    plain = {name: getattr(pipeline, name) for name in STAGES}
    for name, stage in plain.items():
        setattr(pipeline, name, _timed(watch, name, stage))
    yield
    for name, stage in plain.items():
        setattr(pipeline, name, stage)


def _timed(watch: Stopwatch, name: str, stage: Callable) -> Callable:
    def timed(*arguments: object, **named: object) -> object:
        with watch.time(name):
            return stage(*arguments, **named)

    return timed


def recall_of(needs: list[Need], first: int = 100) -> float:
    """How much of the exact first 100 of the offers that may be proposed is among the candidates."""
    shares = []
    for need in needs:
        query, offers = query_of(need), pipeline.offers_for(need)
        found = {one.pk for one in candidates.retrieve(need, query, offers, settings.CANDIDATES).candidates}
        with setting("enable_indexscan", "off"):
            exact = _pks(offers.nearest(query.vector, first, exact=True))
        shares.append(len(found.intersection(exact)) / len(exact))
    return float(np.mean(shares))
