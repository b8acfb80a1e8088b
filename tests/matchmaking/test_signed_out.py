"""A form that is sent after the session has ended: nothing is done, and one is back where one was."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from tests.browsing import PASSWORD
from tests.factories import make_case, make_need, make_user

pytestmark = pytest.mark.django_db
SAID = "You were signed out; nothing was changed."
HERE = "http://testserver"


def confirmed(person):
    """Somebody who may sign in."""
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def sign_in(client, login_url, person):
    """From the page of signing in, as its form sends it."""
    kept = {"next": client.get(login_url).context["redirect_field_value"]}
    return client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD} | kept).url


def send(client, path, referer=""):
    headers = {"referer": referer} if referer else {}
    return client.post(path, {"note-text": "Call them."}, headers=headers)


def test_after_signing_in_one_is_back_on_the_page_of_the_form(client):
    case = make_case()
    page = reverse("match-detail", args=[case.match.pk])
    login = send(client, reverse("match-accept", args=[case.match.pk]), f"{HERE}{page}?topic=price").url
    assert SAID in client.get(login).text
    assert sign_in(client, login, confirmed(case.broker)) == f"{page}?topic=price"
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/matches/1/", "http://["])
def test_without_a_page_of_ours_one_is_led_to_the_first_page(client, referer):
    need = make_need()
    assert send(client, reverse("need-pause", args=[need.pk]), referer).url.endswith("?next=/")
    need.refresh_from_db()
    assert need.state == "published"


@pytest.mark.parametrize("page", ["//elsewhere.example/", "/\\elsewhere.example/"])
def test_nobody_is_led_to_another_site(client, page):
    login = send(client, reverse("need-pause", args=[1]), f"{HERE}{page}").url
    assert sign_in(client, login, confirmed(make_user())) == "/"


def test_whoever_reads_without_being_signed_in_is_asked_to_sign_in_and_told_nothing_of_changes(client):
    page = client.get(reverse("need-new"), follow=True)
    assert page.request["PATH_INFO"] == reverse("account_login")
    assert SAID not in page.text


def test_an_address_that_only_takes_forms_says_so_instead_of_showing_nothing(client):
    client.force_login(make_user())
    page = client.get(reverse("need-pause", args=[1]))
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "only takes what a form sends" in page.text
    assert client.put("/api/v1/needs/").json()["code"] == "method_not_allowed"


def test_a_page_that_asks_for_a_part_of_itself_is_loaded_anew(client):
    answer = client.get(reverse("queue"), headers={"hx-request": "true"})
    assert (answer.status_code, answer.content, answer["HX-Refresh"]) == (204, b"", "true")


def test_whoever_opens_a_hidden_page_signed_out_may_sign_in_and_come_back(client):
    need = make_need(visibility="network")
    page = client.get(need.get_absolute_url())
    assert page.status_code == 404
    assert page.text.count(f"{reverse('account_login')}?next={need.get_absolute_url()}") == 2
    client.force_login(make_user())
    assert reverse("account_login") not in client.get(need.get_absolute_url()).text
