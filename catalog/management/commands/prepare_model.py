"""`manage.py prepare_model`: makes sure that the embedding model is there, so that nothing waits for it later."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog import encoding
from catalog.encoder.failures import EncoderError


class Command(BaseCommand):
    help = "Build the embedding model if it is missing; with EMBEDDING_MODEL set, load and remember that one."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        if encoding.is_prepared():
            self.stdout.write(f"The embedding model is ready: {encoding.model_place()}")
            return
        started = time.monotonic()
        self.stdout.write("Preparing the embedding model, once ...")
        try:
            self._prepare()
        except EncoderError as error:
            raise CommandError(str(error)) from error
        seconds = time.monotonic() - started
        self.stdout.write(f"The embedding model is ready after {seconds:.0f} s: {encoding.model_place()}")

    def _prepare(self) -> None:
        if settings.EMBEDDING_MODEL:
            encoding.local_encoder()
        else:
            encoding.build_model()
