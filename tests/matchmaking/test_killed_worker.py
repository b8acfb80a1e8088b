"""A sending process killed with SIGKILL in the middle: nobody gets a digest twice, nobody is forgotten."""

import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from matchmaking.digest import open_due_digests
from matchmaking.mailing import CLAIM_LASTS, declare_doubts
from matchmaking.models import Mail, MailState
from tests.factories import make_match, make_need, make_organisation, make_user
from tests.matchmaking.mail_server import mail_server

PEOPLE = 30

WORKER = """
import sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from matchmaking.mailing import queue_due_mails
from matchmaking.tasks import send_mail
for mail_id in queue_due_mails():
    send_mail(mail_id)
"""


def start_worker(server):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "matchmaking.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
    }
    name = connection.settings_dict["NAME"]
    return subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-W", "error", "-c", WORKER, name], env=environment, stderr=subprocess.DEVNULL
    )


def kill_after(process, server, count):
    """SIGKILL as soon as the server has taken so many mails."""
    while len(server.received) < count and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    process.wait()


def let_time_pass():
    """As much as it takes until the claims of the dead and the messages lost with them are given up."""
    passed = CLAIM_LASTS + timedelta(seconds=1)
    Mail.objects.update(claimed_at=F("claimed_at") - passed, queued_at=F("queued_at") - passed)


def people_with_news():
    joined = datetime(2026, 1, 1, tzinfo=UTC)
    people = [make_user(date_joined=joined) for _ in range(PEOPLE)]
    for person in people:
        make_match(need=make_need(organisation=make_organisation(people=(person,))))
    return {person.email for person in people}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))])
def test_killing_the_sender_loses_nobody_and_sends_nothing_twice(seed):
    everybody = people_with_news()
    open_due_digests(datetime(2026, 11, 25, 12, tzinfo=UTC))
    moments = sorted(random.Random(seed).sample(range(1, PEOPLE - 1), 2))
    with mail_server(seconds=0.02) as server:
        for count in moments:
            kill_after(start_worker(server), server, count)
            let_time_pass()
        assert start_worker(server).wait() == 0
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
