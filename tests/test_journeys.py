"""In a real browser: a broker from the queue to the outcome, with and without JavaScript, and everybody with nothing
but a keyboard."""

import re

import pytest

from matchmaking.codes import MatchState
from matchmaking.models import Case, Match
from tests.browsing import PASSWORD, chromium, sign_in, window
from tests.factories import make_case, make_cluster, make_organisation
from tests.test_browser import NEED, OFFER, make_person

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]

MOST_TABS = 150
IS_SEEN = "one => ['outlineStyle', 'boxShadow'].some(name => getComputedStyle(one)[name] !== 'none')"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def case(settings):
    """A match of two organisations that its broker has not seen; all three may sign in."""
    settings.EVENT_MINUTES = 0
    seeker, provider, broker = (make_person(name=name) for name in ("Sam Seeker", "Pia Provider", "Ben Broker"))
    cluster = make_cluster(brokers=(broker,), is_default=True)
    sides = {
        "need": {"organisation": make_organisation(people=(seeker,), clusters=(cluster,)), "description": NEED},
        "offer": {"organisation": make_organisation(people=(provider,)), "description": OFFER},
    }
    found = make_case(cluster=cluster, **sides)
    found.seeker, found.provider, found.broker = seeker, provider, broker
    return found


@pytest.mark.parametrize("has_script", [True, False], ids=["with script", "without script"])
def test_a_broker_takes_a_match_from_the_queue_to_its_outcome(browser, live_server, case, has_script):
    as_usual = {"java_script_enabled": has_script}
    with window(browser, live_server.url, **as_usual) as page:
        sign_in(page, case.broker.email)
        page.goto("/queue/")
        page.get_by_role("link", name=case.match.need.title).click()
        page.get_by_role("button", name="Accept and ask both sides").click()
        page.get_by_text("Both sides are being asked by mail").wait_for()
    for person in (case.seeker, case.provider):
        with window(browser, live_server.url, **as_usual) as page:
            sign_in(page, person.email)
            page.goto(f"/matches/{case.match.pk}/")
            page.get_by_label("yes").check()
            page.get_by_role("button", name="Send the answer").click()
            page.get_by_text("Thank you. Your answer is with the broker.").wait_for()
    with window(browser, live_server.url, **as_usual) as page:
        sign_in(page, case.broker.email)
        page.goto("/cases/")
        page.get_by_role("link", name=case.match.need.title).click()
        page.get_by_label("Next step").fill("Call both on Monday")
        page.get_by_role("button", name="Save the next step").click()
        page.get_by_text("Call both on Monday").first.wait_for()
        page.get_by_text("Say where they stand…").click()
        page.get_by_label("Agreement", exact=True).check()
        page.get_by_role("button", name="Save where they stand").click()
        page.get_by_text("What was achieved…").click()
        page.locator("#record").get_by_label("the side of the need").check()
        page.get_by_label("Jobs created or kept").fill("2")
        page.get_by_role("button", name="Record what you heard").click()
        page.goto("/cases/")
        column = page.get_by_role("region", name=re.compile("^Agreement"))
        column.get_by_role("link", name=case.match.need.title).wait_for()
    done = Case.objects.get()
    assert (done.match.state, done.next_step) == (MatchState.AGREEMENT, "")  # nothing is left to be done
    assert done.achievements.get().jobs == 2


def test_a_need_is_written_and_a_match_is_decided_and_answered_with_the_keyboard_alone(browser, live_server, case):
    with window(browser, live_server.url) as page:
        sign_in_by_keyboard(page, case.seeker.email)
        press(page, "link", "Describe a need")
        write(page, "What would you like to solve?", "We lose heat from our ovens and would like to use it.")
        press(page, "button", "Publish")
        page.get_by_text("We are comparing your need with every offer").wait_for()
    with window(browser, live_server.url) as page:
        sign_in_by_keyboard(page, case.broker.email)
        page.goto("/queue/")
        for key in ("j", "a"):
            page.keyboard.press(key)
        page.get_by_text("Both sides are being asked by mail").wait_for()
    for person in (case.seeker, case.provider):
        with window(browser, live_server.url) as page:
            sign_in_by_keyboard(page, person.email)
            page.goto(f"/matches/{case.match.pk}/")
            go_to(page, page.get_by_role("radio").first)
            page.keyboard.press("Space")
            press(page, "button", "Send the answer")
            page.get_by_text("Thank you. Your answer is with the broker.").wait_for()
    assert Match.objects.get(pk=case.match.pk).state == MatchState.INTRODUCED


def sign_in_by_keyboard(page, email):
    page.goto("/accounts/login/")
    write(page, "Email", email)
    write(page, "Password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page, label, words):
    go_to(page, page.get_by_label(label))
    page.keyboard.insert_text(words)


def press(page, role, name):
    go_to(page, page.get_by_role(role, name=name).first)
    page.keyboard.press("Enter")


def go_to(page, wanted):
    """Tab by tab, as somebody does who has no mouse; where one is must be seen all the way."""
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            assert wanted.evaluate(IS_SEEN), "the focus is not seen"
            return
    raise AssertionError(f"{wanted} is not reached by tabs")
