"""Changing a text with its author's consent: nothing changes before a yes, and a yes only the text that was read."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Consent
from catalog.importing import Importer
from catalog.models import ClientText, Need, Offer, Rewording
from catalog.models.rewording import RewordingState
from catalog.rewording import compared, is_of_others
from matchmaking import erasure, rewordings
from matchmaking.links import rewording_url
from matchmaking.models import Mail, MailKind
from tests.factories import make_case, make_need, make_offer, make_user
from tests.matchmaking.mail_reading import html_of, link_to, read, text_of
from tests.matchmaking.test_mail_choices import path_of

pytestmark = pytest.mark.django_db

BETTER = "We throw away 40 kg of dough every evening and never know how much to bake."


@pytest.fixture
def case():
    return make_case()


def texts_of(need, **changes):
    return {"title": need.title, "description": need.description} | changes


def proposed(case, **changes):
    need, wanted = case.match.need, {"description": BETTER} | changes
    return rewordings.propose(need, texts_of(need, **wanted), by=case.broker, note="Why.")


def description():
    return Need.objects.values_list("description", flat=True).get()


def test_a_broker_proposes_on_the_page_and_nothing_changes(client, case):
    need = case.match.need
    client.force_login(case.broker)
    assert f"/needs/{need.pk}/reword/" in client.get(f"/matches/{case.match.pk}/").text
    assert f"/needs/{need.pk}/reword/" in client.get(need.get_absolute_url()).text
    form = client.get(f"/needs/{need.pk}/reword/").context["form"].initial
    assert client.post(f"/needs/{need.pk}/reword/", form).status_code == 422
    page = client.post(f"/needs/{need.pk}/reword/", form | {"description": BETTER, "note": "A figure."}, follow=True)
    assert "Waiting for the author" in page.text
    assert description() == need.description
    change = Rewording.objects.get()
    assert (change.texts, change.note) == ({"description": BETTER}, "A figure.")
    client.post(f"/rewordings/{change.pk}/take-back/")
    assert not Rewording.objects.exists()


def test_the_author_compares_both_texts_by_mail_and_a_yes_changes_the_text(client, case):
    change = proposed(case)
    message = read(Mail.objects.get(kind=MailKind.REWORDING, recipient=case.seeker))
    assert "We throw away *a third* of *the* dough every evening" in text_of(message)
    assert "We throw away *40 kg* of dough every evening" in text_of(message)
    assert re.findall("<(del|ins) .*?>(.+?)<", html_of(message)) == [
        ("del", "a third "), ("del", "the "), ("ins", "40 kg "),
    ]  # fmt: skip
    path = link_to(message, "/answer/rewording/")
    page = client.get(path).text
    assert "<del>a third </del>" in page
    assert description() == case.match.need.description
    assert client.post(path, {"answer": "yes"}).status_code == 200
    change.refresh_from_db()
    assert (description(), change.state, change.answered_by) == (BETTER, RewordingState.ACCEPTED, case.seeker)
    assert client.post(path, {"answer": "no"}).status_code == 410
    logged = Consent.objects.get(person=case.seeker)
    assert (logged.subject, logged.act, logged.door) == ("rewording", "agreed", "mail")


def test_the_mail_shows_what_differs_also_at_the_end_of_a_long_text(case):
    need = case.match.need
    need.description = f"{need.description} {'We bake for eleven branches. ' * 40}".strip()
    need.save()
    proposed(case, description=f"{need.description} A day has two deliveries.")
    told = text_of(read(Mail.objects.get(kind=MailKind.REWORDING, recipient=case.seeker)))
    assert "*branches. A day has two deliveries.*" in told
    assert len(told) < len(need.description)


def test_a_no_on_the_page_leaves_the_text_and_the_broker_sees_it(client, case):
    change, need = proposed(case), case.match.need
    client.force_login(case.seeker)
    assert f"/rewordings/{change.pk}/" in client.get(need.get_absolute_url()).text
    client.post(f"/rewordings/{change.pk}/", {"answer": "no"})
    assert description() == need.description
    client.force_login(case.broker)
    assert "Declined by the author" in client.get(f"/rewordings/{change.pk}/").text
    assert read(Mail.objects.get(kind=MailKind.REWORDING)) is None


def test_a_text_changed_meanwhile_is_not_overwritten(client, case):
    need = case.match.need
    with pytest.raises(ValidationError):
        rewordings.propose(need, texts_of(need, title="Other"), by=case.broker, seen="of an older text")
    change = proposed(case)
    path = path_of(rewording_url(change, case.seeker))
    Need.objects.update(description="The author wrote something new.")
    change = Rewording.objects.with_documents().get()
    assert change.state == RewordingState.OUTDATED
    assert not rewordings.answer(change, "yes", by=case.seeker)
    assert client.post(path, {"answer": "yes"}).status_code == 410
    assert description() == "The author wrote something new."
    proposed(case)
    assert Rewording.objects.get().state == RewordingState.WAITING


def test_only_brokers_propose_only_authors_answer_and_one_proposal_waits_at_a_time(client, case):
    change, need = proposed(case), case.match.need
    with pytest.raises(ValidationError):
        proposed(case, title="Another")
    for stranger in (case.seeker, case.provider, make_user()):
        with pytest.raises(PermissionDenied):
            rewordings.propose(need, texts_of(need, title="Other"), by=stranger)
    client.force_login(case.broker)
    assert client.post(f"/rewordings/{change.pk}/", {"answer": "yes"}).status_code == 403
    client.force_login(case.provider)
    assert client.get(f"/rewordings/{change.pk}/").status_code == 404
    assert description() == need.description


def test_a_broker_changes_codes_but_no_words_on_the_form_and_by_the_api(client, case):
    need = case.match.need
    client.force_login(case.broker)
    page = client.get(f"/needs/{need.pk}/edit/")
    assert "Propose a change" in page.text
    form = {"description": BETTER, "title": "Other", "visibility": "public", "ecosystems": ["agri_food"]}
    assert client.post(f"/needs/{need.pk}/edit/", form).status_code == 302
    changed = Need.objects.get()
    assert (changed.description, changed.title, changed.ecosystems) == (need.description, need.title, ["agri_food"])


def test_both_texts_are_marked_where_they_differ():
    old, new = compared("a third of it\nis lost", "40 kg of it\nis lost")
    assert [(words.text, words.is_changed) for words in old] == [("a third ", True), ("of it\nis lost", False)]
    assert [(words.text, words.is_changed) for words in new] == [("40 kg ", True), ("of it\nis lost", False)]


def test_proposed_words_go_with_the_text_they_were_written_for(case):
    proposed(case)
    erasure.erase(case.seeker)
    assert not Rewording.objects.exists()


def test_a_broker_neither_imports_over_others_words_nor_over_their_drafts(case):
    published, draft = case.match.need, make_need(organisation=case.match.need.organisation, state="draft")
    Need.objects.filter(pk=published.pk).update(external_id="a")
    Need.objects.filter(pk=draft.pk).update(external_id="b")
    rows = [(2, {"external_id": "a", "description": BETTER}), (3, {"external_id": "b", "description": BETTER})]
    importer = Importer(Need, "needs.csv", lambda _name: published.organisation, author=case.broker)
    plan = importer.plan(rows)
    assert [problem.field for problem in plan.problems] == ["external_id", "external_id"]
    own = Importer(Need, "needs.csv", lambda _name: published.organisation, author=case.seeker).plan(rows)
    assert (own.problems, len(own.updated)) == ([], 2)


def test_who_sees_the_text_is_its_authors_choice_too(client, case):
    offer = make_offer(organisation=case.match.need.organisation, visibility="anonymous")
    client.force_login(case.broker)
    client.post("/offers/change/", {"offer": [offer.pk], "action": "public"})
    form = client.get(f"/offers/{offer.pk}/edit/").context["form"]
    assert form.fields["visibility"].disabled
    assert Offer.objects.get(pk=offer.pk).visibility == "anonymous"


def test_what_a_client_has_confirmed_is_the_clients_also_for_the_broker_who_wrote_it(case):
    need = case.match.need
    Need.objects.update(author=case.broker)
    assert not is_of_others(need, case.broker)
    ClientText.objects.create(
        kind="need", need=need, organisation=need.organisation, broker=case.broker, confirmed_at=timezone.now()
    )
    assert is_of_others(need, case.broker)


def send(person, path, body, **headers):
    api = APIClient(headers=headers)
    api.force_authenticate(person)
    return api.post(f"/api/v1/{path}/", body, format="json")


def test_over_the_api_a_broker_proposes_and_the_author_answers(case, django_assert_max_num_queries):
    need = case.match.need
    made = send(case.broker, f"needs/{need.pk}/reword", {"description": BETTER, "note": "A figure."})
    assert (made.status_code, description()) == (201, need.description)
    told, at = made.json(), f"rewordings/{made.json()['id']}"
    assert (told["document"], told["texts"], told["state"]) == (need.pk, {"description": BETTER}, "waiting")
    assert Mail.objects.filter(kind=MailKind.REWORDING, recipient=case.seeker).exists()
    api = APIClient()
    api.force_authenticate(case.seeker)
    with django_assert_max_num_queries(12):
        (row,) = api.get("/api/v1/rewordings/?is_answered=false").json()["results"]
    assert row == told | {"may_answer": True}
    assert send(case.broker, f"{at}/answer", {"accept": True}).status_code == 403
    answered = send(case.seeker, f"{at}/answer", {"accept": True}).json()
    assert (answered["state"], answered["may_answer"], description()) == ("accepted", False, BETTER)
    assert Consent.objects.get(person=case.seeker).door == "api"
    assert send(case.seeker, f"{at}/answer", {"accept": False}).status_code == 409
    assert send(case.broker, f"{at}/take-back", {}).status_code == 409
    assert api.get("/api/v1/rewordings/?is_answered=false").json()["results"] == []


def test_over_the_api_nothing_is_proposed_that_changes_nothing_or_was_changed_since(case):
    need = case.match.need
    at = f"needs/{need.pk}/reword"
    assert send(case.broker, at, {"description": need.description}).status_code == 400
    assert send(case.broker, at, {"title": ""}).json()["errors"].keys() == {"title"}
    assert send(case.broker, at, {"description": BETTER}, **{"if-match": '"old"'}).status_code == 412
    assert send(case.seeker, at, {"description": BETTER}).status_code == 403
    offer = make_offer(organisation=need.organisation)
    asked = send(case.broker, f"offers/{offer.pk}/reword", {"expertise_sought": "Bakers"})
    assert asked.json()["errors"].keys() == {"expertise_sought"}
    assert not Rewording.objects.exists()
    change = proposed(case)
    assert send(case.broker, at, {"description": "Again."}).status_code == 400
    assert send(case.broker, f"rewordings/{change.pk}/take-back", {}).status_code == 204
    assert not Rewording.objects.exists()
