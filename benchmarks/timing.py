"""How long something takes: by the clock, and by the processor, which says more on a machine that others use too."""

import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from django.db import connection


class Spent(NamedTuple):
    """Seconds by the clock, and of processor in this process and its database session together."""

    clock: float
    processor: float


def timed(work: Callable[[], object]) -> Spent:
    used = processor()
    start = perf_counter()
    work()
    clock = perf_counter() - start
    return Spent(clock, processor() - used)


def processor() -> float:
    """Seconds so far; without those of the database where it is not on this machine, or hides its processes."""
    connection.ensure_connection()
    facts = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    try:
        session = int(facts.read_text().split()[0]) / 1e9
    except OSError:
        session = 0.0
    return process_time() + session


def cores() -> int:
    return len(os.sched_getaffinity(0))
