"""A form that is sent twice, as by a second tap, does its work once."""

from threading import Thread

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalog.codes import State
from catalog.models import Need
from matchmaking import questions, reviewing
from matchmaking.codes import Topic
from matchmaking.models import Question
from tests.factories import make_case, make_organisation, make_user

pytestmark = pytest.mark.django_db
TEXT = "We throw away a third of our dough every evening. We tried a list on the wall."


@pytest.fixture
def author(client):
    user = make_user()
    make_organisation(people=(user,))
    client.force_login(user)
    return user


@pytest.fixture
def form(client, author):
    """What the browser sends of a new need."""
    nonce = client.get(reverse("need-new")).context["form"]["nonce"].value()
    return {"description": TEXT, "visibility": "anonymous", "nonce": nonce}


def send(client, form, **button):
    return client.post(reverse("need-new"), form | button, follow=True)


def test_a_second_tap_on_publish_leads_to_the_need_that_the_first_one_made(client, form):
    assert "Published." in send(client, form, publish="").text
    again = send(client, form, publish="")
    assert again.request["PATH_INFO"] == Need.objects.get().get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_the_same_time_make_one_need(form, author):
    def tap():
        try:
            client = Client()
            client.force_login(author)
            send(client, form, publish="")
        finally:
            connection.close()

    taps = [Thread(target=tap) for _ in range(2)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert Need.objects.get().state == State.PUBLISHED


def test_a_draft_that_was_saved_is_published_by_the_other_button_of_its_form(client, form):
    send(client, form)
    assert "Published." in send(client, form, publish="").text
    assert Need.objects.get().state == State.PUBLISHED


def test_whoever_goes_back_and_writes_something_else_makes_another_need(client, form):
    send(client, form)
    send(client, form | {"description": "We lose heat through the roof of our old hall."})
    assert Need.objects.count() == 2


def test_the_same_text_in_a_new_form_and_a_need_that_is_gone_are_written_anew(client, form):
    send(client, form)
    Need.objects.all().delete()
    send(client, form)
    send(client, form | {"nonce": client.get(reverse("need-new")).context["form"]["nonce"].value()})
    assert Need.objects.count() == 2


def test_a_question_that_waits_for_its_answer_is_not_asked_again(client):
    case = make_case()
    reviewing.accept(case.match, by=case.broker)
    client.force_login(case.seeker)
    form = {"ask-topic": Topic.OTHER, "ask-text": "Does it work with old ovens?"}
    for _ in range(2):
        page = client.post(reverse("match-ask", args=[case.match.pk]), form, follow=True)
        assert "Asked, without your name." in page.text
    question = Question.objects.get()
    question.match = case.match
    assert questions.answer(question, "It does.", by=case.provider)
    client.post(reverse("match-ask", args=[case.match.pk]), form)
    assert Question.objects.count() == 2


def test_a_broker_who_decides_twice_does_not_read_that_it_was_somebody_else(client):
    case = make_case()
    client.force_login(case.broker)
    address = reverse("match-accept", args=[case.match.pk])
    form = {"version": case.match.stamp}
    assert "Accepted." in client.post(address, form, follow=True).text
    again = client.post(address, form, follow=True).text
    assert "You have decided this already." in again
    assert "Somebody else" not in again
