"""`manage.py prepare_model`: makes sure that the embedding model is there and has read the project's own texts, so
that nothing waits for it later."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog import aligning, background, elsewhere, encoding, priors
from catalog.encoder.failures import EncoderError

OWN_TEXTS = (priors, aligning, background, elsewhere)


def is_ready() -> bool:
    """Whether there is nothing left to prepare."""
    return encoding.is_prepared() and all(own.are_remembered() for own in OWN_TEXTS)


class Command(BaseCommand):
    help = "Build the embedding model if it is missing; with EMBEDDING_MODEL set, load and remember that one."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        try:
            if not encoding.is_prepared():
                self._timed("Preparing the embedding model", self._prepare)
            if not all(own.are_remembered() for own in OWN_TEXTS):
                self._timed("Reading the project's own texts in 28 languages", self._read)
        except EncoderError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The embedding model is ready: {encoding.model_place()}")

    def _timed(self, doing: str, work: Callable[[], object]) -> None:
        self.stdout.write(f"{doing}, once ...")
        self.stdout.flush()  # the next minutes would be silent where the output is a file
        started = time.monotonic()
        work()
        self.stdout.write(f"... done after {time.monotonic() - started:.0f} s.")

    def _prepare(self) -> None:
        if settings.EMBEDDING_MODEL:
            encoding.local_encoder()
        else:
            encoding.build_model()

    def _read(self) -> None:
        priors.prior()
        aligning.kept_alignments()
        background.background()
        elsewhere.read_all()
