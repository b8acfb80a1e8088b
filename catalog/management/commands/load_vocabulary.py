"""`manage.py load_vocabulary`: the platform's own vocabulary, or any SKOS file, into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.skos import open_skos
from catalog.vocabulary_files import VocabularyError
from catalog.vocabulary_loading import Loaded, load, load_own


class Command(BaseCommand):
    help = "Load the platform's own vocabulary, or a SKOS file (.rdf, .ttl, .jsonld). Can be repeated at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="a SKOS file; without it, the platform's own")
        parser.add_argument("--scheme", help="IRI of the vocabulary, where the file names several or none")

    def handle(self, *, file: Path | None, scheme: str | None, **options: Any) -> None:
        try:
            loaded = self._load(file, scheme) if file else load_own()
        except VocabularyError as error:
            raise CommandError(f"{file or 'The platform’s own vocabulary'}: {error} Nothing was loaded.") from error
        if options["verbosity"]:
            self.stdout.write(told(loaded))

    def _load(self, file: Path, scheme: str | None) -> Loaded:
        with open_skos(file, scheme) as vocabulary:
            return load(vocabulary)


def told(loaded: Loaded) -> str:
    if not loaded.is_changed:
        return "The vocabulary is as it was."
    new, changed = len(loaded.added), len(loaded.changed)
    return f"{loaded.concepts} concepts: {new} new, {changed} changed, {loaded.retired} no longer in use."
