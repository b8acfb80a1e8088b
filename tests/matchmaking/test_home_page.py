"""The first page: for a visitor, for somebody signed in, and the frame of every page."""

import gzip
import re
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import User
from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents
from catalog.encoder.failures import EncoderError
from catalog.models import Need
from matchmaking import correcting, trial
from matchmaking.codes import MatchState
from matchmaking.demo.loading import load
from matchmaking.pipeline import propose
from matchmaking.retention import apply
from matchmaking.views import home
from tests.factories import make_case, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

TEXT = "We throw away a third of our dough every evening."


class Found:
    """What the engine proposes, made by hand."""

    def __init__(self, offer):
        self.offer = offer
        self.reasons, self.probability = [], 0.5


@pytest.fixture
def engine(monkeypatch):
    """The offers in this list are what the engine finds."""
    found = []
    monkeypatch.setattr(correcting, "propose", lambda text, top, *corrected: [Found(offer) for offer in found][:top])
    monkeypatch.setattr(correcting, "understood", lambda text, language: [])
    return found


def try_it(client, **form):
    return client.post(reverse("try"), {"text": TEXT} | form)


def test_a_visitor_reads_what_this_is_and_finds_one_text_box(client):
    page = client.get("/")
    assert "What would you like to solve?" in page.text
    assert page.text.count("<textarea") == 1


def test_a_visitor_sees_teasers_whatever_the_visibility_and_nothing_is_stored(client, engine):
    maker = make_organisation(name="Mehlwerk AG")
    engine += [make_offer(organisation=maker, title=f"Mehlwerk {how}", visibility=how) for how in
               ("public", "anonymous", "network")]  # fmt: skip
    page = try_it(client)
    assert "[…] public" in page.text
    assert "[…] anonymous" in page.text
    assert "network" not in page.text
    assert "Mehlwerk" not in page.text
    assert not Need.objects.exists()
    assert not client.session.keys()


def test_nothing_that_fits_is_an_answer(client, engine):
    assert "Nothing fits yet" in try_it(client).text


def test_whoever_wrote_little_is_asked_for_more(client, engine):
    assert "Your text is short." in try_it(client).text
    assert "Your text is short." not in try_it(client, text=f"{TEXT} " * 6).text


def test_while_offers_wait_to_be_read_nobody_is_told_that_nothing_fits(client, engine):
    make_offer()
    assert "Not all offers are read yet" in try_it(client).text
    assert "Nothing fits yet" not in try_it(client).text
    embed_stale_documents()
    assert "Nothing fits yet" in try_it(client).text


def test_a_text_to_be_kept_waits_for_the_sign_up_and_fills_the_form(client):
    assert try_it(client, keep="").url == reverse("account_signup")
    user = make_user()
    make_organisation(people=(user,))
    client.force_login(user)
    assert "Your text is kept" in client.get("/").text
    assert TEXT in client.get(reverse("need-new")).text
    client.post(reverse("need-new"), {"description": TEXT, "visibility": "anonymous"})
    assert "Your text is kept" not in client.get("/").text


def test_a_kept_text_of_a_visitor_is_gone_after_the_time_of_a_trial(client):
    try_it(client, keep="1")
    trial_days = settings.RETENTION_DAYS["trials"]
    assert abs(client.session.get_expiry_age() - trial_days * 24 * 3600) < 60


def sign_up(client, organisation="Backhaus"):
    data = {
        "email": "baker@bakery.example", "password1": "correct horse battery", "name": "Kim", "language": "en",
        "organisation": organisation, "country": "DE", "kind": "sme",
    }  # fmt: skip
    return client.post(reverse("account_signup"), data)


def confirm(mail):
    """Opened in another browser, which knows nothing of the try."""
    address = re.search(r"http://testserver(/accounts/confirm-email/\S+/)", mail.body).group(1)
    Client().post(address)


def test_a_kept_text_is_a_draft_when_the_address_is_confirmed_in_another_browser(client, mailoutbox):
    try_it(client, keep="")
    assert client.post(reverse("account_signup"), {"email": "nonsense"}).status_code == 200
    sign_up(client)
    assert not Need.objects.exists()
    confirm(mailoutbox[-1])
    need = Need.objects.get()
    assert (need.description, need.state, need.visibility) == (TEXT, "draft", "anonymous")
    assert need.author.email == "baker@bakery.example"
    assert need.author.kept_text == ""


def test_a_kept_text_waits_for_an_organisation_that_must_let_its_author_in(client, mailoutbox):
    organisation = make_organisation(name="Backhaus", people=(make_user(),))
    try_it(client, keep="")
    sign_up(client)
    confirm(mailoutbox[0])
    assert not Need.objects.exists()
    person = User.objects.get(email="baker@bakery.example")
    client.force_login(person)
    assert "Your text is kept" in client.get("/").text
    organisation.memberships.update(state="approved")
    client.post(reverse("need-new"), {"description": TEXT, "visibility": "anonymous"})
    person.refresh_from_db()
    assert person.kept_text == ""


def test_a_text_that_waited_too_long_is_forgotten():
    person = make_user(kept_text=TEXT, date_joined=timezone.now() - timedelta(days=8))
    younger = make_user(kept_text=TEXT)
    apply()
    assert User.objects.get(pk=person.pk).kept_text == ""
    assert User.objects.get(pk=younger.pk).kept_text == TEXT


@pytest.mark.parametrize("text", ["", "short", "x" * 4001])
def test_too_little_or_too_much_text_is_said_kindly(client, text):
    page = try_it(client, text=text)
    assert page.status_code == 422
    assert "There is a problem" in page.text


def test_one_address_tries_so_many_times_an_hour(client, engine, monkeypatch):
    monkeypatch.setattr(trial, "TRIALS_AN_HOUR", 2)
    assert [try_it(client).status_code for _ in range(3)] == [200, 200, 422]


def test_behind_a_proxy_each_visitor_is_counted_alone(client, engine, monkeypatch, settings):
    monkeypatch.setattr(trial, "TRIALS_AN_HOUR", 1)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for address in ("203.0.113.1", "203.0.113.2"):
        assert client.post(reverse("try"), {"text": TEXT}, headers={"x-forwarded-for": address}).status_code == 200
    forged = {"x-forwarded-for": "198.51.100.9, 203.0.113.1"}
    assert client.post(reverse("try"), {"text": TEXT}, headers=forged).status_code == 422


def test_the_dashboard_shows_each_role_what_waits(client):
    case = make_case(state=MatchState.PROPOSED)
    for person, words in [
        (case.broker, "Waiting for your decision"),
        (case.seeker, "1 suggestion"),
        (case.provider, case.match.offer.title),
    ]:
        client.force_login(person)
        assert words in client.get("/").text


def test_the_dashboard_costs_few_queries(client, django_assert_max_num_queries):
    case = make_case(state=MatchState.PROPOSED)
    client.force_login(case.broker)
    with django_assert_max_num_queries(12):
        client.get("/")


def test_the_navigation_shows_the_queue_to_brokers_only(client):
    case = make_case(state=MatchState.PROPOSED)
    for person, seen in [(case.broker, True), (case.seeker, False)]:
        client.force_login(person)
        assert (f'href="{reverse("queue")}"' in client.get(reverse("need-list")).text) == seen


def test_no_page_may_run_an_inline_script_or_style(client):
    page = client.get("/")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert "onclick" not in page.text


def test_the_accent_colour_of_the_installation_is_a_style_sheet_of_its_own(client, settings):
    settings.SITE_ACCENT = "#7a1f5c"
    assert f'href="{reverse("accent")}"' in client.get("/").text
    sheet = client.get(reverse("accent"))
    assert sheet.headers["Content-Type"] == "text/css"
    assert "#7a1f5c" in sheet.text


def test_pages_are_compressed_on_their_way_and_answers_of_the_api_keep_their_versions(client):
    reads_it, offer = {"accept-encoding": "gzip"}, make_offer()
    page = client.get("/", headers=reads_it)
    assert page["Content-Encoding"] == "gzip"
    assert gzip.decompress(page.content).startswith(b"<!doctype html>")
    answer = client.get(f"/api/v1/offers/{offer.pk}/", headers=reads_it)
    assert "Content-Encoding" not in answer
    assert answer["ETag"].startswith('"')


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_the_pages_of_the_account_look_like_the_others(client, name):
    page = client.get(reverse(name))
    assert "site-header" in page.text
    assert "button-primary" in page.text


def test_a_page_that_is_not_there_says_so_in_the_same_look(client):
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "This page is not here" in page.text


def test_a_failure_shows_a_page_that_needs_nothing(client, monkeypatch):
    def fail(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(home, "TrialForm", fail)
    client.raise_request_exception = False
    page = client.get("/")
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text


def test_a_form_without_its_token_explains_itself(client):
    client.handler.enforce_csrf_checks = True
    page = client.post(reverse("try"), {"text": TEXT})
    assert page.status_code == 403
    assert "open for too long" in page.text


@pytest.mark.long
def test_the_example_of_the_first_page_is_what_the_demo_answers_best_in_every_language(client):
    load()
    while embed_stale_documents():
        pass
    refresh_if_grown()
    for language, _name in settings.LANGUAGES:
        page = client.get("/", headers={"accept-language": language}).content.decode()
        example = re.search(r'class="hero-pair".*?<p>(.*?)</p>', page, re.DOTALL)[1]
        text = strip_tags(re.sub(r'<span class="number-mark">1</span>', "", unescape(example)))
        (first,) = propose(text.strip("“”„«» "), 1)
        assert "inasistencia" in first.offer.title, language


def test_a_try_while_no_text_can_be_read_is_told_so_and_keeps_the_text(client, monkeypatch):
    def unavailable(*arguments):
        raise EncoderError("The encoder is away.")

    monkeypatch.setattr(home, "tried", unavailable)
    page = client.post(reverse("try"), {"text": TEXT})
    assert page.status_code == 422
    assert "The texts cannot be compared at the moment." in page.text
    assert TEXT in page.text
