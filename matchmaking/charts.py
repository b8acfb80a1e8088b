"""Figures as a page draws them: bars with their words beside them, and the same numbers as a table. A pure module."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

Cell = str | int


class Bar(NamedTuple):
    """One bar: `part` of `count` is drawn darker; `note` says in words what the number alone does not."""

    label: str
    count: int
    note: str = ""
    part: int | None = None


class DrawnBar(NamedTuple):
    label: str
    count: int
    note: str
    width: float  # in percent of the widest
    dark: float


class Chart(NamedTuple):
    """`head` and `rows` are the table, whose first column names what the others count."""

    name: str
    title: str
    text: str
    bars: Sequence[Bar]
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str

    @property
    def is_empty(self) -> bool:
        return not any(bar.count for bar in self.bars)

    @property
    def drawn(self) -> list[DrawnBar]:
        most = max((bar.count for bar in self.bars), default=0) or 1
        return [
            DrawnBar(bar.label, bar.count, bar.note, _share(bar.count, most), _share(_dark(bar), most))
            for bar in self.bars
        ]


def filled_first(charts: Iterable[Chart]) -> list[Chart]:
    """What has nothing to show is read last, and leaves no hole between the others."""
    return sorted(charts, key=lambda chart: chart.is_empty)


def _dark(bar: Bar) -> int:
    return bar.count if bar.part is None else bar.part


def _share(count: int, most: int) -> float:
    return round(100 * count / most, 1)


def percent(count: int, of: int) -> int:
    """Rounded to the nearest whole percent; 0 of nothing is 0."""
    return round(100 * count / of) if of else 0
