"""What the two sides of a match ask each other: who may, when it goes on, and that nobody is named by it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Organisation
from matchmaking import erasure, questions, reviewing
from matchmaking.codes import MatchState, Topic
from matchmaking.models import Mail, MailKind, Match, Question
from tests.factories import make_case, make_user
from tests.matchmaking.mail_reading import html_of, read, text_of

pytestmark = pytest.mark.django_db

WORDS = "Ada Kern of Bakery Kern, kim@kern.example, +49 30 1234567: does it work with old ovens?"
NAMES = ("Ada Kern", "Bakery Kern", "kim@kern", "1234567")


@pytest.fixture
def case():
    """An anonymous need of a company that a broker has not looked at yet."""
    found = make_case(need={"visibility": "anonymous"})
    Organisation.objects.filter(pk=found.match.need.organisation_id).update(name="Bakery Kern GmbH")
    found.seeker.name = "Ada Kern"
    found.seeker.save()
    found.match = Match.objects.with_documents().get(pk=found.match.pk)
    return found


def asked(case, topic=Topic.OTHER, text=WORDS):
    return questions.ask(case.match, "need", topic, text, by=case.seeker)


def mails(kind):
    return list(Mail.objects.filter(kind=kind).select_related("recipient"))


def page_of(client, case, person):
    client.force_login(person)
    return client.get(reverse("match-detail", args=[case.match.pk])).text


def test_a_question_to_a_suggestion_goes_on_only_when_a_broker_has_accepted(client, case):
    asked(case, Topic.PAYBACK, "")
    assert mails(MailKind.QUESTION) == []
    assert "when a broker has agreed" in page_of(client, case, case.seeker)
    assert "How soon does it pay back?" in page_of(client, case, case.broker)
    reviewing.accept(case.match, by=case.broker)
    (mail,) = mails(MailKind.QUESTION)
    assert mail.recipient == case.provider
    assert "How soon does it pay back?" in page_of(client, case, case.provider)


def test_neither_page_nor_mail_nor_api_tells_the_other_side_who_asks(client, case):
    asked(case)
    reviewing.accept(case.match, by=case.broker)
    (mail,) = mails(MailKind.QUESTION)
    message, api = read(mail), APIClient()
    api.force_authenticate(case.provider)
    told = api.get("/api/v1/questions/").json()["results"]
    assert "old ovens" in told[0]["text"]
    everything = [page_of(client, case, case.provider), str(message["Subject"]), text_of(message), html_of(message)]
    for place in [*everything, str(told)]:
        assert [name for name in NAMES if name in place] == []
    assert all(name in page_of(client, case, case.broker) for name in NAMES)


def test_contacts_of_a_public_side_stay_hidden_too_until_both_are_introduced(client, case):
    reviewing.accept(case.match, by=case.broker)
    question = asked(case, Topic.COST, "")
    assert questions.answer(question, "Call us, +49 40 7654321, it is 900 a month.", by=case.provider)
    page = page_of(client, case, case.seeker)
    assert "it is 900 a month" in page
    assert "7654321" not in page
    Match.objects.filter(pk=case.match.pk).update(state=MatchState.INTRODUCED)
    assert "7654321" in page_of(client, case, case.seeker)


def test_an_answer_comes_once_and_by_mail_in_the_language_of_whoever_asked(case):
    case.seeker.language = "de"
    case.seeker.save()
    reviewing.accept(case.match, by=case.broker)
    question = asked(case, Topic.COST, "")
    assert questions.answer(question, "900 a month", by=case.provider)
    assert not questions.answer(Question.objects.get(), "1,200", by=case.provider)
    (mail,) = mails(MailKind.REPLY)
    assert mail.recipient == case.seeker
    assert "Was kostet ein erstes Projekt?" in text_of(read(mail))
    assert "900 a month" in text_of(read(mail))


def test_the_mail_of_a_question_is_dropped_when_it_was_answered_meanwhile(case):
    reviewing.accept(case.match, by=case.broker)
    question = asked(case)
    questions.answer(question, "Yes", by=case.provider)
    assert read(mails(MailKind.QUESTION)[0]) is None


def test_only_the_two_sides_write_and_only_what_can_be_asked(case):
    for person in (case.broker, case.provider, make_user()):
        with pytest.raises(PermissionDenied):
            questions.ask(case.match, "need", Topic.COST, "", by=person)
    with pytest.raises(ValidationError):  # the offer's side does not know of it yet
        questions.ask(case.match, "offer", Topic.BUDGET, "", by=case.provider)
    asked(case, Topic.COST, "")
    for topic, text in ((Topic.COST, ""), (Topic.BUDGET, ""), (Topic.OTHER, "")):
        with pytest.raises(ValidationError):
            asked(case, topic, text)
    for number in range(questions.MOST_OPEN - 1):
        asked(case, text=f"Question {number}?")
    with pytest.raises(ValidationError):
        asked(case, text="One too many?")


def test_the_page_warns_once_of_what_tells_who_writes(client, case):
    client.force_login(case.seeker)
    address = reverse("match-ask", args=[case.match.pk])
    first = client.post(address, {"ask-topic": "other", "ask-text": WORDS})
    assert first.status_code == 422
    assert "Others can tell from this who you are" in first.text
    assert not Question.objects.exists()
    warned = first.context["question_form"]["warned"].value()
    done = client.post(address, {"ask-topic": "other", "ask-text": WORDS, "ask-warned": warned}, follow=True)
    assert "It goes to the provider when a broker has agreed" in done.text
    assert Question.objects.get().text == WORDS


def test_the_other_side_answers_on_its_page_and_a_stranger_finds_nothing(client, case):
    reviewing.accept(case.match, by=case.broker)
    question = asked(case, Topic.EVIDENCE, "")
    address = reverse("question-answer", args=[question.pk])
    client.force_login(make_user())
    assert client.post(address).status_code == 404
    client.force_login(case.provider)
    assert client.post(address, {f"reply-{question.pk}-text": ""}).status_code == 422
    assert (
        "Sent, without your name" in client.post(address, {f"reply-{question.pk}-text": "12 sites"}, follow=True).text
    )
    assert "12 sites" in page_of(client, case, case.seeker)


def test_questions_are_asked_and_answered_by_the_api(case):
    reviewing.accept(case.match, by=case.broker)
    seeker, provider = APIClient(), APIClient()
    seeker.force_authenticate(case.seeker)
    provider.force_authenticate(case.provider)
    made = seeker.post("/api/v1/questions/", {"match": case.match.pk, "topic": "cost"}, format="json")
    assert made.status_code == 201
    path = f"/api/v1/questions/{made.json()['id']}/answer/"
    assert seeker.post(path, {"text": "me"}, format="json").status_code == 403
    assert provider.post(path, {"text": "900 a month"}, format="json").json()["answer"] == "900 a month"
    assert provider.post(path, {"text": "again"}, format="json").status_code == 409


def test_erasing_a_person_takes_their_words_and_those_about_their_organisation(case):
    reviewing.accept(case.match, by=case.broker)
    questions.answer(asked(case), "Only with gas", by=case.provider)
    erasure.erase(case.seeker)
    left = Question.objects.get()
    assert (left.text, left.answer, left.asked_by) == ("", "", None)
