"""Three sending processes, killed with SIGKILL in the middle: nobody gets a digest twice, nobody is forgotten."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership, User
from matchmaking.digest import open_due_digests
from matchmaking.mailing import CLAIM_LASTS, declare_doubts
from matchmaking.models import Mail, MailState
from tests.factories import APPROVED, make_offer, make_organisation, number
from tests.matchmaking.mail_server import mail_server

WORKERS = 3
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)

# Everything is loaded once; each line of input, the port of a mail server and what to write, forks a worker and is
# answered with its process id. The trials are of the sending: with "alike" a worker composes only its first mail, and
# addresses that to the others too.
NURSERY = """
import os, signal, sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from matchmaking import mailing
from matchmaking.letters import message_id
from matchmaking.mailing import queue_due_mails
from django.urls import get_resolver
from matchmaking.tasks import send_mail
get_resolver().url_patterns
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
def composing_once():
    compose, composed = mailing.compose, []
    def addressed(mail):
        if not composed:
            message = compose(mail)
            composed[:] = message, message.message()
        message, text = composed
        message.to, new = [mail.recipient.email], {"To": mail.recipient.email, "Message-ID": message_id(mail)}
        for name, value in new.items():
            text.replace_header(name, value)
        message.message = lambda **_: text
        return message
    mailing.compose = addressed
for line in sys.stdin:
    port, news = line.split()
    pid = os.fork()
    if pid == 0:
        settings.EMAIL_PORT = int(port)
        if news == "alike":
            composing_once()
        while ids := queue_due_mails(limit=20):
            for mail_id in ids:
                send_mail(mail_id)
        os._exit(0)
    print(pid, flush=True)
"""


class Nursery:
    """Starts sending processes and kills them."""

    def __init__(self, process):
        self.process, self.workers, self.asked = process, [], ""

    @contextmanager
    def sending_to(self, server, news):
        self.asked = f"{server.port} {news}"
        try:
            yield self
        finally:
            while self.workers:
                self.kill(0)

    def start(self):
        self.process.stdin.write(f"{self.asked}\n")
        self.process.stdin.flush()
        self.workers.append(int(self.process.stdout.readline()))

    def kill(self, place):
        pid = self.workers.pop(place % len(self.workers))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def wait(self, until=lambda: False, seconds=1800):
        """Until all have ended or the condition is true; a busy machine takes its time."""
        deadline = time.monotonic() + seconds
        while not until() and any(is_alive(pid) for pid in self.workers):
            assert time.monotonic() < deadline, "the workers do not end"
            time.sleep(0.005)


def is_alive(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@pytest.fixture(scope="module")
def nursery(django_db_setup):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "matchmaking.settings",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "MAILS_A_MINUTE": "0",
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-W", "error", "-c", NURSERY, connection.settings_dict["NAME"]]
    with subprocess.Popen(  # noqa: S603 - our own script
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Nursery(process)
        process.stdin.close()


def let_time_pass():
    """As much as it takes until the claims of the dead and the messages lost with them are given up, and what a busy
    machine made wait is due again."""
    passed = CLAIM_LASTS + timedelta(seconds=1)
    Mail.objects.update(**{name: F(name) - passed for name in ("claimed_at", "queued_at", "not_before")})


def people_with_news(count):
    """People of one company whose offer ends soon: what takes least time to say, the trial is about the sending."""
    joined = datetime(2026, 1, 1, tzinfo=UTC)
    people = [User(email=f"reader{next(number)}@firm.example", name="Kim", date_joined=joined) for _ in range(count)]
    User.objects.bulk_create(people)
    organisation = make_organisation()
    Membership.objects.bulk_create(
        [Membership(user=person, organisation=organisation, state=APPROVED) for person in people]
    )
    make_offer(organisation=organisation, valid_until=timezone.localdate() + timedelta(days=3))
    return {person.email for person in people}


TRIALS = [(60, 1, "each"), *(pytest.param(2000, seed, "alike", marks=pytest.mark.long) for seed in range(1, 21))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("count", "seed", "news"), TRIALS)
def test_killing_senders_loses_nobody_and_sends_nothing_twice(nursery, count, seed, news):
    everybody, seeded = people_with_news(count), random.Random(seed)
    open_due_digests(WEDNESDAY)
    moments = sorted(seeded.sample(range(1, count * 9 // 10), seeded.randint(2, 5)))
    with mail_server(parsed=False) as server, nursery.sending_to(server, news) as workers:
        for _ in range(WORKERS):
            workers.start()
        for moment in moments:
            workers.wait(until=lambda moment=moment: len(server.received) >= moment)
            workers.kill(seeded.randrange(WORKERS))
            workers.start()
        workers.wait()
        let_time_pass()
        workers.start()
        workers.wait()
        let_time_pass()
        declare_doubts()
    doubtful = set(Mail.objects.in_doubt().values_list("recipient__email", flat=True))
    assert max(server.recipients.values()) == 1
    assert everybody == set(server.recipients) | doubtful
    assert len(doubtful) <= len(moments)
    assert not Mail.objects.exclude(state__in=(MailState.SENT, MailState.IN_DOUBT)).exists()
    listed = StringIO()
    call_command("mails", in_doubt=True, stdout=listed)
    assert all(address in listed.getvalue() for address in doubtful)
