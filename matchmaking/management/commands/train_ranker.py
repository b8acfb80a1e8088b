"""`manage.py train_ranker`: learn the ranking's weights from reviews and answers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from matchmaking.learning import Report, TooFewJudgements
from matchmaking.models import RankerVersion
from matchmaking.training import train


class Command(BaseCommand):
    help = (
        "Learn from accepted and rejected matches and from the answers of both sides, measure by cross-validation "
        "over needs, and keep the result as a version. It is used once activated, here or on the page “Ranking”."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--activate", action="store_true", help="use the version, if it is better")
        parser.add_argument("--retire", action="store_true", help="learn nothing, go back to the weights set by hand")

    def handle(self, *, activate: bool, retire: bool, **options: Any) -> None:
        """Raises CommandError when too little has been judged."""
        if retire:
            RankerVersion.retire()
            self.stdout.write("The weights set by hand are in use. Needs are matched again within minutes.")
            return
        try:
            version = train()
        except TooFewJudgements as error:
            raise CommandError(f"Nothing to learn yet: {error}") from error
        self.stdout.write(as_text(version))
        if activate and not version.is_better:
            raise CommandError("It is not better on needs that it has not seen, so it is kept but not used.")
        if activate:
            version.activate()
            self.stdout.write("In use from now on. Needs are matched again within minutes.")


def as_text(version: RankerVersion) -> str:
    report = Report(**{name: version.metrics[name] for name in Report._fields})
    counts = ", ".join(f"{name} {count}" for name, count in version.counts.items())
    lines = [
        f"Version {version}, from {counts}.",
        f"On needs not learnt from ({report.needs} needs, {report.pairs} pairs): log-loss {report.loss_before:.4f} "
        f"-> {report.loss_after:.4f}, nDCG@10 {report.ndcg_before:.4f} -> {report.ndcg_after:.4f} (standard error "
        f"of the gain {report.gain_error:.4f}).",
        *_of_probabilities(version.metrics),
        f"It moves: {' and '.join(version.moves) or 'nothing'}.",
        *(f"  {name:16}{value:+.4f}" for name, value in version.learnt.items()),
    ]
    return "\n".join(lines)


def _of_probabilities(metrics: dict[str, Any]) -> list[str]:
    if "outcomes" not in metrics:
        return []
    before, after, error = (metrics[f"said_{name}"] for name in ("before", "after", "error"))
    said = f"Probabilities of {metrics['outcomes']} pairs: log-loss {before:.4f} -> {after:.4f}"
    return [f"{said} (standard error of the gain {error:.4f})."]
