"""`manage.py load_keywords FILE`: a keyword list of your own, so that codes in imported profiles become words."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.keyword_lists import load_keywords
from catalog.vocabulary_files import VocabularyError

from .load_vocabulary import told


class Command(BaseCommand):
    help = "Loads a table with the columns “code” and “name”. Such lists are not shipped: bring one you may use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, XLSX, JSON or JSON Lines")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            loaded = load_keywords(file)
        except VocabularyError as error:
            raise CommandError(f"{error} Nothing was loaded.") from error
        self.stdout.write(told(loaded))
