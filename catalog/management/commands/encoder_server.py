"""`manage.py encoder_server`: the one process that keeps the embedding model warm, until SIGTERM or SIGINT."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.encoder.failures import EncoderError
from catalog.encoder.lock import only_server
from catalog.encoder.server import EncoderServer
from catalog.encoding import local_encoder


class Command(BaseCommand):
    help = "Keep the embedding model in memory and answer web, worker and commands on ENCODER_SOCKET."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        path = Path(settings.ENCODER_SOCKET)
        try:
            with only_server(path):
                loaded = local_encoder()
                self.stdout.write(f"Encoder {loaded.identity.name} ({loaded.fingerprint}) is loaded.")
                self.stdout.flush()
                EncoderServer(loaded, path).run()
        except EncoderError as error:
            raise CommandError(str(error)) from error
        _leave_at_once()


def _leave_at_once() -> None:
    """Everything is closed by now; dismantling torch in good order takes 2 to 4 s and serves nobody."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
