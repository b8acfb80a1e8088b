"""`manage.py mails`: how the outgoing mails stand, the operator's word on those in doubt, and silenced addresses."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from catalog.models import ClientText
from matchmaking.consent import speak_again
from matchmaking.mailing import confirm, declare_doubts, drop, resend
from matchmaking.models import Mail, MailKind, SilencedAddress

DECISIONS = {"resend": (resend, "due again"), "arrived": (confirm, "sent"), "drop": (drop, "dropped")}


class Command(BaseCommand):
    help = (
        "Count mails by state; list those in doubt (a process died while sending, or a backup was restored), and "
        "resend or drop them: the one of a KEY, or with 'digest:*' all whose keys begin so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--in-doubt", action="store_true", help="list them, with their keys")
        choice.add_argument("--resend", metavar="KEY", help="it did not arrive: send it again")
        choice.add_argument("--arrived", metavar="KEY", help="it did arrive")
        choice.add_argument("--drop", metavar="KEY", help="it did not, and is not needed any more")
        choice.add_argument("--silenced", action="store_true", help="list the addresses that get no mail any more")
        choice.add_argument("--write-again", metavar="ADDRESS", help="this address can be written to again")

    def handle(self, *, in_doubt: bool, silenced: bool, write_again: str | None, **options: Any) -> None:
        declare_doubts()
        decided = [(name, options[name]) for name in DECISIONS if options[name]]
        if decided:
            self.settle(*decided[0])
        elif in_doubt:
            self.list()
        elif silenced:
            self.list_silenced()
        elif write_again:
            self.write_again(write_again)
        else:
            self.count()

    def settle(self, name: str, key: str) -> None:
        decide, outcome = DECISIONS[name]
        if not (count := decide(key)):
            raise CommandError(f"No mail in doubt has the key {key}. List them with --in-doubt.")
        self.stdout.write(f"{key}: {count} {outcome}")

    def list(self) -> None:
        for mail in Mail.objects.in_doubt().select_related("recipient").order_by("claimed_at"):
            to = mail.recipient.email if mail.recipient else readers_of(mail)
            since = mail.claimed_at or mail.created_at
            self.stdout.write(f"{mail.key}  {to}  {since:%Y-%m-%d %H:%M}  {mail.message_id}  {mail.error}")

    def list_silenced(self) -> None:
        for one in SilencedAddress.objects.order_by("since"):
            self.stdout.write(f"{one.address}  {one.why}  {one.since:%Y-%m-%d %H:%M}  {one.detail}")

    def write_again(self, address: str) -> None:
        if not speak_again(address):
            raise CommandError(f"{address} is not silenced. List those that are with --silenced.")
        self.stdout.write(f"{address} gets mail again.")

    def count(self) -> None:
        for row in Mail.objects.values("kind", "state").annotate(count=Count("pk")).order_by("kind", "state"):
            self.stdout.write(f"{row['kind']:14}{row['state']:10}{row['count']:8}")


def readers_of(mail: Mail) -> str:
    """To whom a mail goes that has no recipient of its own."""
    if mail.kind == MailKind.CLIENT:
        return ", ".join(ClientText.objects.filter(pk=mail.object_id).values_list("email", flat=True))
    clients = mail.searches.values_list("client_email", flat=True).distinct()
    return "both sides" if mail.introduction_id else ", ".join(clients)
