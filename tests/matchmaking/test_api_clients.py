"""Clients without an account over the API: added, written for and asked by their brokers, as on the pages."""
# ruff: noqa: F811 - fixtures of another module

import pytest
from rest_framework.test import APIClient

from accounts.models import Organisation
from catalog.codes import State
from catalog.models import Need
from matchmaking.consent import silence
from matchmaking.models import Mail, MailKind, SilencedAddress
from tests.factories import make_cluster, make_organisation, make_user
from tests.matchmaking.clients_asked import FORM, MARIE, broker, draft, firm, question, yes  # noqa: F401
from tests.matchmaking.mail_reading import link_to, read

pytestmark = pytest.mark.django_db


def ask(person, path, body=None, **query):
    """The answer to a GET, or with a body to a POST."""
    api = APIClient()
    api.force_authenticate(person)
    address = f"/api/v1/{path}/"
    return api.get(address, query) if body is None else api.post(address, body, format="json")


def test_a_client_is_added_written_for_and_asked_and_its_yes_publishes_the_text(client, broker):
    facts = {"name": "Boulangerie Dupont", "country": "FR", "cluster": broker.brokerships.get().cluster_id}
    added = ask(broker, "clients", facts)
    assert (added.status_code, added.json()["name"]) == (201, "Boulangerie Dupont")
    assert ask(broker, "clients", facts).json()["errors"].keys() == {"name"}
    assert [one["id"] for one in ask(broker, "clients").json()["results"]] == [added.json()["id"]]
    text = {"description": "We throw away a third of the dough.", "organisation": added.json()["id"]}
    need = ask(broker, "needs", text).json()["id"]
    assert ask(broker, f"needs/{need}/publish", {}).status_code == 400
    asked = ask(broker, f"needs/{need}/ask-client", FORM)
    assert asked.status_code == 201, asked.json()
    assert ask(broker, f"client-texts/{asked.json()['id']}").json() == asked.json()
    assert (asked.json()["state"], asked.json()["document"], asked.json()["email"]) == ("waiting", need, MARIE.email)
    yes(client, link_to(read(Mail.objects.get(kind=MailKind.CLIENT)), "/answer/client/"))
    told = ask(broker, f"client-texts/{asked.json()['id']}").json()
    assert (told["state"], told["email"], told["contact"]) == ("confirmed", "", "Marie Dupont")
    assert Need.objects.get().state == State.PUBLISHED
    assert ask(broker, "clients").json()["results"] == [added.json()]


def test_whom_to_ask_is_known_once_somebody_said_yes(client, draft, broker, firm):
    at = f"needs/{draft.pk}/ask-client"
    assert ask(broker, at).json() == {"name": "", "email": "", "language": "en"}
    _text, path = question(draft, broker)
    yes(client, path)
    assert ask(broker, at).json() == {"name": "Marie Dupont", "email": "marie@firm.example", "language": "fr"}
    assert ask(make_user(is_staff=True), at).status_code == 403
    assert ask(make_user(), at).status_code == 404


def test_what_cannot_be_asked_is_told_by_field_and_nothing_is_mailed(draft, broker):
    at = f"needs/{draft.pk}/ask-client"
    member = make_user()
    assert ask(broker, at, FORM | {"email": member.email}).json()["errors"].keys() == {"email"}
    assert ask(broker, at, FORM | {"language": "tlh"}).json()["errors"].keys() == {"language"}
    silence("gone@firm.example", SilencedAddress.Why.COMPLAINT)
    assert ask(broker, at, FORM | {"email": "gone@firm.example"}).json()["errors"].keys() == {"email"}
    assert not Mail.objects.exists()
    assert ask(broker, at, FORM).status_code == 201
    assert ask(broker, at, FORM).status_code == 400
    assert Mail.objects.count() == 1


def test_a_question_is_taken_back_once_and_its_link_does_nothing_more(client, draft, broker):
    text, path = question(draft, broker)
    at = f"client-texts/{text.pk}/take-back"
    assert ask(make_user(), at, {}).status_code == 404
    assert ask(broker, at, {}).status_code == 204
    assert ask(broker, at, {}).status_code == 404
    assert client.get(path).status_code == 410
    assert Need.objects.get().state == State.DRAFT
    text, path = question(draft, broker)
    yes(client, path)
    assert ask(broker, f"client-texts/{text.pk}/take-back", {}).status_code == 409


def test_a_draft_is_told_only_to_its_author_and_dead_addresses_are_marked(
    draft, broker, firm, django_assert_max_num_queries
):
    question(draft, broker)
    silence(MARIE.email, SilencedAddress.Why.BOUNCE)
    colleague = make_user()
    broker.brokerships.get().cluster.brokerships.create(user=colleague, state="approved")
    with django_assert_max_num_queries(12):
        (mine,) = ask(broker, "client-texts").json()["results"]
    (theirs,) = ask(colleague, "client-texts").json()["results"]
    assert (mine["document"], theirs["document"], theirs["organisation"]) == (draft.pk, None, firm.pk)
    assert mine["is_unreachable"]
    assert ask(broker, "client-texts", kind="offer").json()["results"] == []


def test_nobody_adds_clients_to_clusters_of_others(broker):
    foreign = {"name": "Bakery", "country": "FR", "cluster": broker.brokerships.get().cluster_id}
    assert ask(make_user(), "clients", foreign).status_code == 403
    assert not Organisation.objects.filter(name="Bakery").exists()
    other = make_cluster(brokers=(make_user(),))
    assert ask(broker, "clients", foreign | {"cluster": other.pk}).json()["errors"].keys() == {"cluster"}
    make_organisation(name="Theirs", clusters=(other,))
    assert ask(broker, "clients").json()["results"] == []
