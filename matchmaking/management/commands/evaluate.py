"""`manage.py evaluate DIR`: how well the product ranks a public set of texts, beside its peers."""

import json
from argparse import ArgumentParser
from math import isnan
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from matchmaking.comparison import Report, compared
from matchmaking.evaluation import METRICS
from matchmaking.evaluation_data import SPLITS, BadTestSet, read, read_needs
from matchmaking.scratch import scratch_database


class Command(BaseCommand):
    help = (
        "Rank a folder of corpus.jsonl, queries.jsonl and qrels.tsv with the product's own functions in a database "
        "that is dropped afterwards, and compare with plain vectors, BM25 and the fusion of the two."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument("--split", choices=SPLITS, default="all", help="which queries to use (default: all)")
        parser.add_argument("--detect", action="store_true", help="ignore the languages given, detect them")
        parser.add_argument("--cold", action="store_true", help="rank each need as if there were no other need")
        parser.add_argument(
            "--negatives",
            type=Path,
            metavar="DIR2",
            action="append",
            default=[],
            help="count how many needs of DIR2, which nothing in DIR fits, get a proposal; can be repeated",
        )
        parser.add_argument("--negatives-split", choices=SPLITS, default="all", help="which of them (default: all)")

    def handle(self, *, folder: Path, split: str, detect: bool, cold: bool, **options: Any) -> None:
        """Progress goes to standard error. Raises CommandError for a folder that cannot be used."""
        try:
            data = read(folder, split)
            negatives = {
                other.resolve().name: read_needs(other, options["negatives_split"]) for other in options["negatives"]
            }
        except BadTestSet as error:
            raise CommandError(str(error)) from error
        with scratch_database():
            report = compared(data, detect=detect, cold=cold, negatives=negatives, say=self._say)
        self.stderr.write("")
        self.stdout.write(json.dumps(_told(report)) if options["json"] else table(report))

    def _say(self, progress: str) -> None:
        self.stderr.write(f"\r{progress:<40}", ending="")
        self.stderr.flush()


def _told(report: Any) -> Any:
    """With null for what cannot be said, as of outcomes that are all alike: JSON has no NaN."""
    if isinstance(report, dict):
        return {name: _told(value) for name, value in report.items()}
    if isinstance(report, list | tuple):
        return [_told(value) for value in report]
    return None if isinstance(report, float) and isnan(report) else report


def table(report: Report) -> str:
    """One line a system with the 95 % interval of nDCG@10; the seconds are those of encoding, indexing, searching.
    Below it nDCG@10 by language, where there are several."""
    head = f"{'':8}" + "".join(f"{name:>12}" for name in METRICS) + f"{'ndcg@10 95 %':>18}{'seconds':>24}"
    lines = [head]
    for system, figures in report.items():
        seconds = " + ".join(f"{value:.1f}" for value in figures["seconds"].values())
        between = "{:.4f}-{:.4f}".format(*figures["interval"])
        lines.append(
            f"{system:8}" + "".join(f"{figures[name]:12.4f}" for name in METRICS) + f"{between:>18}{seconds:>24}"
        )
    system = report["system"]
    return "\n".join(lines + _calibration(system) + _refusals(system) + _spread(report) + _languages(report))


def _calibration(system: dict[str, Any]) -> list[str]:
    """Ten bins of equal mass, least probable first: what was said on average, and how many were right."""
    found = system["calibration"]
    head = (
        f"first 10 of judged needs: {found['pairs']} pairs, {found['base_rate']:.3f} right; "
        f"calibration error {found['ece']:.3f} ({found['ece_by_chance']:.3f} by chance alone), "
        f"Brier skill {found['brier_skill']:.3f}"
    )
    taught = "moved to the reviews of the other needs: calibration error {ece:.3f}, Brier skill {brier_skill:.3f}"
    rows = [f"{name:8}" + "".join(f"{part[name]:8.3f}" for part in found["bins"]) for name in ("said", "right")]
    return ["", head, taught.format(**found["after_reviews"]), *rows]


def _refusals(system: dict[str, Any]) -> list[str]:
    """For each set of needs that nothing fits: how many get a proposal, and what is kept of the right answers."""
    columns = ("cut", "proposed", "pairs_kept", "needs_kept")
    rows = [
        f"{name[:28]:28}{found['needs']:6}  {point:8}"
        + "".join(f"{found[point][column]:12.4f}" for column in columns)
        for name, found in system["refusals"].items()
        for point in found
        if point != "needs"
    ]
    return (
        ["", f"{'nothing fits':28}{'needs':>6}  {'':8}" + "".join(f"{name:>12}" for name in columns), *rows]
        if rows
        else []
    )


def _spread(report: Report) -> list[str]:
    """How evenly the first ten spread over the catalogue; see `diversity.spread`."""
    names = list(report["system"]["exposure"])
    rows = [
        f"{system:8}" + "".join(f"{own['exposure'][name]:12.4f}" for name in names) for system, own in report.items()
    ]
    return ["", f"{'first 10':8}" + "".join(f"{name:>12}" for name in names), *rows]


def _languages(report: Report) -> list[str]:
    languages = list(report["system"]["by_language"])
    if len(languages) < 2:
        return []
    rows = [
        f"{language or '?':8}" + "".join(f"{figures['by_language'][language]:12.4f}" for figures in report.values())
        for language in languages
    ]
    return ["", f"{'ndcg@10':8}" + "".join(f"{system:>12}" for system in report), *rows]
