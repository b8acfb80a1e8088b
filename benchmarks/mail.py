"""Mail: digests composed and handed to a mail server per second and worker, and what it costs to ask who is due.

The mail server is a real one on this machine that throws everything away; it and the workers share the processors,
so two workers on two cores are not twice as fast as one.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from time import monotonic, perf_counter, sleep

from django.db import connection

from accounts.models import Membership, Organisation, User
from catalog.codes import State
from catalog.models import Need, Offer
from matchmaking.digest import BATCH, due_people, open_due_digests
from matchmaking.models import DigestItem, DigestRound, Mail, MailState, Match

from .registry import Corpus, Figure, suite

READERS = 200  # digests of each round, each with eight suggestions
PEOPLE = 100_000
ZONES = ("Europe/Berlin", "Europe/Lisbon", "Europe/Helsinki", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC")
MOMENT = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday; people's usual moment is Tuesday at eight
WORKER = """
import sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from matchmaking.mailing import queue_due_mails
from matchmaking.tasks import send_mail
print("ready", flush=True)
sys.stdin.readline()
while ids := queue_due_mails(limit=10):
    for mail_id in ids:
        send_mail(mail_id)
"""


@suite("mail", grows=False)
def measure(corpus: Corpus) -> Iterator[Figure]:
    _people_with_news(READERS)
    with _mail_server() as port:
        rates = {workers: _rate(workers, port) for workers in (1, 2)}
    yield Figure("digests handed over, 1 worker", rates[1], "a second")
    yield Figure("digests handed over, 2 workers", rates[2], "a second")
    yield Figure("  of it each worker", rates[2] / 2, "a second")
    _crowd(PEOPLE)
    nobody, all_at_once = MOMENT - timedelta(weeks=1), MOMENT
    yield Figure(f"who of {PEOPLE:,} people is due, where nobody is", _asked(nobody) * 1000, "ms")
    yield Figure(f"  where a third is: the first {BATCH}", _asked(all_at_once) * 1000, "ms")


# Digests


def _people_with_news(count: int) -> None:
    """People of one company, whose need has eight suggestions: as much as a digest holds."""
    seekers, providers = (
        Organisation.objects.create(name=f"Mail {side} (benchmark)", country="DE")
        for side in ("seekers", "providers")
    )
    _members(_joined(count, "reader"), seekers)
    text = {"title": "Less waste of dough", "description": "Every evening a third of the dough is left."}
    need = Need.objects.create(organisation=seekers, state=State.PUBLISHED, **text)
    for place in range(8):
        offer = Offer.objects.create(
            organisation=providers, state=State.PUBLISHED, **text | {"title": f"No. {place}"}
        )
        Match.objects.create(need=need, offer=offer, score=place)


def _joined(count: int, name: str) -> list[User]:
    joined = MOMENT - timedelta(days=400)
    people = [
        User(
            email=f"{name}{place}@bench.example", name="Kim", date_joined=joined, time_zone=ZONES[place % len(ZONES)]
        )
        for place in range(count)
    ]
    return User.objects.bulk_create(people, batch_size=5000)


def _members(people: list[User], organisation: Organisation) -> None:
    rows = [Membership(user=person, organisation=organisation, state="approved") for person in people]
    Membership.objects.bulk_create(rows, batch_size=5000)


@contextmanager
def _mail_server() -> Iterator[int]:
    """Takes every mail and forgets it; yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:  # noqa: S603 - our own arguments
        try:
            _wait(lambda: _listens(port))
            yield port
        finally:
            server.kill()


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _wait(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            raise TimeoutError("the mail server does not listen")
        sleep(0.05)


def _rate(workers: int, port: int) -> float:
    """Digests a second, from the moment that all workers are ready until the last has nothing left to send."""
    for model in (DigestItem, Mail, DigestRound):
        model.objects.all().delete()
    open_due_digests(MOMENT)
    environment = os.environ | {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "MAILS_A_MINUTE": "0", "LOG_LEVEL": "ERROR"}
    environment["DJANGO_SETTINGS_MODULE"] = "matchmaking.settings"
    command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    running = [subprocess.Popen(command, **pipes) for _ in range(workers)]  # noqa: S603 - our own script
    for worker in running:
        worker.stdout.readline()
    start = perf_counter()
    for worker in running:
        worker.stdin.write("\n")
        worker.stdin.flush()
    for worker in running:
        worker.communicate()
    return Mail.objects.filter(state=MailState.SENT).count() / (perf_counter() - start)


# Who is due


def _crowd(count: int) -> None:
    """Members of one organisation; all have had last week's digest, but for a third this week's, too."""
    people = _joined(count, "crowd")
    _analyze()  # or each new row's keys are looked up as if the tables were still empty
    _members(people, Organisation.objects.get(name="Mail seekers (benchmark)"))
    last, this = (MOMENT - timedelta(days=days) for days in (8, 1))
    rows = [DigestRound(user=p, period=(this if place % 3 else last).date()) for place, p in enumerate(people)]
    DigestRound.objects.bulk_create(rows, batch_size=5000)
    _analyze()


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _asked(moment: datetime) -> float:
    """Seconds for the query, the median of five."""
    taken = []
    for _ in range(5):
        start = perf_counter()
        list(due_people(moment)[:BATCH])
        taken.append(perf_counter() - start)
    return median(taken)
