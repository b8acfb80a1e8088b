"""`manage.py run`: the whole site on a developer's machine, with DEBUG on. Not for production: README says how."""

import fcntl
import os
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from catalog.encoder.failures import EncoderError
from catalog.management.commands.prepare_model import is_ready
from matchmaking.demo.loading import LOGINS, PASSWORD, Login
from matchmaking.embedded.postgres.cluster import blueprint as postgres
from matchmaking.embedded.redis.program import blueprint as redis
from matchmaking.embedded.server import Blueprint, join, leave
from matchmaking.processes import answers, development_environment, run_all

#: A run that was killed takes its processes along within this time.
PATIENCE_SECONDS = 8


class Command(BaseCommand):
    """Prepare what is missing, start every process of the Procfile, stop all of them together."""

    help = "Run the whole site for development: database, Redis, web, worker, scheduler and encoder."
    requires_system_checks = []  # migrate checks everything, once the servers are up
    address = ""
    logins: list[Login]
    is_first = False  # the texts of the demo have not been read yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The port is the only choice."""
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C or SIGTERM."""
        self.address = f"http://127.0.0.1:{options['port']}/"
        lock = only_run_of_this_checkout(settings.VAR_DIR / "run.lock")
        if not waited_for(lambda: is_free(options["port"])):
            raise CommandError(f"Port {options['port']} is taken: choose another one with PORT=8001 make run.")
        servers = embedded_servers()
        try:
            for server in servers:
                join(server)
            self.prepare()
            status = run_all(settings.BASE_DIR / "Procfile", development_environment(options["port"]), self.announce)
        finally:
            connections.close_all()
            for server in servers:
                leave(server)
            os.close(lock)
        sys.exit(status)

    def prepare(self) -> None:
        """Bring database, model and vocabulary up to date, load the demo data into an empty database."""
        call_command("migrate", interactive=False, verbosity=0)
        prepare_model()
        call_command("load_vocabulary", verbosity=0)
        self.is_first = not get_user_model().objects.exists()
        if self.is_first:
            self.stdout.write("Loading the demo data, once ...")
            self.stdout.flush()
            call_command("load_demo")
        self.logins = LOGINS if get_user_model().objects.filter(email=LOGINS[-1].email).exists() else []
        connections.close_all()  # the processes are forked from this one

    def announce(self) -> None:
        """Print where the site is and who can sign in, once it answers."""
        if not answers(self.address):
            self.stderr.write(self.style.ERROR(f"The site fails at {self.address}: its messages are above."))
            return
        self.stdout.write(self.style.SUCCESS(f"\n    The site is up: {self.address}"))
        for login in self.logins:
            self.stdout.write(f"    {login.email:27} {login.role}")
        self.stdout.write(f"    Password of all of them: {PASSWORD}\n" if self.logins else "")
        if self.is_first:
            self.stdout.write("    Its texts are being read now: suggestions follow within some minutes.\n")


def prepare_model() -> None:
    """In a process of its own: what loads the model would keep 1.5 GB for as long as the site runs."""
    with suppress(EncoderError):  # the other process says it in words
        if is_ready():
            return
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "prepare_model"]
    if subprocess.run(["setpriv", "--pdeathsig", "TERM", "--", *command], check=False).returncode:  # noqa: S603, S607
        raise CommandError("The embedding model is not ready: what is wrong stands above.")


def embedded_servers() -> list[Blueprint]:
    """The servers this checkout brings along, in so far as nothing else is configured."""
    chosen = {postgres: settings.EMBEDDED_DATABASE, redis: settings.EMBEDDED_REDIS}
    return [blueprint(settings.VAR_DIR) for blueprint, is_embedded in chosen.items() if is_embedded]


def only_run_of_this_checkout(path: Path) -> int:
    """Take the lock that only one run can hold, waiting for the end of one that was killed."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not waited_for(lambda: is_locked(lock)):
        raise CommandError("This checkout is running already: stop the other `make run` first.")
    return lock


def is_locked(descriptor: int) -> bool:
    """Take the exclusive lock if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def waited_for(condition: Callable[[], bool]) -> bool:
    """Whether the condition came true within the time in which a killed run takes its processes along."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (is_true := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return is_true


def is_free(port: int) -> bool:
    """Whether we could listen there."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
