"""`manage.py mails`: how the outgoing mails stand, and the operator's word on those in doubt."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from matchmaking.mailing import confirm, declare_doubts, drop, resend
from matchmaking.models import Mail

DECISIONS = {"resend": resend, "arrived": confirm, "drop": drop}


class Command(BaseCommand):
    help = "Count mails by state; list those in doubt (a process died while sending), and resend or drop them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--in-doubt", action="store_true", help="list them, with their keys")
        choice.add_argument("--resend", metavar="KEY", help="it did not arrive: send it again")
        choice.add_argument("--arrived", metavar="KEY", help="it did arrive")
        choice.add_argument("--drop", metavar="KEY", help="it did not, and is not needed any more")

    def handle(self, *, in_doubt: bool, **options: Any) -> None:
        declare_doubts()
        decided = [(name, options[name]) for name in DECISIONS if options[name]]
        if decided:
            self.settle(*decided[0])
        elif in_doubt:
            self.list()
        else:
            self.count()

    def settle(self, name: str, key: str) -> None:
        if not DECISIONS[name](key):
            raise CommandError(f"No mail in doubt has the key {key}. List them with --in-doubt.")
        self.stdout.write(f"{key}: {Mail.objects.get(key=key).state}")

    def list(self) -> None:
        for mail in Mail.objects.in_doubt().select_related("recipient").order_by("claimed_at"):
            to = mail.recipient.email if mail.recipient else "both sides"
            self.stdout.write(f"{mail.key}  {to}  {mail.claimed_at:%Y-%m-%d %H:%M}  {mail.message_id}  {mail.error}")

    def count(self) -> None:
        for row in Mail.objects.values("kind", "state").annotate(count=Count("pk")).order_by("kind", "state"):
            self.stdout.write(f"{row['kind']:14}{row['state']:10}{row['count']:8}")
