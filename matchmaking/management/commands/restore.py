"""Put a backup in the place of the present database and files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from matchmaking.backup import BackupProblem, restore
from matchmaking.models import ChangeLog
from matchmaking.restoring import doubt_what_is_owed

IN_DOUBT = """{} mails are in doubt, as they may have been sent since the backup. List them with manage.py mails
--in-doubt; send them with manage.py mails --resend '*', or leave them with --drop '*'."""


class Command(BaseCommand):
    help = "Replaces the database and the files of offers and needs by those in FILE. Stop the site first."
    requires_system_checks = []  # some of them ask the database that is about to be replaced

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="yes, what is there now may be lost")
        parser.add_argument(
            "--send", action="store_true", help="nothing was sent since the backup: send what is due as ever"
        )

    def handle(self, *, file: Path, yes: bool, send: bool, **options: Any) -> None:
        if not yes:
            raise CommandError("This replaces everything that is in the database now. Say --yes if you mean it.")
        try:
            restore(connection, file)
        except (BackupProblem, OSError) as error:
            raise CommandError(f"{error}\nNothing was changed.") from error
        call_command("migrate", verbosity=0, interactive=False)
        ChangeLog.begin_anew()  # who reads it has seen what is undone now
        self.stdout.write(f"Restored from {file}.")
        if not send and (count := doubt_what_is_owed()):
            self.stdout.write(IN_DOUBT.format(count))
