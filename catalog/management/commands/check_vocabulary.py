"""`manage.py check_vocabulary`: do the platform's own names of concepts mean the same in every language?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.translation_check import least_share, read_misses, superfluous, unlisted, write_misses
from catalog.translations import checked, margins_of, misses, read


class Command(BaseCommand):
    help = "Check the preferred names of the platform's own vocabulary, language by language. Takes minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="bring catalog/vocabulary/misses.tsv up to date")

    def handle(self, *, write: bool, **options: Any) -> None:
        found = checked(read())
        for language, one in found.items():
            self.stdout.write(f"{language}  {one.share:6.1%}  at least {least_share(language):.0%}")
        listed = read_misses()
        if write:
            write_misses(misses(found, listed))
            return
        margins = margins_of(found)
        wrong = [f"not in misses.tsv: {key}" for key in unlisted(margins, listed)]
        wrong += [f"in misses.tsv for nothing: {key}" for key in superfluous(margins, listed)]
        wrong += [
            f"{language} reaches too little" for language, one in found.items() if one.share < least_share(language)
        ]
        if wrong:
            raise CommandError("\n".join(wrong))
