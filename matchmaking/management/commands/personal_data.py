"""Everything kept about one person, as JSON on standard output: for the operator who is asked for it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import User
from matchmaking.personal_data import data_of


def person_of(email: str) -> User:
    """Raises CommandError for an address nobody has."""
    person = User.objects.filter(email=email.lower()).first()
    if person is None:
        raise CommandError(f"Nobody here has the address {email}.")
    return person


class Command(BaseCommand):
    help = "Prints everything that is kept about the person with this address, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> None:
        self.stdout.write(json.dumps(data_of(person_of(email)), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
