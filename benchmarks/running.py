"""From an empty database to the figures of all suites: the demo is loaded and encoded, then the corpus grows from
size to size, and each suite measures what it is there for."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from time import perf_counter

from catalog.corpus import refresh
from catalog.embedding import embed_stale_documents
from matchmaking.demo.loading import load

from .growth import grow
from .registry import SUITES, Corpus, Figure

Say = Callable[[str], None]
Results = dict[str, dict[int, list[Figure]]]


def run(names: Sequence[str], sizes: Sequence[int], say: Say) -> Results:
    """Figures by suite and number of offers, 0 for suites that need no corpus. The database must be an empty one."""
    results: Results = defaultdict(dict)
    start = perf_counter()
    prepare()
    say(f"demo loaded and encoded in {perf_counter() - start:.0f} s")
    for name in names:
        if not SUITES[name].grows:
            results[name][0] = _measured(name, Corpus(0, 0), say)
    for size in sorted(sizes) if any(SUITES[name].grows for name in names) else ():
        start = perf_counter()
        corpus = grow(size)
        say(f"{corpus.offers} offers and {corpus.needs} needs in {perf_counter() - start:.0f} s")
        for name in names:
            if SUITES[name].grows:
                results[name][size] = _measured(name, corpus, say)
    return {name: results[name] for name in names}


def prepare() -> None:
    """The demo as real documents, and the space they are measured in."""
    load()
    while embed_stale_documents():
        pass
    refresh()


def _measured(name: str, corpus: Corpus, say: Say) -> list[Figure]:
    found = []
    for figure in SUITES[name].measure(corpus):
        say(f"{name} {corpus.offers or ''} {figure.name}: {figure.value:.4g} {figure.unit}")
        found.append(figure)
    return found
