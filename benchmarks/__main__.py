"""`python -m benchmarks [SUITE ...] [--sizes 1000 10000 100000] [--write]`: run suites in a scratch database, print
the table, and with `--write` keep it with its plot under docs/benchmarks/."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaking.settings")
django.setup()

from benchmarks import plot, report, running, suites  # noqa: E402 - models need settings
from benchmarks.registry import SUITES  # noqa: E402
from matchmaking.scratch import scratch_database  # noqa: E402

SIZES = [1_000, 10_000, 100_000]
DOCS = Path(__file__).resolve().parent.parent / "docs" / "benchmarks"


def main() -> None:
    options = _options()
    load = os.getloadavg()[0]
    with scratch_database():
        results = running.run(options.suites or list(SUITES), options.sizes, _say)
        _tell(results, load, write=options.write)  # before the database is dropped, which may fail


def _tell(results: running.Results, load: float, *, write: bool) -> None:
    table, curves = report.markdown(results, load), plot.lines(results)
    sys.stdout.write(table)
    if write:
        DOCS.mkdir(parents=True, exist_ok=True)
        (DOCS / "README.md").write_text(table, encoding="utf-8")
        if curves:
            (DOCS / "cost.svg").write_text(plot.svg(curves), encoding="utf-8")


def _options() -> Namespace:
    parser = ArgumentParser("python -m benchmarks", description=suites.__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)}; all without any")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="numbers of offers")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/")
    options = parser.parse_args()
    if unknown := set(options.suites) - set(SUITES):
        parser.error(f"no suite is called {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}")
    return options


def _say(progress: str) -> None:
    sys.stderr.write(f"{progress}\n")


main()
