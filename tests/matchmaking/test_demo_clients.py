"""The demo has clients without an account: one is asked about a text, of the other there is a draft."""

import pytest

from catalog.codes import State
from catalog.models import ClientText, Need
from matchmaking.demo.clients import BROKER, SLUG, load_clients
from matchmaking.models import Mail, MailKind
from tests.factories import make_cluster, make_user

pytestmark = pytest.mark.django_db


def test_a_client_of_the_demo_is_asked_by_mail_once_and_nothing_is_published():
    cluster = make_cluster(slug=SLUG, brokers=(make_user(email=BROKER),))
    load_clients()
    load_clients()
    asked = ClientText.objects.get()
    assert (asked.broker.email, asked.state) == (BROKER, asked.state.WAITING)
    assert asked.organisation.cluster_memberships.get().cluster == cluster
    assert Mail.objects.filter(kind=MailKind.CLIENT, object_id=asked.pk).count() == 1
    assert [need.state for need in Need.objects.all()] == [State.DRAFT] * 2
