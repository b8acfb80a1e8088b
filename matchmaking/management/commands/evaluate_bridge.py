"""`manage.py evaluate_bridge`: how often the sentences we show for a match are those a reader would show."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management import BaseCommand

from catalog.corpus import refresh
from catalog.embedding import embed_stale_documents
from catalog.models import Need, Offer
from matchmaking.demo import evidence, loading
from matchmaking.demo.evidence import HALVES, Judged
from matchmaking.explaining import bridges
from matchmaking.scratch import scratch_database

ROWS = {
    "pairs": "true pairs",
    "right": "first pair right, by reading",
    "partly_right": "… or partly",
    "right_among_all": "a right pair among those shown",
    "shown": "pairs shown",
    "shown_right": "share of them right",
    "marked": "first pair is the marked one",
    "marked_need": "… the need's sentence",
    "marked_offer": "… the offer's sentence",
    "marked_among_all": "marked pair among those shown",
}


class Command(BaseCommand):
    help = (
        "Load the demo into a database that is dropped afterwards and compare the sentence pairs of its true pairs "
        "with those that were marked by hand. See matchmaking/demo/README.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, **options: Any) -> None:
        report = {}
        with scratch_database():
            loading.load()
            while embed_stale_documents():
                self.stderr.write(".", ending="")
            refresh()
            shown = {half: list(_shown(half)) for half in HALVES}
        for half, pairs in shown.items():
            report[f"half {half}"] = evidence.figures([pair for *_languages, pair in pairs])
        every = [one for pairs in shown.values() for one in pairs]
        report["one language"] = evidence.figures([pair for need, offer, pair in every if need == offer])
        report["two languages"] = evidence.figures([pair for need, offer, pair in every if need != offer])
        report["all"] = evidence.figures([pair for *_languages, pair in every])
        self.stderr.write("")
        self.stdout.write(json.dumps(report) if options["json"] else table(report))


def _shown(half: str) -> Iterator[tuple[str, str, tuple[Judged, list[dict]]]]:
    """Both languages, and the judgement with the pairs of sentences that we show."""
    titles = loading.titles()
    for one in evidence.judged(half):
        need, offer = Need.objects.get(title=titles[one.need]), Offer.objects.get(title=titles[one.offer])
        yield need.language, offer.language, (one, bridges(need, [offer])[0])


def table(report: dict[str, dict[str, float]]) -> str:
    lines = [f"{'':34}" + "".join(f"{name:>15}" for name in report)]
    for key, label in ROWS.items():
        form = "15.0f" if key == "pairs" else "15.2f"
        lines.append(f"{label:34}" + "".join(format(figures[key], form) for figures in report.values()))
    return "\n".join(lines)
