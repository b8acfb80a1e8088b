"""`manage.py update_messages`: bring the catalogues under matchmaking/locale/ in line with the sources."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from matchmaking.message_files import PLURAL_FORMS, missing, update
from matchmaking.message_search import all_texts


class Command(BaseCommand):
    """Translations are kept; new texts are empty until somebody translates them, old ones are taken out."""

    help = "Look for texts of the interface and write them into the catalogues; says how many wait for a translator."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a language."""
        texts = all_texts()
        for language in PLURAL_FORMS:
            waiting = len(missing(update(language, texts)))
            self.stdout.write(f"{language}: {len(texts)} texts, {waiting} without a translation")
        self.stdout.write(f"{settings.LANGUAGE_CODE}: is what the sources say")
