"""`manage.py draw_curves DIR REPORT…`: how far the probabilities of some evaluations hold, as pictures."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from matchmaking.curves import coverage, reliability


class Command(BaseCommand):
    help = (
        "Draw reliability.svg (what was said against what was right) and coverage.svg (what a cut keeps against how "
        "much of it is right) from what `evaluate --json` printed; a line is named after its file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="where to write the two pictures")
        parser.add_argument("reports", type=Path, nargs="+", metavar="REPORT")

    def handle(self, *, folder: Path, reports: list[Path], **options: Any) -> None:
        """Raises CommandError for a file that is no such report."""
        sets = {path.stem: _calibration(path) for path in reports}
        folder.mkdir(parents=True, exist_ok=True)
        for name, draw in (("reliability", reliability), ("coverage", coverage)):
            (folder / f"{name}.svg").write_text(draw(sets), encoding="utf-8")
            self.stdout.write(f"{folder / name}.svg")


def _calibration(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["system"]["calibration"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is not what `evaluate --json` prints ({error}).") from error
