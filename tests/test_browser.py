"""Journeys through the pages in a real browser, with and without JavaScript."""

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Organisation
from catalog import import_jobs, views
from catalog.embedding import embed_stale_documents
from catalog.models import Need, Offer
from matchmaking import waking
from matchmaking.codes import MatchState
from matchmaking.due import match_due_needs
from matchmaking.models import Match
from matchmaking.reviewing import accept
from tests.browsing import sign_in, window
from tests.factories import make_case, make_cluster, make_need, make_offer, make_organisation, make_user
from tests.sampling import sampled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINE = 44  # pixels a line of the navigation is high
NEED = "Every evening we throw away a third of our bread dough because we never know how much will be sold."
OFFER = "Our software forecasts the demand of each bakery branch and day, so that less bread is thrown away."


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """There is none in a test: the test does its work."""
    monkeypatch.setattr(waking, "_wake_now", lambda task: None)
    monkeypatch.setattr(import_jobs.current_app, "send_task", lambda task: None)


def make_person(**fields):
    """Somebody who may sign in: the address is confirmed."""
    user = make_user(**fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def people():
    """A baker, a software maker, and the broker of the baker's cluster."""
    baker, maker, broker = make_person(name="Baker"), make_person(name="Maker"), make_person(name="Broker")
    cluster = make_cluster(brokers=(broker,), is_default=True)
    make_organisation(people=(baker,), clusters=(cluster,))
    make_offer(
        organisation=make_organisation(people=(maker,)), title="Demand forecasts for bakeries", description=OFFER
    )
    return baker, maker, broker


def work():
    """What the worker does all the time."""
    import_jobs.run_pending()
    while embed_stale_documents():
        pass
    match_due_needs()


def answer_yes(browser, address, person):
    with window(browser, address) as page:
        sign_in(page, person.email)
        page.goto(f"/matches/{Match.objects.get().pk}/")
        page.get_by_label("yes").check()
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_text("Thank you. Your answer is with the broker.").wait_for()


def test_from_a_need_to_an_introduction(browser, live_server, people):
    baker, maker, broker = people
    with window(browser, live_server.url) as page:
        sign_in(page, baker.email)
        page.get_by_role("link", name="Describe a need").first.click()
        page.get_by_label("What would you like to solve?").fill(NEED)
        page.get_by_role("button", name="Publish").click()
        page.get_by_text("We are comparing your need with every offer").wait_for()
        work()
        page.get_by_role("link", name="Demand forecasts for bakeries").wait_for()  # the page looks again by itself
        assert page.get_by_text("Not yet reviewed by a broker").is_visible()
    with window(browser, live_server.url) as page:
        sign_in(page, broker.email)
        page.goto("/queue/")
        page.keyboard.press("j")
        page.keyboard.press("a")
        page.get_by_text("Both sides are being asked by mail").wait_for()
    answer_yes(browser, live_server.url, baker)
    answer_yes(browser, live_server.url, maker)
    assert Match.objects.get().state == MatchState.INTRODUCED


def test_a_provider_imports_a_table_and_answers_for_what_was_in_it(browser, live_server, people, tmp_path):
    baker, maker, broker = people
    Offer.objects.all().delete()
    make_need(description=NEED, organisation=Organisation.objects.of(baker).get())
    table = tmp_path / "offers.csv"
    table.write_text(f"Nr;Titel;Beschreibung\n1;Demand forecasts for bakeries;{OFFER}\n2;;This row has no title\n")
    with window(browser, live_server.url) as page:
        sign_in(page, maker.email)
        page.goto("/offers/")
        page.get_by_role("link", name="Import a table").click()
        page.get_by_label("File", exact=True).set_input_files(table)
        page.get_by_role("button", name="Show the first rows").click()
        page.get_by_text("cannot be imported").wait_for()
        page.get_by_label("Publish what is new at once").check()
        page.get_by_role("button", name="Import the file").click()
        page.get_by_text("It begins in a moment").wait_for()
        work()
        page.get_by_text("What is new is published").wait_for()  # the page looks again by itself
        with page.expect_download() as report:
            page.get_by_role("link", name="Download the rows with problems").click()
        assert "This row has no title" in report.value.path().read_text(encoding="utf-8-sig")
        page.goto("/demand/")
        page.get_by_role("link", name="Less waste of dough", exact=True).wait_for()
    match = Match.objects.get()
    accept(match, by=broker)
    answer_yes(browser, live_server.url, maker)
    assert match.asks.get(side="offer").answer == "yes"


def test_a_need_is_written_and_corrected_without_javascript(browser, live_server, people):
    baker, _maker, _broker = people
    with window(browser, live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 800}) as page:
        sign_in(page, baker.email)
        page.goto("/needs/new/")
        page.get_by_role("button", name="Publish").click()
        assert page.title().startswith("Error:")
        assert page.locator(".error-summary").evaluate("box => box === document.activeElement")
        page.get_by_role("link", name="What would you like to solve?").click()
        page.get_by_label("What would you like to solve?").fill(NEED)
        page.get_by_role("button", name="Save as a draft").click()
        page.get_by_text("The draft is saved.").wait_for()
    assert Need.objects.get().description == NEED


def test_what_was_typed_outlives_leaving_the_page_and_is_gone_once_it_is_saved_or_somebody_else_signs_in(
    browser, live_server, people, monkeypatch
):
    monkeypatch.setattr(views, "sayings", lambda *asked: [])  # no encoder is needed for this
    baker, maker, _broker = people
    kept = "Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"
    with window(browser, live_server.url) as page:
        box = page.get_by_label("What would you like to solve?")
        page.goto("/")
        box.fill("We lose heat")
        page.goto("/")  # before the first pause in typing
        page.get_by_role("button", name="Put it back").click()
        assert box.input_value() == "We lose heat"
        sign_in(page, baker.email)
        page.goto("/needs/new/")
        assert not page.get_by_text("Your browser kept what you typed").is_visible()
        box.fill(NEED)
        page.locator("details.step summary").first.click()
        page.locator("#id_summary").fill("Less waste")
        page.goto("/needs/new/")
        page.get_by_role("button", name="Put it back").click()
        assert box.input_value() == NEED
        assert page.locator("#id_summary:visible").input_value() == "Less waste"
        page.goto("/needs/new/")
        page.get_by_role("button", name="Discard it").click()
        assert (box.input_value(), page.evaluate(kept)) == ("", 0)
        box.fill(NEED)
        page.get_by_role("button", name="Save as a draft").click()
        page.get_by_text("The draft is saved.").wait_for()
        assert page.evaluate(kept) == 0
        page.get_by_role("link", name="Change it").click()
        page.locator("#id_description").fill("Secret plans")
        page.goto(page.url)
        page.get_by_role("button", name="Put it back").wait_for()
        page.context.clear_cookies()  # the session ends without a sign-out
        sign_in(page, maker.email)
        assert page.evaluate(kept) == 0
        page.goto("/needs/new/")
        box.fill("Other plans")
        page.goto("/needs/new/")
        assert page.evaluate(kept) == 1
        page.get_by_text("Maker", exact=True).click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("link", name="Sign in", exact=True).wait_for()
        assert page.evaluate(kept) == 0


def test_of_what_was_typed_only_what_was_saved_is_gone(browser, live_server, people, monkeypatch):
    monkeypatch.setattr(views, "sayings", lambda *asked: [])
    baker, _maker, _broker = people
    type(baker).objects.filter(pk=baker.pk).update(kept_text="We lose heat")
    trial = f"""localStorage.setItem('draft:{baker.pk}:try',
        JSON.stringify([{{at: Date.now(), values: {{text: ['We lose heat']}}}}]))"""
    with window(browser, live_server.url) as page:
        sign_in(page, baker.email)
        page.evaluate(trial)
        page.goto("/needs/new/")
        assert page.evaluate(f"localStorage.getItem('draft:{baker.pk}:try')") is None
        box = page.get_by_label("What would you like to solve?")
        box.fill("Lost with the connection")
        page.goto("/needs/new/")
        box.fill(NEED)
        page.locator("[name=visibility]").evaluate_all("all => all.forEach(one => { one.disabled = true; })")
        page.get_by_role("button", name="Save as a draft").click()
        page.locator(".error-summary").wait_for()
        page.locator("[name=visibility]").first.check()
        page.get_by_role("button", name="Save as a draft").click()
        page.get_by_text("The draft is saved.").wait_for()
        page.goto("/needs/new/")
        page.get_by_text("Lost with the connection").wait_for()
        page.get_by_role("button", name="Discard it").click()
        assert not page.get_by_text("Your browser kept what you typed").is_visible()


def test_evidence_lights_up_on_both_sides_and_the_theme_is_remembered(browser, live_server):
    broker = make_person()
    need, offer = {"description": "We throw away dough."}, {"description": "It forecasts demand."}
    pair = {"need": need["description"], "offer": offer["description"], "score": 0.9}
    case = make_case(need=need, offer=offer, bridge=[pair], cluster=make_cluster(brokers=(broker,)))
    with window(browser, live_server.url, color_scheme="light") as page:
        sign_in(page, broker.email)
        page.goto(f"/matches/{case.match.pk}/")
        page.locator("#need-1").hover()
        assert "is-lit" in page.locator("#offer-1").get_attribute("class")
        page.get_by_role("button", name="Switch between light and dark").click()
        page.reload()
        assert page.locator("html").get_attribute("data-theme") == "dark"
        page.keyboard.press("r")
        assert page.get_by_label("Reason").evaluate("field => field === document.activeElement")


@pytest.mark.parametrize(("width", "language"), sampled([(360, "de"), (360, "pl"), (360, "es"), (1920, "en")], 1))
def test_nothing_is_wider_than_the_window(browser, live_server, width, language):
    person = make_person(is_staff=True)
    title = "Wärmerückgewinnungsanlagenbetriebsführungsgesellschaft " * 4
    case = make_case(
        need={"title": title, "description": "https://" + "a" * 200}, cluster=make_cluster(brokers=(person,))
    )
    addresses = ["/", "/queue/", "/needs/", "/offers/", f"/matches/{case.match.pk}/", f"/needs/{case.match.need.pk}/"]
    addresses += ["/exposure/", "/ranking/", "/search/?kind=offer", "/mail/"]
    with window(browser, live_server.url, viewport={"width": width, "height": 900}) as page:
        sign_in(page, person.email)
        page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.locator(".site-nav").bounding_box()["height"] < 2 * LINE


def test_on_a_phone_filters_are_folded_away_until_one_is_set_and_menus_stay_in_the_window(
    browser, live_server, people
):
    with window(browser, live_server.url, viewport={"width": 390, "height": 800}) as page:
        sign_in(page, people[2].email)
        page.goto("/queue/")
        country = page.get_by_label("Country", exact=True)
        assert not country.is_visible()
        page.get_by_text("Filter and order").click()
        country.select_option("DE")
        page.wait_for_url("**country=DE**")
        page.reload()
        assert country.is_visible()
        for menu in page.locator(".site-tools details.menu").all():
            menu.locator("summary").click()
            place = menu.locator(".menu-list").bounding_box()
            assert place["x"] >= 0
            assert place["x"] + place["width"] <= 390
