"""Texts that brokers enter for clients without an account: drafts until the client says yes by the link in a mail."""
# ruff: noqa: F811 - fixtures of another module

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import Consent, Membership, Organisation, User
from catalog.codes import State
from catalog.import_jobs import importer
from catalog.models import ClientText, ImportJob, Need, Offer
from catalog.models.client_text import KEPT, ClientState
from matchmaking import clients, erasure, reviewing
from matchmaking.consent import is_silenced
from matchmaking.due import due_needs
from matchmaking.models import Ask, Mail, MailKind, Match
from matchmaking.personal_data import data_of
from matchmaking.retention import apply
from tests.factories import make_match, make_need, make_offer, make_user
from tests.matchmaking.clients_asked import FORM, MARIE, broker, draft, firm, question, yes  # noqa: F401
from tests.matchmaking.mail_reading import link_to, read, text_of

pytestmark = pytest.mark.django_db


def test_a_broker_adds_a_client_writes_for_it_and_asks_it_on_the_way_to_publishing(client, broker):
    client.force_login(broker)
    facts = {"name": "Boulangerie Dupont", "country": "FR", "kind": "sme", "size": "micro"}
    facts["cluster"] = broker.brokerships.get().cluster_id
    assert "Boulangerie Dupont" in client.post("/clients/", facts, follow=True).text
    assert client.post("/clients/", facts).status_code == 422
    firm = Organisation.objects.get(name="Boulangerie Dupont")
    assert client.get(f"/needs/new/?organisation={firm.pk}").context["form"]["organisation"].value() == str(firm.pk)
    text = {"description": "We throw away a third of the dough.", "visibility": "anonymous", "publish": ""}
    asking = client.post("/needs/new/", text | {"organisation": firm.pk}).url
    need = Need.objects.get()
    assert (asking, need.state, need.author) == (f"/needs/{need.pk}/ask-client/", State.DRAFT, broker)
    for page in (client.get(f"/needs/{need.pk}/").text, client.get("/needs/").text):
        assert "Ask the client: with a yes it is published." in page
        assert "Publish it, then we look for matches." not in page
    assert client.post(asking, FORM | {"email": "nobody"}).status_code == 422
    assert "Marie Dupont gets a mail" in client.post(asking, FORM, follow=True).text
    assert "Waits for the client" in client.get("/needs/").text
    assert "Waiting for the client" in client.get("/clients/").text


def test_only_brokers_of_a_cluster_are_led_to_clients(client, broker):
    for person, is_led in ((broker, True), (make_user(is_staff=True), False)):
        client.force_login(person)
        assert ('href="/clients/"' in client.get("/concepts/").text) == is_led
        assert client.get("/clients/").status_code == (200 if is_led else 403)


def test_the_mail_in_the_client_s_language_leads_to_the_text_and_looking_changes_nothing(client, draft, broker):
    clients.ask(draft, MARIE, by=broker)
    message = read(Mail.objects.get(kind=MailKind.CLIENT))
    assert (message["Content-Language"], message["Reply-To"]) == ("fr", f"Bea Broker <{broker.email}>")
    assert draft.title in text_of(message)
    page = client.get(link_to(message, "/answer/client/"))
    assert draft.description in page.text
    assert "Bea Broker" in page.text
    assert "Boulangerie Dupont" in page.text
    draft.refresh_from_db()
    assert (draft.state, ClientText.objects.get().state) == (State.DRAFT, ClientState.WAITING)


def test_a_yes_publishes_the_text_and_the_client_answers_questions_from_the_mail(client, draft, broker):
    text, path = question(draft, broker)
    assert yes(client, path).status_code == 200
    draft.refresh_from_db()
    text.refresh_from_db()
    assert (draft.state, text.state, text.email) == (State.PUBLISHED, ClientState.CONFIRMED, "")
    assert client.get(path).status_code == 410
    marie = User.objects.get(email="marie@firm.example")
    assert (marie.name, marie.language, marie.digest_frequency) == ("Marie Dupont", "fr", "never")
    assert not marie.has_usable_password()
    assert Consent.objects.get(person=marie).subject == "client text"
    match = make_match(need=draft, cluster=broker.brokerships.get().cluster)
    reviewing.accept(match, by=broker)
    asked = read(Mail.objects.get(kind=MailKind.ASK, recipient=marie))
    assert client.post(link_to(asked, "/answer/")).status_code == 200
    assert Ask.objects.get(match=match, side="need").answered_by == marie


def test_the_page_of_a_client_s_draft_asks_a_dozen_queries_at_most(
    client, draft, broker, django_assert_max_num_queries
):
    client.force_login(broker)
    for waits in (False, True):
        with django_assert_max_num_queries(12):
            page = client.get(draft.get_absolute_url())
        assert (MARIE.name in page.text) == waits
        if not waits:
            clients.ask(draft, MARIE, by=broker)


def test_until_then_it_is_a_draft_matched_to_nothing_through_every_door(client, draft, broker, firm):
    question(draft, broker)
    with pytest.raises(ValidationError):
        draft.publish_for_a_term()
    client.force_login(broker)
    client.post(f"/needs/{draft.pk}/publish/")
    assert client.post(f"/api/v1/needs/{draft.pk}/publish/").status_code == 400
    offer = make_offer(organisation=firm, author=broker, state=State.DRAFT)
    client.post("/offers/change/", {"offer": [offer.pk], "action": "publish"})
    assert {Need.objects.get(pk=draft.pk).state, Offer.objects.get(pk=offer.pk).state} == {State.DRAFT}
    assert not due_needs().filter(pk=draft.pk).exists()
    assert not Match.objects.exists()
    colleague = make_user()
    assert not Need.objects.visible_to(colleague).filter(pk=draft.pk).exists()
    assert not ClientText.objects.visible_to(colleague).exists()


def test_a_no_erases_text_and_address_and_may_be_for_good(client, draft, broker):
    text, path = question(draft, broker)
    assert client.post(path, {"answer": "no", "for_good": "1"}).status_code == 200
    assert not Need.objects.exists()
    text.refresh_from_db()
    assert (text.state, text.name, text.email) == (ClientState.REFUSED, "", "")
    assert not User.objects.filter(email="marie@firm.example").exists()
    assert is_silenced("marie@firm.example")
    assert client.post(path, {"answer": "yes"}).status_code == 410
    client.force_login(broker)
    assert "Refused by the client" in client.get("/clients/").text


def test_only_the_text_that_was_read_is_published(client, draft, broker):
    _text, path = question(draft, broker)
    stamp = client.get(path).context["stamp"]
    draft.description = "Something else."
    draft.save()
    again = client.post(path, {"answer": "yes", "stamp": stamp})
    assert again.status_code == 409
    assert "Something else." in again.text
    assert Need.objects.get().state == State.DRAFT
    assert yes(client, path).status_code == 200


def test_links_end_with_their_days_when_taken_back_and_when_broken(client, draft, broker):
    text, path = question(draft, broker)
    assert client.get("/answer/client/nonsense/").status_code == 404
    client.force_login(broker)
    client.post(f"/clients/{text.pk}/take-back/")
    assert client.get(path).status_code == 410
    assert read(Mail.objects.get(kind=MailKind.CLIENT)) is None
    text, path = question(draft, broker)
    ClientText.objects.update(asked_at=timezone.now() - timedelta(days=46))
    assert client.get(path).status_code == 410
    assert client.post(path, {"answer": "no"}).status_code == 410
    apply()
    asked = ClientText.objects.filter(taken_back_at=None)
    assert (asked.get().email, asked.get().state) == ("", ClientState.UNANSWERED)
    question(draft, broker)
    ClientText.objects.update(asked_at=timezone.now() - KEPT - timedelta(days=1))
    apply()
    assert not asked.exists()


def test_only_its_brokers_ask_only_clients_without_an_account_and_only_once(draft, broker, firm):
    with pytest.raises(PermissionDenied):
        clients.ask(draft, MARIE, by=make_user())
    member = make_user()
    with pytest.raises(ValidationError):
        clients.ask(draft, MARIE._replace(email=member.email), by=broker)
    question(draft, broker)
    with pytest.raises(ValidationError):
        clients.ask(draft, MARIE, by=broker)
    Membership.objects.create(user=member, organisation=firm, state="approved")
    with pytest.raises(PermissionDenied):
        clients.ask(make_need(organisation=firm, state=State.DRAFT), MARIE, by=broker)


def test_somebody_of_the_firm_with_an_account_publishes_it_and_the_question_is_over(client, draft, broker, firm):
    _text, path = question(draft, broker)
    client.force_login(make_user(is_staff=True))
    client.post(f"/needs/{draft.pk}/publish/")
    assert Need.objects.get().state == State.DRAFT
    member = make_user()
    Membership.objects.create(user=member, organisation=firm, state="approved")
    client.force_login(member)
    client.post(f"/needs/{draft.pk}/publish/")
    assert Need.objects.get().state == State.PUBLISHED
    assert client.get(path).status_code == 410


def test_the_next_text_of_a_client_goes_to_who_confirmed_the_first(client, draft, broker, firm):
    _text, path = question(draft, broker)
    yes(client, path)
    client.force_login(broker)
    second = make_offer(organisation=firm, author=broker, state=State.DRAFT)
    form = client.get(f"/offers/{second.pk}/ask-client/").context["form"]
    assert form["email"].value() == "marie@firm.example"
    _text, path = question(second, broker)
    client.logout()
    yes(client, path)
    assert Membership.objects.filter(organisation=firm).count() == 1
    assert Offer.objects.get().state == State.PUBLISHED


def test_a_password_chosen_by_somebody_else_opens_nothing_after_the_client_s_yes(client, draft, broker):
    _text, path = question(draft, broker)
    stranger = make_user(email="marie@firm.example")
    EmailAddress.objects.create(user=stranger, email=stranger.email, primary=True, verified=False)
    yes(client, path)
    stranger.refresh_from_db()
    assert not stranger.has_usable_password()


def test_an_import_for_a_client_stays_a_draft(broker, firm):
    job = ImportJob(kind="offer", author=broker, organisation=firm, publishes=True)
    assert importer(job).drafts_for == {firm.pk}


def test_what_waits_for_a_person_is_in_their_data_and_goes_with_them(draft, broker):
    question(draft, broker)
    marie = make_user(email="marie@firm.example")
    assert data_of(marie)["by_address"]["texts_entered_for_you"][0]["name"] == "Marie Dupont"
    erasure.erase(marie)
    assert not ClientText.objects.exists()
