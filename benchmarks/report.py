"""The figures of a run as one Markdown table, and where it ran. A pure module."""

import os
import platform
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from .registry import Figure

Results = Mapping[str, Mapping[int, list[Figure]]]  # by suite and by number of offers; 0: whatever the size
HEAD = """\
# Benchmarks

Written by `make bench` on {day} ({machine}; load average at the start {load:.1f}). Compare figures of one run only;
ratios hold better than seconds. How the synthetic documents are made is said in `benchmarks/growth.py`.
"""


def markdown(results: Results, load: float) -> str:
    """`load` is how many processes wanted to run when it began."""
    parts = [HEAD.format(day=date.today().isoformat(), machine=machine(), load=load)]  # noqa: DTZ011 - a day for people
    return "\n".join(parts + [_section(name, sizes) for name, sizes in results.items()])


def _section(name: str, sizes: Mapping[int, list[Figure]]) -> str:
    """One row a figure, one column a size, in the order in which the figures came."""
    names = list(dict.fromkeys(figure.name for figures in sizes.values() for figure in figures))
    by_size = {size: {figure.name: figure for figure in figures} for size, figures in sizes.items()}
    heads = [f"{size:,} offers" if size else "" for size in sizes]
    lines = [f"## {name}", "", _row(["", *heads, "target"]), _row(["---"] * (len(heads) + 2))]
    return "\n".join(lines + [_figures(one, list(by_size.values())) for one in names]) + "\n"


def _figures(name: str, columns: list[dict[str, Figure]]) -> str:
    found = [column[name] for column in columns if name in column]
    label = name.replace("  ", "&nbsp;&nbsp;", 1) if name.startswith("  ") else name
    cells = [_cell(column[name]) if name in column else "" for column in columns]
    return _row([label, *cells, found[-1].target])


def _cell(figure: Figure) -> str:
    missed = " **missed**" if figure.is_met is False else ""
    return f"{rounded(figure.value)} {figure.unit}".strip() + missed


def rounded(value: float) -> str:
    """Three digits that say something."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if value < 1 else f"{value:.3g}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    model = "processor unknown"
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        lines = dict(line.split(":", 1) for line in facts.read_text().splitlines() if ":" in line)
        model = next((value.strip() for name, value in lines.items() if name.strip() == "model name"), model)
    return f"{len(os.sched_getaffinity(0))} cores of {model}, Python {platform.python_version()}"
