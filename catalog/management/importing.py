"""What `import_offers` and `import_needs` share: options, progress, and what is told at the end."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import Organisation, User

from ..importing import Importer, ImportPlan, ImportProblem
from ..models import Document
from ..rejected_rows import rejected_csv
from ..table_files import TableError, read_rows

SHOWN_PROBLEMS = 50


def find_organisation(text: str) -> Organisation:
    """By number or by exact name. Raises ValidationError for the column `organisation`."""
    if not text:
        raise ValidationError({"organisation": ["is missing; add the column or give --organisation."]})
    if text.isdecimal():
        found = Organisation.objects.local().filter(pk=int(text))[:2]
    else:
        found = Organisation.objects.local().filter(name__iexact=text)[:2]
    if len(found) != 1:
        which = "several organisations have this name; write its number" if found else "no organisation has this name"
        raise ValidationError({"organisation": [f"{which}."]})
    return found[0]


class ImportCommand(BaseCommand):
    model: type[Document]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, XLSX, JSON (also EEN profiles) or JSON Lines")
        parser.add_argument("--organisation", default="", help="name or number, for rows without such a column")
        parser.add_argument("--author", default="", help="e-mail address of the person who imports")
        parser.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="rename a column")
        parser.add_argument("--publish", action="store_true", help="publish new documents instead of keeping drafts")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--skip-invalid", action="store_true", help="import the good rows, keep the bad apart")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            importer = self._importer(file, options)
            rows = tqdm(read_rows(file, broken_too=True), unit=" rows", desc=file.name, file=self.stderr, leave=False)
            plan = importer.plan(rows)
        except (TableError, ImportProblem) as error:
            raise CommandError(str(error)) from None
        self._tell(plan)
        if plan.rejected and not options["skip_invalid"]:
            raise CommandError(
                f"{len(plan.rejected)} rows cannot be imported, so nothing was. Mend them, or use --skip-invalid."
            )
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
            return
        plan.carry_out()
        if plan.rejected:
            write_rejected(file, plan)
            self.stdout.write(f"{len(plan.rejected)} rows were left out: see {rejected_path(file)}.")

    def _importer(self, file: Path, options: dict[str, Any]) -> Importer:
        default = options["organisation"]
        return Importer(
            self.model,
            file.name,
            find_organisation=_remembering(default),
            author=_author(options["author"]),
            mapping=_mapping(options["map"]),
            publish=options["publish"],
        )

    def _tell(self, plan: ImportPlan) -> None:
        for problem in plan.problems[:SHOWN_PROBLEMS]:
            self.stderr.write(str(problem))
        if len(plan.problems) > SHOWN_PROBLEMS:
            self.stderr.write(f"… and {len(plan.problems) - SHOWN_PROBLEMS} more problems.")
        self.stdout.write(
            f"{len(plan.created)} new, {len(plan.updated)} changed, {plan.unchanged} unchanged, "
            f"{len(plan.rejected)} not importable."
        )


def _remembering(default: str) -> Any:
    """`find_organisation` that falls back to the default and asks the database once a name."""
    known: dict[str, Organisation] = {}

    def find(text: str) -> Organisation:
        name = text or default
        if name not in known:
            known[name] = find_organisation(name)
        return known[name]

    return find


def _author(email: str) -> User | None:
    if not email:
        return None
    author = User.objects.filter(email=email.lower()).first()
    if author is None:
        raise ImportProblem(f"--author: nobody has the address {email}.")
    return author


def _mapping(options: list[str]) -> dict[str, str]:
    for option in options:
        if "=" not in option:
            raise ImportProblem(f"--map “{option}”: write COLUMN=FIELD, for example --map “Name=title”.")
    return dict(option.split("=", 1) for option in options)


def rejected_path(file: Path) -> Path:
    return file.with_name(f"{file.name}.rejected.csv")


def write_rejected(file: Path, plan: ImportPlan) -> None:
    rejected_path(file).write_bytes(rejected_csv(plan))
