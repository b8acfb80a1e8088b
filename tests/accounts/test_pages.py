"""The pages of profile, organisation and requests: what they do, and for whom they are not there."""

from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.codes import OrganisationKind
from accounts.middleware import PersonMiddleware
from accounts.models import ClusterMembership, Membership, Organisation
from tests.factories import make_cluster, make_organisation, make_user

pytestmark = pytest.mark.django_db


def post(client, page, /, *args, **form):
    return client.post(reverse(page, args=args), form, follow=True)


def test_the_profile_is_saved_and_a_wrong_field_is_named(client):
    user = make_user()
    client.force_login(user)
    form = {
        "name": "Jo", "language": "pl", "time_zone": "Europe/Warsaw",
        "digest_frequency": "daily", "digest_weekday": "0", "digest_hour": "7",
    }  # fmt: skip
    assert "Saved." in post(client, "profile", **form).text
    user.refresh_from_db()
    assert (user.name, user.time_zone, user.digest_frequency) == ("Jo", "Europe/Warsaw", "daily")
    page = post(client, "profile", **form | {"digest_hour": "24", "name": "Not kept"})
    assert page.context["form"].errors.keys() == {"digest_hour"}
    assert "#id_digest_hour" in page.text
    assert "<p>Not kept" not in page.text


def test_who_chose_a_language_before_it_was_left_out_keeps_it_until_another_is_chosen(client):
    client.force_login(make_user(language="pt"))
    languages = dict(client.get(reverse("profile")).context["form"].fields["language"].choices)
    assert "pt" in languages
    assert "cs" not in languages


def test_the_labels_for_signing_in_are_sentences(client):
    assert "Keep me signed in" in client.get(reverse("account_login")).text


def test_whoever_is_signed_in_is_spoken_to_in_the_own_time_zone(rf):
    request = rf.get("/")
    request.user = make_user(time_zone="Asia/Tbilisi")
    assert PersonMiddleware(lambda _: timezone.get_current_timezone())(request) == ZoneInfo("Asia/Tbilisi")
    assert timezone.get_current_timezone() == ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("name", "args"),
    [("profile", ()), ("organisation", (1,)), ("organisation-edit", (1,)), ("admission-list", ())],
)
def test_without_signing_in_none_of_these_pages_is_there(client, name, args):
    assert client.get(reverse(name, args=args)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("role", "status", "may_edit"),
    [("owner", 200, True), ("editor", 200, False), ("broker", 200, True), ("stranger", 404, False)],
)
def test_an_organisations_page_by_role(client, role, status, may_edit):
    person = make_user()
    cluster = make_cluster(brokers=(person,) if role == "broker" else ())
    organisation = make_organisation(clusters=(cluster,))
    if role in Membership.Role.values:
        Membership.objects.create(user=person, organisation=organisation, role=role, state="approved")
    client.force_login(person)
    assert client.get(reverse("organisation", args=[organisation.pk])).status_code == status
    assert (client.get(reverse("organisation-edit", args=[organisation.pk])).status_code == 200) == may_edit


def test_the_people_of_a_cluster_organisation_are_not_shown_to_everybody(client):
    member = make_user()
    cluster = make_cluster()
    Membership.objects.create(user=member, organisation=cluster.organisation, state="approved")
    client.force_login(make_user())
    page = client.get(reverse("organisation", args=[cluster.organisation.pk]))
    assert page.status_code == 200
    assert member.email not in page.text


def test_an_owner_lets_an_applicant_in_and_later_removes_the_person(client):
    owner, applicant = make_user(), make_user(name="Ada Demo")
    organisation = make_organisation(people=(owner,))
    asked = Membership.objects.create(user=applicant, organisation=organisation)
    client.force_login(owner)
    assert "Ada Demo" in client.get(reverse("organisation", args=[organisation.pk])).text
    assert "Ada Demo" in client.get(reverse("admission-list")).text
    assert "Let in." in post(client, "admission-approve", "memberships", asked.pk).text
    assert Organisation.objects.of(applicant).get() == organisation
    post(client, "membership-end", asked.pk)
    assert not Organisation.objects.of(applicant).exists()


def test_a_stranger_decides_on_nothing(client):
    asked = Membership.objects.create(user=make_user(), organisation=make_organisation(people=(make_user(),)))
    client.force_login(make_user())
    for name in ("admission-approve", "admission-decline"):
        assert post(client, name, "memberships", asked.pk).status_code == 404
    assert post(client, "membership-end", asked.pk).status_code == 404
    assert post(client, "membership-change", asked.pk, role="owner").status_code == 404
    asked.refresh_from_db()
    assert asked.state == "requested"


def test_an_organisation_asks_a_cluster_once_and_its_broker_decides(client):
    owner, broker = make_user(), make_user()
    cluster, organisation = make_cluster(brokers=(broker,)), make_organisation(people=(owner,))
    client.force_login(owner)
    post(client, "cluster-ask", organisation.pk, cluster=cluster.pk)
    again = post(client, "cluster-ask", organisation.pk, cluster=cluster.pk)
    assert "cluster" in again.context["cluster_form"].errors
    client.force_login(broker)
    asked = ClusterMembership.objects.get()
    post(client, "admission-decline", "cluster-memberships", asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("declined", broker)


def test_somebody_asks_to_become_a_broker_and_joins_one_more_organisation(client):
    person, cluster = make_user(), make_cluster()
    client.force_login(person)
    assert "waiting for approval" in post(client, "brokership-ask", cluster=cluster.pk).text
    assert "cluster" in post(client, "brokership-ask", cluster=cluster.pk).context["broker_form"].errors
    post(client, "organisation-join", organisation="New (demo)", country="SI", kind="research")
    assert Organisation.objects.of(person).get().name == "New (demo)"
    known = make_organisation(people=(make_user(),))
    page = post(client, "organisation-join", organisation=known.name, country="DE", kind="sme")
    assert known.name in page.text
    assert not Organisation.objects.of(person).filter(pk=known.pk).exists()


def test_two_organisations_of_one_country_cannot_share_a_name_and_a_cluster_stays_one(client):
    owner = make_user()
    organisation = make_organisation(people=(owner,))
    other = make_organisation(name="Taken (demo)")
    client.force_login(owner)
    form = {"name": "taken (DEMO)", "country": other.country, "kind": "cluster"}
    errors = post(client, "organisation-edit", organisation.pk, **form).context["form"].errors
    assert errors.keys() == {"name", "kind"}
    cluster = make_cluster().organisation
    Membership.objects.create(user=owner, organisation=cluster, role="owner", state="approved")
    post(client, "organisation-edit", cluster.pk, name="Renamed (demo)", country="DE", kind="sme")
    cluster.refresh_from_db()
    assert (cluster.name, cluster.kind) == ("Renamed (demo)", OrganisationKind.CLUSTER)


def test_lists_cost_the_same_however_many_wait(client, django_assert_num_queries):
    owner = make_user()
    organisation = make_organisation(people=(owner,))
    for _ in range(3):
        Membership.objects.create(user=make_user(), organisation=organisation)
    client.force_login(owner)
    client.get(reverse("admission-list"))
    with django_assert_num_queries(6):  # session, person, broker?, and one a kind of request
        client.get(reverse("admission-list"))
