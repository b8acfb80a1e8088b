"""What is typed into forms about a match, and pressed on them, in a real browser."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session

from catalog import views
from catalog.encoder.failures import EncoderError
from catalog.models import Need
from matchmaking import questions, waking
from matchmaking.codes import MatchState, Topic
from matchmaking.models import CaseEvent
from matchmaking.reviewing import accept
from matchmaking.views import home
from tests.browsing import sign_in, window
from tests.factories import make_case, make_organisation, make_user
from tests.matchmaking.test_cases import introduced

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "Is it for small bakeries, too?"
TWICE = "button => { setTimeout(() => button.click(), 0); setTimeout(() => button.click(), 200); }"  # milliseconds
DRAFTS = "Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(waking, "_wake_now", lambda task: None)
    monkeypatch.setattr(views, "sayings", lambda *asked: [])  # no encoder either


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


def test_a_second_tap_sends_nothing_and_the_next_word_is_sent_again(browser, live_server):
    case = introduced()
    confirmed(case.broker)
    with window(browser, live_server.url) as page:
        sent = []
        sign_in(page, case.broker.email)
        page.route("**/note/", lambda route: sent.append(route))  # on its way until the test lets it go on
        page.goto(f"/matches/{case.match.pk}/")
        for number, text in enumerate(("They met.", "They met again."), start=1):
            form = form_with(page, "Keep the note")
            form.locator("textarea").fill(text)
            form.get_by_role("button", name="Keep the note").evaluate(TWICE)
            page.wait_for_timeout(600)
            assert len(sent) == number
            sent[-1].continue_()
            page.get_by_text("Only brokers read it.").wait_for()
    assert CaseEvent.objects.filter(text__startswith="They met").count() == 2


def test_of_two_buttons_of_a_form_the_one_that_was_pressed_is_sent_and_again_after_going_back(browser, live_server):
    person = confirmed(make_user())
    make_organisation(people=(person,))
    with window(browser, live_server.url) as page:
        sign_in(page, person.email)
        page.goto("/needs/new/")
        for words in ("We lose a third of our dough.", "We lose heat through the roof."):
            page.get_by_label("What would you like to solve?").fill(words)
            page.get_by_role("button", name="Publish").click()
            page.get_by_text("Published.").wait_for()
            page.go_back()
    assert sorted(Need.objects.values_list("description", "state")) == [
        ("We lose a third of our dough.", "published"),
        ("We lose heat through the roof.", "published"),
    ]


def test_keys_of_the_queue_do_nothing_before_a_row_is_chosen_and_enter_opens_what_has_the_focus(browser, live_server):
    case = make_case(state=MatchState.PROPOSED)
    with window(browser, live_server.url) as page:
        sign_in(page, confirmed(case.broker).email)
        page.goto("/queue/")
        page.keyboard.press("a")
        page.get_by_role("link", name="Cases", exact=True).focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Cases").wait_for()
        case.match.refresh_from_db()
        assert case.match.state == MatchState.PROPOSED
        page.goto("/queue/")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/matches/{case.match.pk}/")


def test_what_is_put_back_over_a_text_that_was_changed_meanwhile_is_not_saved_unawares(browser, live_server):
    case = make_case()
    need = case.match.need
    with window(browser, live_server.url) as page:
        sign_in(page, confirmed(case.seeker).email)
        page.goto(f"/needs/{need.pk}/edit/")
        page.locator("#id_description").fill("What I had in mind before.")
        page.goto("/")
        colleague_s = Need.objects.get(pk=need.pk)
        colleague_s.description = "What a colleague wrote."
        colleague_s.save()
        page.goto(f"/needs/{need.pk}/edit/")
        page.get_by_role("button", name="Put it back").click()
        page.get_by_role("button", name="Save").first.click()
        page.locator(".error-summary").wait_for()
        assert Need.objects.get(pk=need.pk).description == "What a colleague wrote."


def test_a_form_whose_answer_cannot_be_shown_is_sent_as_if_there_were_no_script(browser, live_server, monkeypatch):
    monkeypatch.setattr(home, "suggested", unavailable)
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.route("**/try/", lambda sent: sent.abort() if "hx-request" in sent.request.headers else sent.continue_())
    page.goto("/")
    page.get_by_role("textbox").first.fill("We lose heat.")
    page.get_by_role("button", name="Show who could help").click()
    page.get_by_text("The texts cannot be compared at the moment.").wait_for()
    context.close()


def unavailable(*arguments):
    raise EncoderError("The encoder is away.")


def test_after_suggestions_reading_goes_on_there_and_what_was_added_since_is_kept(browser, live_server):
    with window(browser, live_server.url) as page:
        page.goto("/")
        box = page.get_by_role("textbox").first
        box.fill("We lose heat.")
        page.get_by_role("button", name="Show who could help").click()
        page.locator("#answer:focus").wait_for()
        box.fill("We lose heat from two ovens.")
        page.get_by_role("button", name="Keep it and create an account").click()
        page.wait_for_url("**/signup/")
        sessions = [one.get_decoded() for one in Session.objects.all()]
        assert "We lose heat from two ovens." in str(sessions)
