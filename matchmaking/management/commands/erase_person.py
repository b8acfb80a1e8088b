"""Erase one person for good, for the operator who is asked to. Without --yes it only says what would go."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.leaving import departure_of
from accounts.models import User
from matchmaking.erasure import erase

from .personal_data import person_of


class Command(BaseCommand):
    help = "Erases the account with this address: texts, mails, files. Matches stay without words, for statistics."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="yes, for good; without it only what would go is said")

    def handle(self, *, email: str, yes: bool, **options: Any) -> None:
        person = person_of(email)
        self.say(person)
        if not yes:
            self.stdout.write("Nothing was changed. Say --yes if you mean it.")
            return
        try:
            erase(person)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write("Erased.")

    def say(self, person: User) -> None:
        departure = departure_of(person)
        for organisation in departure.going:
            self.stdout.write(f"goes: {organisation}, its needs, offers and files")
        for organisation in departure.staying:
            self.stdout.write(f"stays: {organisation}")
        for heir in departure.heirs:
            self.stdout.write(f"becomes owner of {heir.organisation}: {heir.user.email}")
        for cluster in departure.orphaned:
            self.stdout.write(f"has no broker any more: {cluster}")
