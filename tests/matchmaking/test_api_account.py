"""Leaving over the API: what would go is told first, and a token without the password does nothing."""

import pytest
from django.contrib.sessions.models import Session
from rest_framework.test import APIClient

from accounts.models import Membership, Scope, User
from catalog.models import Need
from tests.factories import make_cluster, make_need, make_organisation, make_user
from tests.permission_scene import token_of

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/me/erase/"
PASSWORD = {"password": "correct horse"}


def client_of(person, scope=Scope.WRITE) -> APIClient:
    return APIClient(headers={"authorization": f"Token {token_of(person, scope)[1]}"})


def erase(api, body):
    return api.post(ADDRESS, body, format="json")


def test_what_would_go_and_stay_is_told_as_on_the_page_and_nothing_happens(client):
    person, heir = make_user(), make_user(name="Ivo")
    alone, shared = make_organisation(people=(person,)), make_organisation(people=(person,))
    Membership.objects.create(user=heir, organisation=shared, state="approved")
    cluster = make_cluster(brokers=(person,))
    told = client_of(person, Scope.READ).get(ADDRESS).json()
    assert told == {
        "going": [{"id": alone.pk, "name": alone.name}],
        "staying": [{"id": shared.pk, "name": shared.name}],
        "heirs": [{"organisation": shared.pk, "person": "Ivo"}],
        "orphaned": [{"id": cluster.pk, "name": str(cluster)}],
    }
    client.force_login(person)
    page = client.get("/profile/erase/").text
    assert all(one["name"] in page for part in ("going", "staying", "orphaned") for one in told[part])
    assert "Ivo becomes owner" in page
    assert User.objects.filter(pk=person.pk).exists()


@pytest.mark.parametrize("body", [{}, {"password": "wrong"}, {"password": ""}, {"password": ["correct horse"]}])
def test_a_token_alone_erases_nobody(body):
    person = make_user()
    answer = erase(client_of(person, Scope.BROKER), body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["errors"]) == ["password"]
    assert User.objects.filter(pk=person.pk).exists()


def test_somebody_elses_password_erases_nobody():
    person, other = make_user(), make_user(password="another horse")
    assert erase(client_of(person), {"password": "another horse"}).status_code == 400
    assert User.objects.filter(pk__in=[person.pk, other.pk]).count() == 2


def test_with_the_password_the_account_its_texts_and_its_tokens_go_and_others_stay():
    person, other = make_user(), make_user()
    make_need(organisation=make_organisation(people=(person,)), description="Our secret dough")
    api = client_of(person)
    assert erase(client_of(person, Scope.READ), PASSWORD).status_code == 403
    assert erase(api, PASSWORD).status_code == 204
    assert list(User.objects.filter(pk__in=[person.pk, other.pk])) == [other]
    assert "dough" not in Need.objects.get().description
    assert api.get("/api/v1/me/").status_code == 401


def test_whoever_is_signed_in_without_a_token_is_signed_out_with_it(client):
    person = make_user()
    client.force_login(person)
    assert client.post(ADDRESS, PASSWORD, content_type="application/json").status_code == 204
    assert not Session.objects.exists()
    assert client.get("/profile/").status_code == 302


def test_guessing_passwords_ends_as_it_does_when_signing_in():
    person = make_user()
    api = client_of(person)
    said = [erase(api, {"password": f"guess {number}"}).json()["errors"]["password"] for number in range(12)]
    assert "Too many failed" in said[-1][0]
    assert erase(api, PASSWORD).status_code == 400
    assert User.objects.filter(pk=person.pk).exists()


def test_the_only_administrator_is_told_why_not():
    admin = make_user(is_superuser=True, is_staff=True)
    answer = erase(client_of(admin), PASSWORD)
    assert answer.status_code == 400
    assert "only administrator" in answer.json()["errors"]["non_field_errors"][0]
    assert User.objects.filter(pk=admin.pk).exists()
