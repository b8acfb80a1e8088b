"""All open needs matched anew, as after a batch of new offers: how close comparing all places comes to the rate at
which the machine can multiply, what each stage costs a need, and how much memory it takes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from django.conf import settings

from catalog.exact_search import exact_nearest
from catalog.models import Need, NeedReading, OfferReading
from matchmaking import pipeline, rematch
from matchmaking.comparison import Stopwatch

from .matching import watched
from .registry import Corpus, Figure, at_least, at_most, suite
from .timing import Spent, cores, timed

SQUARE = 2_048  # side of the matrices that tell the machine's rate
REPEATS = 3  # the best counts
QUERIES = 1_024  # needs compared with all offers to measure the rate
SAMPLE = 200  # needs that go through all stages


@suite("rematching")
def measure(corpus: Corpus) -> Iterator[Figure]:
    before = _memory_from_now_on()
    queries, places = _places(NeedReading), _places(OfferReading)
    queries = np.resize(queries, (QUERIES, queries.shape[1]))
    machine, ours = _rates(queries, places)
    yield Figure("single-precision multiplication, this machine", machine, "GFLOP/s")
    yield Figure(f"all offers against {QUERIES} needs, with the exact first 100", ours, "GFLOP/s")
    yield at_least("  share of the machine's rate", ours / machine, "", 0.45)
    needs = list(Need.objects.open().embedded().order_by("pk").select_related("organisation", "cluster")[:SAMPLE])
    watch, found = Stopwatch(), {}
    with watch.time("nearest_offers"):
        found.update(rematch.nearest_offers(needs))
    with watched(watch):
        for need in needs:
            pipeline.match_need(need, found.get(need.pk, ()))
    for name, seconds in watch.seconds.items():
        yield Figure(f"  {name}, a need", seconds / len(needs) * 1000, "ms")
    yield at_most("memory above what the process took before", _peak_memory() - before, "MB", 2048)


def _places(model: type[NeedReading | OfferReading]) -> np.ndarray:
    rows = model.objects.exclude(place=b"").values_list("place", flat=True)
    return np.stack([np.frombuffer(place, "<f4") for place in rows.iterator(1000)])


def _rates(queries: np.ndarray, places: np.ndarray) -> tuple[float, float]:
    """Of the machine and of ours, in turns, by the clock, with all cores."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(cores())
    square = torch.rand(SQUARE, SQUARE)
    ours, machine = [], []
    for _ in range(REPEATS + 1):
        machine.append(timed(lambda: torch.mm(square, square)))
        ours.append(timed(lambda: list(exact_nearest(queries, places, settings.CANDIDATES))))
    torch.set_num_threads(threads)
    work = len(queries) * places.size * 2
    return _rate(2 * SQUARE**3, machine), _rate(work, ours)


def _rate(operations: float, spent: list[Spent]) -> float:
    """The first was only to warm up."""
    return operations / min(one.clock for one in spent[1:]) / 1e9


def _memory_from_now_on() -> float:
    """MB the process takes. What it once took at most, in another suite perhaps, is forgotten."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak_memory()


def _peak_memory() -> float:
    """MB."""
    facts = Path("/proc/self/status").read_text().split()
    return int(facts[facts.index("VmHWM:") + 1]) / 1024
