"""Verifying an organisation: what speaks for it, who may vouch for it, and where the mark is shown."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import Organisation
from accounts.verification import Evidence, domain_of, evidence_of
from catalog.presenting import Shown
from tests.factories import make_case, make_cluster, make_need, make_organisation, make_user

pytestmark = pytest.mark.django_db
SITE = "https://www.mill.example/about"


def confirmed(person, email, *, verified=True):
    EmailAddress.objects.create(user=person, email=email, verified=verified)
    return person


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def broker():
    return make_user()


@pytest.fixture
def mill(broker):
    cluster = make_cluster(brokers=(broker,))
    return make_organisation(name="Mill (demo)", website=SITE, people=(make_user(),), clusters=(cluster,))


def owner_of(organisation):
    return organisation.people.get()


@pytest.mark.parametrize(
    ("email", "verified", "speaks"),
    [
        ("Kim@Mill.example", True, True),
        ("kim@mill.example", False, False),
        ("kim@sawmill.example", True, False),
        ("kim@mill.example.org", True, False),
    ],
)
def test_a_confirmed_address_at_the_domain_of_the_website_speaks_for_it(mill, email, verified, speaks):
    confirmed(owner_of(mill), email, verified=verified)
    assert evidence_of(mill) == Evidence(SITE, "mill.example", speaks)


def test_only_addresses_of_members_count(mill):
    confirmed(make_user(), "kim@mill.example")
    assert not evidence_of(mill).has_mail_there


def test_an_address_that_anybody_gets_says_nothing():
    assert domain_of("https://gmail.com/") == ""
    assert domain_of("") == ""


def test_a_broker_vouches_and_takes_it_back(mill, broker):
    client = client_of(broker)
    page = client.post(f"/organisations/{mill.pk}/verify/", follow=True).content.decode()
    mill.refresh_from_db()
    assert (mill.is_verified, mill.verified_by) == (True, broker)
    assert "Checked by Kim Demo on" in page
    assert "Take the mark back" in page
    again = client.post(f"/organisations/{mill.pk}/verify/", follow=True)
    assert "Somebody has marked it as verified before." in again.content.decode()
    page = client.post(f"/organisations/{mill.pk}/unverify/", follow=True).content.decode()
    mill.refresh_from_db()
    assert (mill.is_verified, mill.verified_by) == (False, None)
    assert "Mark as verified" in page


def test_nobody_vouches_for_the_own_organisation_or_for_strangers(mill, broker):
    own = make_organisation(people=(broker,), clusters=(mill.clusters.get(),))
    for person, organisation in ((owner_of(mill), mill), (broker, own), (make_case().broker, mill)):
        assert client_of(person).post(f"/organisations/{organisation.pk}/verify/").status_code == 404
    assert not Organisation.objects.filter(verified_at__isnull=False).exists()
    assert "Mark as verified" not in client_of(owner_of(mill)).get(f"/organisations/{mill.pk}/").content.decode()


@pytest.mark.parametrize(("field", "value", "stays"), [("name", "Other (demo)", False), ("size", "micro", True)])
def test_the_mark_goes_when_what_was_checked_changes(mill, broker, field, value, stays):
    mill.verify(by=broker)
    fields = {"name": mill.name, "kind": "sme", "country": "DE", "size": "small", "website": SITE} | {field: value}
    assert client_of(owner_of(mill)).post(f"/organisations/{mill.pk}/edit/", fields).status_code == 302
    mill.refresh_from_db()
    assert mill.is_verified == stays


def test_the_mark_stands_where_the_name_stands():
    case = make_case(offer={"visibility": "anonymous"})
    for organisation in Organisation.objects.all():
        organisation.verify(by=case.broker)
    page = client_of(case.broker).get(f"/matches/{case.match.pk}/").content.decode()
    assert page.count("Verified by a broker") == 1  # the need's; the offer is anonymous to this broker
    assert "Verified by a broker" in Client().get(f"/needs/{case.match.need_id}/").content.decode()


def test_a_teaser_does_not_tell_of_the_mark(mill, broker):
    mill.verify(by=broker)
    need = make_need(organisation=mill)
    assert [Shown(need, level).is_verified for level in (0, 1, 2)] == [False, False, True]
