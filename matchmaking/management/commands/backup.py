"""Write the database and the files of offers and needs into one archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.template.defaultfilters import filesizeformat

from matchmaking.backup import BackupProblem, back_up


class Command(BaseCommand):
    help = "Writes the database and the files of offers and needs into FILE. The site may go on running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            back_up(connection, file)
        except (BackupProblem, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{file}: {filesizeformat(file.stat().st_size)}. Keep SECRET_KEY and your settings as well."
        )
