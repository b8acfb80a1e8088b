"""Two installations on one machine, each with its own database, port and processes, from linking over an introduction
to forgetting."""

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.request import urlopen

import pytest

from tests.matchmaking.embedded_users import ROOT, comes_true, kill
from tests.matchmaking.site_runs import Site, make_site

pytestmark = pytest.mark.long
MADE = """
from accounts.models import Brokership, Cluster, Membership, Organisation, User
from catalog.models import Need, Offer
owner = Organisation.objects.create(name={name!r}, country="DE", kind="sme", size="small")
person = User.objects.create_user("{person}@{domain}", name="{person} Person")
Membership.objects.create(user=person, organisation=owner, role="owner", state="approved")
host = Organisation.objects.create(name="Cluster of {person}", country="DE", kind="cluster")
broker = User.objects.create_user("broker@{person}.example", name="{person} Broker")
cluster = Cluster.objects.create(organisation=host, slug="ours", is_default=True)
Brokership.objects.create(user=broker, cluster=cluster, state="approved")
"""
OFFERS = """
texts = {"language": "en", "language_is_detected": False, "state": "published", "organisation": owner}
words = "so that what is discharged stays below the limit. Ask Aqua Demo, info@aqua.example"
Offer.objects.create(title="Treatment of rinse water", description=f"We treat rinse water on site, {words}", **texts)
Offer.objects.create(title="Filters for rinse water", visibility="anonymous",
                     description=f"Aqua Demo filters rinse water of dairies, {words}", **texts)
"""
NEED = """
Need.objects.create(title="Rinse water smells", language="en", language_is_detected=False, state="published",
                    visibility="anonymous", organisation=owner,
                    description="Our rinse water smells and the authority complains about the load we discharge.")
"""
MATCHED = """
from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents
from matchmaking.models import Match
from matchmaking.due import match_due_needs
while embed_stale_documents(): pass
refresh_if_grown()
match_due_needs()
for match in Match.objects.filter(state="proposed").select_related("offer__organisation"):
    print("proposed:", match.offer.title, "|", match.offer.organisation.origin, "|", match.offer.description)
"""
ACCEPTED = """
from accounts.models import User
from matchmaking import reviewing
from matchmaking.models import Match
match = Match.objects.get(offer__title="Filters for rinse water")
assert reviewing.accept(match, by=User.objects.get(name__endswith="Broker"))
"""
ANSWERED = """
from accounts.models import User
from matchmaking import introductions
from matchmaking.models import Ask
assert introductions.answer(Ask.objects.get(side={side!r}), "yes", by=User.objects.get(name__endswith="Person"))
"""
TOLD = """
from matchmaking import telling
send = telling.post
telling.post = lambda url, body, headers: [print("sent:", body.decode()), send(url, body, headers)][1]
print("taken:", telling.tell_due(60))
telling.post = send
"""
INTRODUCED = """
from matchmaking.composing import compose
from matchmaking.models import Accord, Mail, Match
print([match.state for match in Match.objects.exclude(accord=None)], [one.identity for one in Accord.objects.all()])
letters = [compose(mail) for mail in Mail.objects.filter(kind="introduction")]
for letter in filter(None, letters): print("mail:", *letter.to, letter.body)
"""


# Takes code as lines of JSON, and answers each with what it printed and what went wrong.
CONSOLE = """
import io, json, sys, traceback
from contextlib import redirect_stdout
import django
django.setup()
for line in sys.stdin:
    printed, wrong = io.StringIO(), ""
    try:
        with redirect_stdout(printed):
            exec(json.loads(line), {})
    except Exception:
        wrong = traceback.format_exc()
    print(json.dumps([printed.getvalue(), wrong]), flush=True)
"""


@dataclass
class Installation:
    site: Site
    hosts: str
    key: str = ""
    server: subprocess.Popen | None = field(default=None, repr=False)
    console: subprocess.Popen | None = field(default=None, repr=False)

    @property
    def environment(self):
        return self.site.environment | {"WEBHOOK_HOSTS": self.hosts, "LEAST_PROBABILITY": "0", "DEBUG": "1"}

    def manage(self, *argv, stdin=""):
        run = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *argv], cwd=ROOT, env=self.environment, input=stdin, text=True,
            capture_output=True, timeout=240, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        return run.stdout

    def open_console(self):
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "matchmaking.settings"}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.console = subprocess.Popen([sys.executable, "-c", CONSOLE], cwd=ROOT, env=environment, **pipes)  # noqa: S603

    def do(self, *code):
        self.console.stdin.write(json.dumps("".join(code)) + "\n")
        self.console.stdin.flush()
        printed, wrong = json.loads(self.console.stdout.readline())
        assert not wrong, wrong
        return printed

    def serve(self):
        argv = [
            sys.executable,
            "manage.py",
            "runserver",
            "--noreload",
            "--skip-checks",
            f"127.0.0.1:{self.site.port}",
        ]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.server = subprocess.Popen(argv, cwd=ROOT, env=self.environment, **quiet)  # noqa: S603
        assert comes_true(self.site_answers)

    def site_answers(self):
        try:
            return self.site.answers()
        except OSError:
            return False

    def page(self, path):
        with urlopen(f"{self.site.address}{path}", timeout=20) as answer:  # noqa: S310 - our own
            return answer.read().decode()

    def link(self, name, other):
        """Link the other one here; keeps the key that its operator is given."""
        country = ("--country", "DE", "--contact", f"desk@{name.lower()}.example")
        other.key = self.manage("add_peer", name, other.site.address, *country).split()[-1]


@contextmanager
def installed(folder):
    """Both, up; their processes are gone afterwards."""
    for name in ("a", "b"):
        (folder / name).mkdir()
    sites = [make_site(folder / name) for name in ("a", "b")]
    hosts = ",".join(f"127.0.0.1:{site.port}" for site in sites)
    both = [Installation(site, hosts) for site in sites]
    try:
        for one in both:
            one.manage("migrate", "--verbosity", "0")
            one.serve()
            one.open_console()
        yield both
    finally:
        for process in [process for one in both for process in (one.server, one.console) if process]:
            process.terminate()
            process.communicate(timeout=30)
        if not comes_true(lambda: not any(site.processes() for site in sites)):
            kill(*[pid for site in sites for pid in site.processes()])


def test_two_installations_are_linked_match_introduce_across_and_forget_within_one_sync(tmp_path):
    with installed(tmp_path) as (west, east):
        east.do(MADE.format(name="Aqua Demo", person="Enno", domain="aqua.example"), OFFERS)
        west.do(MADE.format(name="Dairy Demo", person="Wanda", domain="dairy.example"), NEED)
        east.link("West", west)
        west.link("East", east)
        west.manage("add_peer", "East", "--token", stdin=west.key)
        east.manage("add_peer", "West", "--token", stdin=east.key)
        assert "East: in step (0 records refused)" in west.manage("sync_peers")
        assert "West: in step (0 records refused)" in east.manage("sync_peers")
        proposed = west.do(MATCHED)
        assert "proposed: Treatment of rinse water | East | We treat rinse water on site" in proposed
        assert "proposed: Filters for rinse water | East | […] filters rinse water" in proposed
        assert "Aqua Demo (from East)" in west.page("offers/1/") + west.page("offers/2/")
        assert "SME, 10 to 49 people, Germany (from East)" in west.page("offers/1/") + west.page("offers/2/")
        assert "Dairy Demo" not in east.page("needs/1/")
        assert "(from West)" in east.page("needs/1/")
        assert "proposed:" not in east.do(MATCHED)  # the need is matched where its brokers are
        introduce(west, east)
        east.do("from catalog.models import Offer\nOffer.objects.filter(visibility='anonymous').delete()", TOLD)
        assert "['introduced'] [{}]" in west.do(INTRODUCED)  # that they know each other stays, who it was goes
        east.do("from catalog.models import Offer\nOffer.objects.get().pause()")
        west.manage("sync_peers")
        assert "proposed:" not in west.do(MATCHED)
        east.manage("add_peer", "West", "--end")
        assert "Refused" in west.manage("sync_peers")


def introduce(west, east):
    """A broker and a side of each agree; until all four have, no name is in anything that one tells the other."""
    told = [one.do(ACCEPTED, TOLD) for one in (west, east)]
    told += [west.do(ANSWERED.format(side="need"), TOLD)]
    assert [text.count("sent:") for text in told] == [1, 1, 1]
    assert all("taken: 1" in text for text in told)
    names = ("Demo", "Wanda", "Enno", "Broker", "@", "aqua", "dairy")
    assert not any(name in text for name in names for text in told)
    told = [east.do(ANSWERED.format(side="offer"), TOLD), west.do(TOLD), east.do(TOLD), west.do(INTRODUCED)]
    assert "Enno Person" in told[0]
    assert "Wanda Person" in told[1]
    assert "taken: 0" in told[2]
    mails = {"Wanda Person <wanda@dairy.example>": told[3], "Enno Person <enno@aqua.example>": east.do(INTRODUCED)}
    for reader, seen in mails.items():
        assert "['introduced']" in seen
        assert seen.count("mail:") == 1
        assert f"mail: {reader}" in seen
        assert all(name in seen for name in ("Aqua Demo", "Dairy Demo", "enno@aqua.example", "wanda@dairy.example"))
