"""Saved searches: what was searched, new hits only, one mail for all that is due, clients who confirm once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog.codes import State
from catalog.models import Offer
from matchmaking.consent import leave, silence
from matchmaking.mailing import send
from matchmaking.models import Mail, MailGroup, MailKind, MailState, SavedSearch, SearchHit
from matchmaking.retention import apply
from matchmaking.saved_searches import due_searches, open_due_searches, save
from matchmaking.searching import Search
from tests.factories import make_cluster, make_offer, make_organisation, make_user
from tests.matchmaking.mail_reading import html_of, link_to, read, text_of
from tests.matchmaking.mail_server import mail_server

pytestmark = pytest.mark.django_db

PORTUGAL = Search("offer", "", "en", {"country": "PT"})
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
CLIENT = {"client_email": "Client@firm.example", "client_language": "en"}


def saved(owner=None, *, client=None, search=PORTUGAL, name="My Portugal", frequency="weekly"):
    """A search saved two weeks ago."""
    kept = save(owner or make_user(), search, name, frequency, client or {})
    SavedSearch.objects.filter(pk=kept.pk).update(created_at=WEDNESDAY - timedelta(days=14))
    return SavedSearch.objects.get(pk=kept.pk)


def offer_in_portugal(**overrides):
    organisation = make_organisation(country="PT")
    return make_offer(**({"organisation": organisation, "created_at": WEDNESDAY - timedelta(days=1)} | overrides))


def broker():
    person = make_user(name="Bea Broker")
    make_cluster(brokers=(person,))
    return person


def told(moment=WEDNESDAY):
    """What the searches due at a moment tell, mail by mail, counted as sent."""
    before = set(Mail.objects.values_list("pk", flat=True))
    open_due_searches(moment)
    messages = []
    for mail in Mail.objects.filter(kind=MailKind.SEARCH).exclude(pk__in=before).order_by("pk"):
        message = read(mail)
        Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT if message else MailState.DROPPED)
        messages.append(message)
    return messages


def test_a_mail_shows_what_was_searched_and_new_hits_only():
    search = saved()
    offer_in_portugal(title="Old one", created_at=WEDNESDAY - timedelta(days=30))
    offer_in_portugal(title="New one")
    (message,) = told()
    assert message["Subject"] == "1 new hit: “My Portugal”"
    for part in (text_of(message), html_of(message)):
        assert "Offers, Portugal" in part
        assert "New one" in part
        assert "Old one" not in part
        assert "INVALID" not in part
    assert search.owner.email in message["To"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_hit_is_told_once_and_nothing_new_is_no_mail():
    saved()
    offer_in_portugal()
    assert told()[0]
    assert told(WEDNESDAY + timedelta(days=7)) == [None]
    offer_in_portugal(title="Another")
    (again,) = told(WEDNESDAY + timedelta(days=14))
    assert "Another" in text_of(again)
    assert "Demand forecasting" not in text_of(again)


def test_all_searches_of_a_person_that_are_due_make_one_mail():
    owner = make_user()
    saved(owner)
    saved(owner, search=Search("need", "", "en", {}), name="Needs")
    saved(owner, search=Search("offer", "", "en", {"country": "FR"}), name="France")
    offer_in_portugal()
    make_offer(organisation=make_organisation(country="FR"), created_at=WEDNESDAY)
    (message,) = told()
    assert message["Subject"] == "2 new hits: “My Portugal”, “France”"


def test_a_search_is_due_once_a_period_at_its_owner_s_day_and_caught_up_with_once():
    search = saved()
    assert open_due_searches(WEDNESDAY) == 1
    assert open_due_searches(WEDNESDAY) == 0
    assert not due_searches(WEDNESDAY + timedelta(days=5)).exists()
    assert open_due_searches(WEDNESDAY + timedelta(days=40)) == 1
    SavedSearch.objects.filter(pk=search.pk).update(frequency="never")
    assert not due_searches(WEDNESDAY + timedelta(days=80)).exists()


def test_a_search_just_saved_waits_for_the_next_period():
    search = saved()
    SavedSearch.objects.filter(pk=search.pk).update(created_at=WEDNESDAY - timedelta(hours=1))
    assert not due_searches(WEDNESDAY).exists()
    assert due_searches(WEDNESDAY + timedelta(days=7)).exists()


def test_what_a_failed_mail_held_is_told_in_the_next_and_what_one_in_doubt_held_is_not():
    saved()
    offer_in_portugal()
    told()
    Mail.objects.update(state=MailState.FAILED)
    assert told(WEDNESDAY + timedelta(days=7))[0]
    Mail.objects.update(state=MailState.IN_DOUBT)
    assert told(WEDNESDAY + timedelta(days=14)) == [None]


def test_a_mail_holds_the_best_and_says_how_many_more(settings):
    settings.DIGEST_ITEMS = 2
    saved()
    for _ in range(5):
        offer_in_portugal()
    (message,) = told()
    assert "And 3 more" in text_of(message)
    assert SearchHit.objects.count() == 2


@pytest.mark.parametrize("cause", ["ended", "left", "closed", "hidden", "never", "silenced", "inactive"])
def test_what_is_withdrawn_between_selection_and_sending_counts(settings, cause):
    search = saved()
    offer_in_portugal()
    open_due_searches(WEDNESDAY)
    mail = Mail.objects.get(kind=MailKind.SEARCH)
    if cause == "ended":
        SavedSearch.objects.end()
    elif cause == "left":
        leave(search.owner, [MailGroup.SEARCHES])
    elif cause == "never":
        SavedSearch.objects.update(frequency="never")
    elif cause == "silenced":
        silence(search.owner.email, "bounce")
    elif cause == "inactive":
        User.objects.update(is_active=False)
    else:
        Offer.objects.update(**{"state": State.WITHDRAWN} if cause == "closed" else {"visibility": "network"})
    with mail_server(settings) as server:
        assert send(mail.pk) == MailState.DROPPED
    assert not server.received


# Clients


def test_a_client_confirms_once_by_a_signed_link_and_then_gets_what_everybody_may_see(client):
    search = saved(broker(), client=CLIENT)
    offer_in_portugal(visibility="anonymous", organisation=make_organisation(name="Secret (demo)", country="PT"))
    offer_in_portugal(visibility="network", title="Inside only")
    assert open_due_searches(WEDNESDAY) == 0
    question = read(Mail.objects.get(kind=MailKind.CONFIRM))
    assert "Offers, Portugal" in text_of(question)
    assert "Bea Broker" in text_of(question)
    assert "INVALID" not in html_of(question)
    path = link_to(question, "/answer/search/")
    assert client.get(path).status_code == 200
    search.refresh_from_db()
    assert search.confirmed_at is None
    assert client.post(path).status_code == 200
    assert client.get(path).status_code == 410
    (message,) = told()
    assert message["To"].addresses[0].addr_spec == "Client@firm.example"
    assert "Secret" not in text_of(message)
    assert "Inside only" not in text_of(message)
    assert "Demand forecasting" in text_of(message)


def test_a_client_leaves_with_one_click_and_is_asked_no_more():
    owner = broker()
    search = saved(owner, client=CLIENT)
    saved(owner, client=CLIENT, name="Second")
    search.confirm()
    offer_in_portugal()
    (message,) = told()
    path = "/" + message["List-Unsubscribe"].strip().strip("<>").split("/", 3)[3]
    mail_program = Client(enforce_csrf_checks=True)
    assert mail_program.get(path).status_code == 200
    assert SavedSearch.objects.of(owner).count() == 2
    assert mail_program.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not SavedSearch.objects.of(owner).exists()
    assert read(Mail.objects.filter(kind=MailKind.CONFIRM).last()) is None


def test_only_brokers_write_to_clients_and_not_to_people_with_an_account():
    with pytest.raises(ValidationError):
        saved(make_user(), client=CLIENT)
    owner = broker()
    with pytest.raises(ValidationError):
        saved(owner, client={"client_email": owner.email, "client_language": "en"})
    silence("client@firm.example", "complaint")
    with pytest.raises(ValidationError):
        saved(owner, client=CLIENT)
    assert not Mail.objects.filter(kind=MailKind.CONFIRM).exists()


def test_the_question_to_a_client_is_sent_once(settings):
    saved(broker(), client=CLIENT)
    mail = Mail.objects.get(kind=MailKind.CONFIRM)
    with mail_server(settings) as server:
        assert [send(mail.pk), send(mail.pk)] == [MailState.SENT] * 2
    assert server.recipients == {"Client@firm.example": 1}


def test_an_unanswered_question_and_an_ended_search_are_forgotten():
    owner = broker()
    unanswered, ended, kept = saved(owner, client=CLIENT), saved(owner), saved(owner)
    SavedSearch.objects.filter(pk=unanswered.pk).update(created_at=timezone.now() - timedelta(days=50))
    SavedSearch.objects.filter(pk=ended.pk).update(ended_at=timezone.now() - timedelta(days=31))
    assert apply()["saved searches deleted"] == 2
    assert list(SavedSearch.objects.all()) == [kept]


def test_a_client_s_mail_in_doubt_is_listed_with_its_address(capsys):
    saved(broker(), client=CLIENT)
    Mail.objects.update(state=MailState.IN_DOUBT, claimed_at=timezone.now())
    call_command("mails", in_doubt=True)
    assert "Client@firm.example" in capsys.readouterr().out


# On the page


def test_a_search_is_saved_from_its_page_and_ended_there(client):
    owner = make_user()
    client.force_login(owner)
    assert "Save this search" in client.get("/search/", {"kind": "offer", "country": "PT"}).text
    page = client.get("/searches/new/?kind=offer&country=PT")
    assert "Offers, Portugal" in page.text
    assert "client_email" not in page.text
    assert client.post("/searches/new/?kind=offer&country=PT", {"name": ""}).status_code == 422
    client.post("/searches/new/?kind=offer&country=PT", {"name": "Mine", "frequency": "daily"})
    search = SavedSearch.objects.get()
    assert (search.owner, search.filters, search.frequency) == (owner, {"country": "PT"}, "daily")
    assert "Offers, Portugal" in client.get("/searches/").text
    client.post(f"/searches/{search.pk}/frequency/", {"frequency": "monthly"})
    search.refresh_from_db()
    assert search.frequency == "monthly"
    client.post(f"/searches/{search.pk}/end/")
    assert not SavedSearch.objects.of(owner).exists()


def test_a_broker_may_name_a_client_on_the_page(client):
    client.force_login(broker())
    form = {"name": "For you", "frequency": "weekly", **CLIENT}
    assert "We ask Client@firm.example once" in client.post("/searches/new/?kind=need", form, follow=True).text
    assert "not confirmed yet" in client.get("/searches/").text


def test_nobody_touches_the_searches_of_others(client):
    search = saved()
    client.force_login(make_user())
    assert client.post(f"/searches/{search.pk}/end/").status_code == 404
    assert client.post(f"/searches/{search.pk}/frequency/", {"frequency": "daily"}).status_code == 404
    assert client.get("/searches/").text.count("My Portugal") == 0


def test_a_broken_link_of_a_search_says_so(client):
    assert client.get("/answer/search/nonsense/").status_code == 404


def test_a_search_made_now_finds_what_is_published_later():
    search = save(make_user(), PORTUGAL, "Now", "daily", {})
    draft = offer_in_portugal(state=State.DRAFT, created_at=timezone.now() - timedelta(days=9))
    draft.publish_for_a_term()
    (message,) = told(timezone.now() + timedelta(days=2))
    assert search.name in message["Subject"]
