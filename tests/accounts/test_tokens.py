"""Tokens of the API: made on the page or for a password, shown once, hashed, ended, never more than their scope."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.management.commands import changepassword
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import PersonalToken, Scope, User
from tests.factories import make_cluster, make_organisation, make_user

pytestmark = pytest.mark.django_db
FORM = {"name": "Our CRM", "scope": "write", "days": "30"}
NEED = {"description": "We throw away a third of the dough every evening."}


@pytest.fixture
def person():
    user = make_user()
    make_organisation(people=(user,))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def api_of(secret):
    return APIClient(headers={"authorization": f"Token {secret}"})


def token_of(person, **overrides):
    given = {"email": person.email, "password": "correct horse"} | overrides
    return APIClient().post("/api/v1/tokens/", given, format="json")


def test_a_token_is_made_on_the_page_shown_once_used_and_ended(client, person):
    client.force_login(person)
    page = client.post(reverse("token-list"), FORM)
    secret = page.context["secret"]
    assert secret in page.text
    assert "no-store" in page["Cache-Control"]
    again = client.get(reverse("token-list")).text
    assert "Our CRM" in again
    assert "never used" in again
    assert secret not in again
    assert secret not in str(list(AuthToken.objects.values()))
    assert api_of(secret).post("/api/v1/needs/", NEED, format="json").status_code == 201
    assert "last used" in client.get(reverse("token-list")).text
    ended = client.post(reverse("token-end", args=[PersonalToken.objects.get().pk]), follow=True)
    assert "refused from now on" in ended.text
    assert api_of(secret).get("/api/v1/needs/").status_code == 401


def test_only_brokers_are_offered_the_scope_of_brokers(client, person):
    client.force_login(person)
    refused = client.post(reverse("token-list"), FORM | {"scope": "broker", "name": ""})
    assert (refused.status_code, refused.context["form"].errors.keys()) == (422, {"name", "scope"})
    make_cluster(brokers=(person,))
    assert client.post(reverse("token-list"), FORM | {"scope": "broker"}).context["secret"]


def test_nobody_ends_the_token_of_somebody_else(client, person):
    made, _secret = PersonalToken.objects.make(person, name="", scope="read", lasts=timedelta(days=1), most=9)
    client.force_login(make_user())
    assert client.post(reverse("token-end", args=[made.pk])).status_code == 404
    assert PersonalToken.objects.exists()


def test_a_token_opens_the_api_as_far_as_its_scope_until_it_is_ended(person):
    given = token_of(person, email=person.email.upper())
    assert (given.status_code, given.json()["scope"]) == (201, "read")
    api = api_of(given.json()["token"])
    assert api.get("/api/v1/matches/").status_code == 200
    refused = api.post("/api/v1/needs/", NEED, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert "“write”" in refused.json()["detail"]
    assert api.delete("/api/v1/tokens/").status_code == 204
    refused = api.get("/api/v1/matches/")
    assert (refused.status_code, refused.json()["code"]) == (401, "authentication_failed")
    assert APIClient().delete("/api/v1/tokens/").status_code == 401


def test_how_long_a_token_lives_is_said_in_the_readers_language(client, person):
    client.force_login(person)
    for language, words in (("en", "30 days"), ("de", "30 Tage"), ("pl", "30 dni")):
        User.objects.filter(pk=person.pk).update(language=language)
        assert f">{words}</option>" in client.get(reverse("token-list")).text


def test_tokens_are_told_without_their_secrets_and_end_one_by_one(person):
    secret = token_of(person, name="A", scope="write", days=7).json()["token"]
    token_of(person, name="B")
    told = api_of(secret).get("/api/v1/tokens/").json()
    assert [(one["name"], one["scope"]) for one in told] == [("B", "read"), ("A", "write")]
    assert told[1]["last_used_at"]
    assert not told[0]["last_used_at"]
    assert "token" not in told[0]
    assert api_of(secret).delete(f"/api/v1/tokens/{told[0]['id']}/").status_code == 204
    assert PersonalToken.objects.of(person).get().name == "A"


def test_a_token_ends_by_itself_and_one_without_a_scope_only_reads(person):
    secret = token_of(person, scope="broker", days=1).json()["token"]
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert api_of(secret).get("/api/v1/needs/").status_code == 401
    assert not PersonalToken.objects.of(person)
    bare = AuthToken.objects.create(user=person)[1]
    assert api_of(bare).get("/api/v1/needs/").status_code == 200
    assert api_of(bare).post("/api/v1/needs/", NEED, format="json").status_code == 403
    assert api_of("ä").get("/api/v1/needs/").status_code == 401


def test_asking_with_a_token_costs_one_query_whatever_else_the_person_has(person, django_assert_num_queries):
    secret = token_of(person).json()["token"]
    token_of(person)
    api_of(secret).get("/api/v1/code-lists/")
    with django_assert_num_queries(1):
        assert api_of(secret).get("/api/v1/code-lists/").status_code == 200


def test_each_scope_includes_those_before():
    assert [[a.includes(b) for b in Scope] for a in Scope] == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_no_token_for_a_wrong_password_an_unconfirmed_address_or_somebody_inactive(person):
    assert token_of(person, password="wrong").status_code == 401
    assert token_of(person, email="nobody@firm.example").status_code == 401
    assert "Confirm your address" in token_of(make_user()).json()["detail"]
    person.is_active = False
    person.save()
    assert token_of(person).status_code == 401


def test_guessing_passwords_is_stopped(person):
    answers = [token_of(person, password=f"guess {n}").status_code for n in range(12)]
    assert answers[0] == 401
    assert answers[-1] == 400
    assert token_of(person).status_code == 400


def test_only_so_many_tokens_live_at_once(person, settings):
    settings.API_TOKENS = 2
    for _ in range(3):
        token_of(person)
    assert person.auth_token_set.count() == 2


def new_password_by_operator(client, person):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    new = {"usable_password": "true", "password1": "five tall oaks", "password2": "five tall oaks"}
    return client.post(reverse("admin:auth_user_password_change", args=[person.pk]), new)


def new_password_on_the_console(client, person):
    with patch.object(changepassword.Command, "_get_pass", return_value="five tall oaks"):
        call_command("changepassword", person.email)


def no_password_by_operator(client, person):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client.post(
        reverse("admin:auth_user_password_change", args=[person.pk]),
        {"usable_password": "false", "unset-password": "on", "password1": "", "password2": ""},
    )


def new_password_of_oneself(client, person):
    client.force_login(person)
    page = reverse("account_change_password")
    assert "are refused from then on" in client.get(page).text
    return client.post(
        page, {"oldpassword": "correct horse", "password1": "five tall oaks", "password2": "five tall oaks"}
    )


def new_password_by_mail(client, person):
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = next(word for word in mail.outbox[0].body.split() if "/key/" in word)
    page = client.get(link, follow=True)
    assert "are refused from then on" in page.text
    return client.post(page.request["PATH_INFO"], {"password1": "five tall oaks", "password2": "five tall oaks"})


@pytest.mark.parametrize(
    "renew",
    [
        new_password_by_operator,
        new_password_on_the_console,
        no_password_by_operator,
        new_password_of_oneself,
        new_password_by_mail,
    ],
)
def test_the_tokens_of_a_person_end_with_the_password(client, person, renew):
    secret, other = token_of(person).json()["token"], make_user()
    PersonalToken.objects.make(other, name="", scope="read", lasts=timedelta(days=1), most=9)
    renew(client, person)
    assert api_of(secret).get("/api/v1/matches/").status_code == 401
    assert [made.token.user for made in PersonalToken.objects.all()] == [other]
