"""What holds for every page and everybody who may open it: few questions to the database, little to load, nothing
wider than the window, and no fault that axe-core finds, in both themes.

`make test` looks at a sample drawn by a seed, `make test-long` at every page of every role.
"""

import gzip
import random
import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.rewording import propose
from matchmaking.codes import MatchState
from matchmaking.models import Case, FollowUp, Review
from tests.browsing import window
from tests.factories import make_case, make_concept, make_import, make_match, make_offer, make_user
from tests.pages import addresses

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = ("visitor", "seeker", "provider", "broker", "staff")
MOST_QUERIES = 12
MOST_BYTES = 60_000
MOST_BYTES_OF_STYLE_AND_SCRIPT = 80_000  # compressed
WIDTHS = (360, 1920)
AXE = """async rules => {
    const found = await axe.run({resultTypes: ["violations"], ...(rules && {runOnly: rules})});
    return found.violations.map(each => `${each.id}: ${each.nodes[0].html} ${each.nodes[0].failureSummary}`);
}"""


@pytest.fixture
def case():
    """One match among a dozen, so that lists are not empty."""
    found = make_case()
    for _ in range(11):
        make_case(cluster=found.cluster, need={"organisation": found.match.need.organisation})
    found.concept = make_concept("waste heat")
    Review.objects.create(match=found.match, broker=found.broker, verdict="park")
    found.introduced = of_an_introduction(found)
    return found


def proposed_change(case):
    """A broker's change that waits for the author of the need."""
    need = case.match.need
    return propose(need, {"title": need.title, "description": "We throw dough away."}, by=case.broker)


def of_an_introduction(case):
    """A case of the same people that both sides were asked about."""
    need, offer = case.match.need, make_offer(organisation=case.match.offer.organisation)
    match = make_match(need=need, offer=offer, cluster=case.cluster, score=1.0, state=MatchState.INTRODUCED)
    made = Case.objects.create(match=match, owner=case.broker)
    return FollowUp.objects.create(case=made, side="need", months=6)


@pytest.fixture
def rows(case):
    match, follow_up = case.match, case.introduced
    return {
        "need": match.need, "offer": match.offer, "match": match, "organisation": match.need.organisation,
        "side": "need", "kind": "memberships", "admissions": match, "memberships": match, "attachments": match,
        "scoutings": match, "glossary": match, "ranking": match, "searches": match, "accent": "0b6e75",
        "cases": follow_up.case, "follow-ups": follow_up, "imports": make_import(case.provider),
        "clients": match, "rewordings": proposed_change(case), "tokens": match, "questions": match,
        "concepts": case.concept,
    }  # fmt: skip


def client_of(role, case):
    client = Client()
    people = {"seeker": case.seeker, "provider": case.provider, "broker": case.broker}
    if role == "staff":
        people["staff"] = make_user(is_staff=True, is_superuser=True)
    if role != "visitor":
        client.force_login(people[role])
    return client


def pages_of(client, rows):
    """{name: answer} of what opens as a page."""
    answers = {name: client.get(address) for name, address in addresses(rows).items()}
    return {name: answer for name, answer in answers.items() if is_page(answer)}


def is_page(answer):
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and not answer.streaming


@pytest.mark.parametrize("role", ROLES)
def test_no_page_asks_the_database_often_or_is_heavy(role, case, rows):
    client, pages, too_many = client_of(role, case), {}, {}
    for name, address in addresses(rows).items():
        answer, asked = asking(client, address)
        if is_page(answer):
            pages[name] = answer
            if asked > MOST_QUERIES:  # or it was the first to ask what is remembered
                _answer, asked = asking(client, address)
            too_many |= {name: asked} if asked > MOST_QUERIES else {}
    assert len(pages) >= 5
    too_heavy = {name: size for name, one in pages.items() if (size := len(one.content)) > MOST_BYTES}
    assert (too_many, too_heavy) == ({}, {})


def asking(client, address):
    """(answer, how many queries it took)."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    return answer, len(asked)


def faults(browser, live_server, client, answers):
    """What axe-core finds, and what is wider than the window, page by page."""
    found = {}
    with window(browser, live_server.url, color_scheme="light", reduced_motion="reduce") as page:
        session = client.cookies.get(django_settings.SESSION_COOKIE_NAME)
        if session:
            page.context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        for name, answer in answers.items():
            page.goto(answer.request["PATH_INFO"])
            found |= {name: problems} if (problems := faults_of(page)) else {}
    return found


def faults_of(page):
    """The themes differ in their colours alone: of the second one these are looked at."""
    page.emulate_media(color_scheme="light")
    page.evaluate(AXE_SCRIPT)
    problems = page.evaluate(AXE)
    page.emulate_media(color_scheme="dark")
    problems += page.evaluate(AXE, ["color-contrast", "link-in-text-block"])
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append(f"wider than {width} pixels")
    return problems


@pytest.mark.browser
def test_a_sample_of_pages_is_accessible_and_no_wider_than_the_window(browser, live_server, case, rows):
    role = random.Random(1).choice(ROLES[1:])
    client = client_of(role, case)
    pages = pages_of(client, rows)
    sample = random.Random(1).sample(sorted(pages), 6)
    assert faults(browser, live_server, client, {name: pages[name] for name in sample}) == {}


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_accessible_and_no_wider_than_the_window(browser, live_server, case, rows, role):
    client = client_of(role, case)
    assert faults(browser, live_server, client, pages_of(client, rows)) == {}


def test_style_and_script_of_a_page_are_small(client, live_server):
    page = client.get("/").content.decode()
    files = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page)
    assert files
    loaded = [client.get(address) for address in files]
    total = sum(len(gzip.compress(b"".join(each.streaming_content))) for each in loaded)
    assert total <= MOST_BYTES_OF_STYLE_AND_SCRIPT
