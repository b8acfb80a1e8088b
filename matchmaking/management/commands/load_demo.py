"""`manage.py load_demo`: invented clusters, organisations, offers, needs and logins to try the platform with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from matchmaking.demo.clients import load_clients
from matchmaking.demo.history import load_history
from matchmaking.demo.loading import PASSWORD, load


class Command(BaseCommand):
    help = "Loads the demo data. Refuses a database that already has other people in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="load although other people have accounts here")

    def handle(self, *, force: bool, **options: Any) -> None:
        if not force and User.objects.exclude(email__endswith="@demo.example").exists():
            raise CommandError(
                "People have accounts here. The demo belongs on an empty site; --force loads it anyway."
            )
        logins = load()
        load_history()
        load_clients()
        for login in logins:
            self.stdout.write(f"{login.role}: {login.email}  password {PASSWORD}")
