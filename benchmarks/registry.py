"""What a suite is, and which there are.

A suite is a function that measures and yields figures. Those with `grows=True` are run at each size of the corpus,
in a database that holds so many offers and a tenth as many needs; the others once, in the smallest.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Corpus:
    """What the scratch database holds while a suite runs."""

    offers: int
    needs: int


@dataclass(frozen=True)
class Figure:
    """One measured number. `target` says what it ought to be, in words; `is_met` is None where nothing is asked."""

    name: str
    value: float
    unit: str
    target: str = ""
    is_met: bool | None = None


Measure = Callable[[Corpus], Iterable[Figure]]


@dataclass(frozen=True)
class Suite:
    name: str
    measure: Measure
    grows: bool


SUITES: dict[str, Suite] = {}


def suite(name: str, *, grows: bool = True) -> Callable[[Measure], Measure]:
    """Decorator: `name` is the command's argument and the first column of the table."""

    def register(measure: Measure) -> Measure:
        SUITES[name] = Suite(name, measure, grows)
        return measure

    return register


def at_most(name: str, value: float, unit: str, most: float) -> Figure:
    return Figure(name, value, unit, f"at most {most:g}", bool(value <= most))


def at_least(name: str, value: float, unit: str, least: float) -> Figure:
    return Figure(name, value, unit, f"at least {least:g}", bool(value >= least))
