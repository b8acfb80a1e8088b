"""What is typed into forms about a match, and pressed on them, in a real browser."""

import pytest
from allauth.account.models import EmailAddress

from matchmaking import questions, waking
from matchmaking.codes import MatchState, Topic
from matchmaking.reviewing import accept
from tests.browsing import chromium, sign_in, window
from tests.factories import make_case
from tests.matchmaking.test_cases import introduced

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "Is it for small bakeries, too?"
DRAFTS = "Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(waking, "_wake_now", lambda task: None)


def confirmed(person):
    """Somebody who may sign in."""
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def accepted():
    case = make_case(state=MatchState.PROPOSED)
    accept(case.match, by=case.broker)
    return case


def asked():
    case = accepted()
    questions.ask(case.match, "need", Topic.PAYBACK, "", by=case.seeker)
    return case


def form_with(page, button):
    """The form with this button, and nothing around it folded away."""
    page.locator("details.step").evaluate_all("all => all.forEach(one => one.setAttribute('open', ''))")
    return page.locator("form[data-draft]").filter(has=page.get_by_role("button", name=button, exact=True))


@pytest.mark.parametrize(
    ("make", "who", "button", "done"),
    [
        (accepted, "broker", "Save the draft", "The introduction is saved."),
        (accepted, "seeker", "Ask", "Asked, without your name."),
        (asked, "provider", "Send the answer", "Sent, without your name."),
        (introduced, "broker", "Keep the note", "Only brokers read it."),
    ],
)
def test_what_is_written_about_a_match_outlives_the_end_of_the_session_and_is_gone_once_it_is_sent(
    browser, live_server, make, who, button, done
):
    case = make()
    address, person = f"/matches/{case.match.pk}/", confirmed(getattr(case, who))
    with window(browser, live_server.url) as page:
        sign_in(page, person.email)
        page.goto(address)
        form_with(page, button).locator("textarea").fill(WORDS)
        page.context.clear_cookies()
        sign_in(page, person.email)
        page.goto(address)
        page.get_by_role("button", name="Put it back").click()
        assert form_with(page, button).locator("textarea").input_value() == WORDS
        form_with(page, button).get_by_role("button", name=button, exact=True).click()
        page.get_by_text(done).wait_for()
        assert page.evaluate(DRAFTS) == 0
