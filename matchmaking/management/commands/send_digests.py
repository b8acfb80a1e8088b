"""`manage.py send_digests`: send everybody who is due their digest now, or show what would be sent."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from accounts.codes import Frequency
from accounts.models import User
from matchmaking.digest import digest_key, due_people, letter_about, open_digests, open_due_digests, with_period
from matchmaking.letters import message_of, written_for
from matchmaking.mailing import declare_doubts, send
from matchmaking.models import Mail, MailKind, MailState
from matchmaking.news import news_for


class Command(BaseCommand):
    help = "Send the digests that are due, one mail a person and period; in this process, without the worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="send nothing, show who would get what")
        parser.add_argument("--to", metavar="EMAIL", help="this person only, also before their hour has come")

    def handle(self, *, dry_run: bool, to: str | None, **options: Any) -> None:
        people = [person_of(to)] if to else due_people()
        if dry_run:
            self.show(people, in_full=bool(to))
        else:
            self.send(people[0] if to else None)

    def show(self, people: QuerySet[User] | list[User], *, in_full: bool) -> None:
        for person in people:
            mail = Mail(key=digest_key(person), kind=MailKind.DIGEST, recipient=person)
            with written_for(person):
                news = news_for(person)
                message = message_of(letter_about(news, person), mail) if news.pieces else None
            said = message.subject if message else "nothing new, no mail"
            self.stdout.write(f"{person.email} ({person.period}): {said}")
            if message and in_full:
                self.stdout.write(message.body)

    def send(self, person: User | None) -> None:
        if person:
            open_digests([person])
        else:
            open_due_digests()
        declare_doubts()
        due = Mail.objects.due().filter(kind=MailKind.DIGEST)
        due = due.filter(recipient=person) if person else due
        states = [send(pk) for pk in due.order_by("pk").values_list("pk", flat=True)]
        self.report(states, Mail.objects.in_doubt().count())

    def report(self, states: list[str], doubtful: int) -> None:
        sent, empty = states.count(MailState.SENT), states.count(MailState.DROPPED)
        rest = len(states) - sent - empty
        self.stdout.write(f"{sent} sent, {empty} had nothing new, {rest} not sent yet or refused")
        if doubtful:
            self.stdout.write(f"{doubtful} in doubt: see manage.py mails --in-doubt")


def person_of(email: str) -> User:
    found = with_period().filter(email=email.lower()).first()
    if found:
        return found
    if User.objects.filter(email=email.lower(), digest_frequency=Frequency.NEVER).exists():
        raise CommandError(f"{email} wants no digests.")
    raise CommandError(f"{email} is nobody who can get a digest: no account, not active, or in no organisation.")
