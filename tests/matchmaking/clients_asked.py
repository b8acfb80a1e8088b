"""A broker, a client of it without an account, and the question to that client."""

import pytest

from catalog.clients import Contact
from catalog.codes import State
from matchmaking import clients
from matchmaking.links import client_url
from tests.factories import make_cluster, make_need, make_organisation, make_user
from tests.matchmaking.test_mail_choices import path_of

MARIE = Contact("Marie Dupont", "Marie@firm.example", "fr")
FORM = MARIE._asdict()


@pytest.fixture
def broker():
    person = make_user(name="Bea Broker")
    make_organisation(people=(person,), name="A cluster's office")
    make_cluster(brokers=(person,))
    return person


@pytest.fixture
def firm(broker):
    return make_organisation(name="Boulangerie Dupont", clusters=(broker.brokerships.get().cluster,))


@pytest.fixture
def draft(broker, firm):
    return make_need(organisation=firm, author=broker, state=State.DRAFT, visibility="anonymous", language="en")


def question(draft, broker, contact=MARIE):
    """(what was asked, the path in the mail)."""
    text = clients.ask(draft, contact, by=broker)
    return text, path_of(client_url(text))


def yes(client, path):
    """As somebody who reads the page and presses the button."""
    return client.post(path, {"answer": "yes", "stamp": client.get(path).context["stamp"]})
