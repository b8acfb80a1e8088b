"""In a real browser: brokers of two clusters over one match, an anonymous need on its way, and a match on paper."""

import re

import pytest
from django.core import mail

from accounts.models import Brokership
from matchmaking.codes import MatchState
from matchmaking.introductions import answer
from matchmaking.mailing import queue_due_mails, send
from matchmaking.models import Match
from matchmaking.reviewing import accept
from tests.browsing import chromium, sign_in, window
from tests.factories import make_case, make_cluster, make_organisation
from tests.test_browser import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IDENTITY = ("Wiegand", "wiegand.example", "+49 431")
NEED = {
    "title": "Less dough thrown away",
    "description": "Backhaus Wiegand GmbH throws away dough. See www.wiegand.example or call +49 431 5551234.",
    "technology_keywords": ["Backhaus Wiegand GmbH", "forecasting"],
    "visibility": "anonymous",
}
OFFER = {"title": "Forecasts for bakeries", "description": "It forecasts the demand of each branch and day."}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def case(settings):
    """An anonymous need of a member of one cluster, an offer of a member of another one; all may sign in."""
    settings.EVENT_MINUTES = 0
    seeker, provider, broker, other = (make_person(name=name) for name in ("Sam", "Pia", "Ben Broker", "Olga Other"))
    one, two = make_cluster(brokers=(broker,)), make_cluster(brokers=(other,))
    baker = make_organisation(name="Backhaus Wiegand GmbH", people=(seeker,), clusters=(one,), country="DE")
    maker = make_organisation(people=(provider,), clusters=(two,))
    bridge = [{"need": "Backhaus Wiegand GmbH throws away dough.", "offer": OFFER["description"], "score": 0.9}]
    found = make_case(
        need=NEED | {"organisation": baker}, offer=OFFER | {"organisation": maker}, cluster=one, bridge=bridge
    )
    found.seeker, found.provider, found.broker, found.other = seeker, provider, broker, other
    found.cluster, found.second = one, two
    return found


def again(case):
    return Match.objects.with_documents().get(pk=case.match.pk)


def test_both_brokers_of_two_clusters_accept_one_after_the_other(browser, live_server, case):
    with window(browser, live_server.url) as page:
        sign_in(page, case.broker.email)
        page.goto(f"/matches/{case.match.pk}/")
        page.get_by_role("button", name="Accept and ask the other cluster").click()
        page.get_by_text(f"Now a broker of {case.second} decides").wait_for()
        page.get_by_role("link", name="With other brokers").click()
        page.get_by_role("link", name="Forecasts for bakeries").wait_for()
    with window(browser, live_server.url) as page:
        sign_in(page, case.other.email)
        page.goto("/queue/")
        page.get_by_text(f"Ben Broker of {case.cluster} accepted it on").wait_for()
        page.keyboard.press("j")
        page.keyboard.press("a")
        page.get_by_text("Both sides are being asked by mail").wait_for()
    assert again(case).asks.count() == 2


@pytest.mark.long
def test_a_second_broker_who_decides_a_moment_later_is_told_and_changes_nothing(browser, live_server, case):
    accept(again(case), by=case.broker)
    colleague = make_person(name="Cleo Colleague")
    Brokership.objects.create(user=colleague, cluster=case.second, state="approved")
    with window(browser, live_server.url) as one, window(browser, live_server.url) as another:
        for page, person in ((one, case.other), (another, colleague)):
            sign_in(page, person.email)
            page.goto(f"/matches/{case.match.pk}/")
        one.get_by_text("Reject…").click()
        one.get_by_label("Reason").select_option("too_far")
        one.get_by_role("button", name="Reject", exact=True).click()
        one.get_by_text("Rejected. It is not proposed again").wait_for()
        another.get_by_role("button", name="Accept and ask both sides").click()
        another.get_by_text("Somebody else decided this before you").wait_for()
        another.get_by_text("Olga Other").wait_for()
    assert (again(case).state, again(case).asks.count()) == (MatchState.REJECTED, 0)


@pytest.mark.long
def test_an_anonymous_need_gives_nothing_away_until_both_said_yes(browser, live_server, case):
    accept(again(case), by=case.broker)
    told = []
    pages = ["/", "/queue/", "/needs/", "/demand/", "/search/?kind=need", f"/needs/{case.match.need_id}/"]
    pages += [f"/matches/{case.match.pk}/", f"/offers/{case.match.offer_id}/"]
    told += read(browser, live_server.url, case.other, pages)
    accept(again(case), by=case.other)
    told += read(browser, live_server.url, case.provider, pages)
    told += read(browser, live_server.url, None, pages)
    for pk in queue_due_mails():
        send(pk)
    to_others = [one for one in mail.outbox if case.seeker.email not in " ".join(one.to)]
    told += [one.message().as_string() for one in to_others]
    assert to_others
    assert [text for text in told if any(word.casefold() in text.casefold() for word in IDENTITY)] == []
    introduce(case)
    assert "Wiegand" in "".join(read(browser, live_server.url, case.provider, [f"/matches/{case.match.pk}/"]))


def read(browser, address, person, paths):
    """Source, title and address of each page, and what the API says, as this person gets them."""
    told = []
    with window(browser, address) as page:
        if person:
            sign_in(page, person.email)
        for path in paths:
            if page.request.get(path).status == 200:
                page.goto(path)
                told.append(f"{page.url} {page.title()} {page.content()}")
        for kind in ("needs", "offers", "matches", "questions", "changes"):
            told.append(page.request.get(f"/api/v1/{kind}/").text())
    return told


def introduce(case):
    for ask in again(case).asks.all():
        answer(ask, "yes", by=case.seeker if ask.side == "need" else case.provider)


@pytest.mark.long
def test_a_short_match_fits_on_one_sheet_for_a_meeting(browser, live_server, case):
    accept(again(case), by=case.broker)
    accept(again(case), by=case.other)
    introduce(case)
    with window(browser, live_server.url) as page:
        sign_in(page, case.broker.email)
        page.goto(f"/matches/{case.match.pk}/")
        sheet = page.pdf(format="A4", print_background=True)
        page.emulate_media(media="print")
        for words in (NEED["title"], OFFER["title"], case.seeker.email, case.provider.email):
            assert page.get_by_text(words).first.is_visible()
        for kind in ("button", "navigation", "textbox"):
            assert not [one for one in page.get_by_role(kind).all() if one.is_visible()]
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
