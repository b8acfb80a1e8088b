"""What else could look for the nearest offers or the best words: the time of one search for the first hundred."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from django.db import connection

from catalog.exact_search import exact_nearest
from catalog.models import Need, NeedReading, Offer, OfferReading
from catalog.neutral import Array
from matchmaking.peers import tokens

from .registry import Corpus, Figure, suite
from .timing import timed

FIRST = 100
SAMPLE = 50  # needs


@suite("peers")
def measure(corpus: Corpus) -> Iterator[Figure]:
    """Each as it is meant to be used; the libraries have all vectors in memory."""
    queries, places = _places(NeedReading, SAMPLE), _places(OfferReading, None)
    searches = {
        "all places compared for many needs at once": lambda: list(exact_nearest(queries, places, FIRST)),
        "faiss-cpu, flat": _faiss(places, queries),
        "sentence_transformers.util.semantic_search": _semantic_search(places, queries),
        "pgvector without an index": lambda: [_pgvector(query) for query in queries],
        "bm25s, all words of the need": _bm25s(),
    }
    for name, search in searches.items():
        search()  # warm
        yield Figure(f"{name}, a need", timed(search).clock / len(queries) * 1000, "ms")


def _places(model: type[NeedReading | OfferReading], first: int | None) -> Array:
    rows = model.objects.exclude(place=b"").order_by("pk").values_list("place", flat=True)[:first]
    return np.stack([np.frombuffer(place, "<f4") for place in rows.iterator(1000)])


def _faiss(places: Array, queries: Array) -> Callable[[], object]:
    import faiss

    index = faiss.IndexFlatIP(places.shape[1])
    index.add(places)
    return lambda: index.search(queries, min(FIRST, len(places)))


def _semantic_search(places: Array, queries: Array) -> Callable[[], object]:
    import torch
    from sentence_transformers.util import semantic_search

    documents, asked = torch.from_numpy(places), torch.from_numpy(queries)
    return lambda: semantic_search(asked, documents, top_k=FIRST)


def _pgvector(query: Array) -> list[tuple]:
    table = Offer._meta.db_table
    statement = f"SELECT id FROM {table} WHERE place IS NOT NULL ORDER BY place <=> %s LIMIT {FIRST}"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.execute(statement, [str(query.tolist())])
        return cursor.fetchall()


def _bm25s() -> Callable[[], object]:
    import bm25s

    library = bm25s.BM25()
    library.index(_tokens(Offer.objects.without_vectors().order_by("pk")), show_progress=False)
    needs = _tokens(Need.objects.without_vectors().order_by("pk")[:SAMPLE])
    asked = [[token for token in own if token in library.vocab_dict and token] for own in needs]
    return lambda: [_first(library.get_scores(own)) for own in asked if own]


def _tokens(documents: Iterable[Offer | Need]) -> list[list[str]]:
    texts = [(document.text, document.language) for document in documents]
    return tokens(*zip(*texts, strict=True))


def _first(scores: Array) -> Array:
    k = min(FIRST, len(scores)) - 1
    return np.argpartition(-scores, k)[: k + 1]
