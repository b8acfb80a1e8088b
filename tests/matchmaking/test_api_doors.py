"""What is done on the pages of documents, organisations and tasks, done over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Brokership, Membership, Scope
from catalog.models import Attachment, Need
from matchmaking.models import Scouting
from tests.factories import make_cluster, make_need, make_offer, make_organisation, make_user
from tests.files import make_image
from tests.permission_scene import token_of

pytestmark = pytest.mark.django_db
TEXT = "We throw away a third of the dough every evening."


def client_of(person, scope=Scope.BROKER, **headers) -> APIClient:
    return APIClient(headers={"authorization": f"Token {token_of(person, scope)[1]}"} | headers)


def provider():
    person = make_user()
    return person, make_offer(organisation=make_organisation(people=(person,)))


def sent(offer, name="oven.png", content=None):
    file = SimpleUploadedFile(name, content if content is not None else make_image("PNG"))
    return {"file": file, "offer": offer.pk}


def test_an_editor_stores_a_file_and_whoever_sees_the_offer_reads_it():
    person, offer = provider()
    made = client_of(person).post("/api/v1/attachments/", sent(offer), format="multipart")
    assert (made.status_code, made.json()["name"]) == (201, "oven.png")
    make_offer()
    (told,) = APIClient().get(f"/api/v1/attachments/?offer={offer.pk}").json()["results"]
    read = APIClient().get(f"/api/v1/attachments/{told['id']}/content/")
    assert (read["Content-Type"], b"".join(read.streaming_content)[1:4]) == ("image/png", b"PNG")
    assert client_of(make_user()).delete(f"/api/v1/attachments/{told['id']}/").status_code == 403
    assert client_of(person).delete(f"/api/v1/attachments/{told['id']}/").status_code == 204
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("name", ["plan.docm", "table.xlsm", "plan.pdf", "page.svg", "bomb.zip"])
def test_a_file_of_another_kind_is_refused_whatever_it_is_called(name):
    person, offer = provider()
    answer = client_of(person).post("/api/v1/attachments/", sent(offer, name, b"PK\3\4 macros"), format="multipart")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["file"])
    assert not Attachment.objects.exists()


def test_nobody_stores_a_file_with_what_others_wrote():
    person, _offer = provider()
    ask = client_of(person).post
    assert ask("/api/v1/attachments/", sent(make_offer()), format="multipart").status_code == 403
    hidden = sent(make_offer(visibility="network"))
    assert ask("/api/v1/attachments/", hidden, format="multipart").status_code == 400
    assert ask("/api/v1/attachments/", {"file": hidden["file"]}, format="multipart").status_code == 400


def test_a_file_that_is_too_large_is_refused(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    person, offer = provider()
    answer = client_of(person).post("/api/v1/attachments/", sent(offer, content=b"x" * 2000), format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_who_asks_to_join_is_let_in_once_and_then_seen_by_colleagues():
    owner, newcomer = make_user(), make_user()
    organisation = make_organisation(people=(owner,))
    wanted = {"organisation": organisation.name, "country": "DE"}
    asked = client_of(newcomer).post("/api/v1/memberships/", wanted, format="json").json()
    assert asked["state"] == "requested"
    assert client_of(newcomer).post(f"/api/v1/memberships/{asked['id']}/approve/").status_code == 403
    approved = client_of(owner).post(f"/api/v1/memberships/{asked['id']}/approve/")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert client_of(owner).post(f"/api/v1/memberships/{asked['id']}/decline/").status_code == 409
    people = client_of(newcomer).get("/api/v1/memberships/").json()["results"]
    assert {one["person"]["email"] for one in people} == {owner.email, newcomer.email}


def test_clusters_are_found_by_name_with_the_number_by_which_they_are_asked(django_assert_max_num_queries):
    person, clusters = make_user(), [make_cluster(), make_cluster()]
    own = make_organisation(people=(person,))
    api = client_of(person)
    with django_assert_max_num_queries(4):  # none for each row
        rows = api.get("/api/v1/organisations/").json()["results"]
    numbers = {row["name"]: row["cluster"] for row in rows}
    assert numbers == {str(one): one.pk for one in clusters} | {own.name: None}
    wanted = {"organisation": own.pk, "cluster": numbers[str(clusters[0])]}
    asked = api.post("/api/v1/cluster-memberships/", wanted, format="json").json()
    assert (asked["cluster"], asked["state"]) == (clusters[0].pk, "requested")


def test_the_only_owner_of_several_people_cannot_leave():
    owner = make_user()
    organisation = make_organisation(people=(owner,))
    Membership.objects.create(user=make_user(), organisation=organisation, state="approved")
    answer = client_of(owner).delete(f"/api/v1/memberships/{owner.memberships.get().pk}/")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_only_a_broker_of_the_cluster_decides_on_a_new_broker_and_with_a_token_for_that():
    broker, candidate = make_user(), make_user()
    waiting = Brokership.objects.create(user=candidate, cluster=make_cluster(brokers=(broker,)))
    address = f"/api/v1/brokerships/{waiting.pk}/approve/"
    assert client_of(broker, Scope.WRITE).post(address).status_code == 403
    assert client_of(candidate).post(address).status_code == 403
    assert client_of(broker).post(address).json()["state"] == "approved"


def test_an_organisation_is_changed_with_the_rules_of_its_page():
    owner = make_user()
    organisation, other = make_organisation(people=(owner,)), make_organisation()
    organisation.verify(by=make_user())
    address = f"/api/v1/organisations/{organisation.pk}/"
    assert client_of(owner).patch(address, {"size": "micro"}, format="json").status_code == 428
    change = client_of(owner, **{"if-match": "*"}).patch
    taken = change(address, {"name": other.name}, format="json")
    assert (taken.status_code, list(taken.json()["errors"])) == (400, ["name"])
    assert change(address, {"kind": "cluster"}, format="json").status_code == 400
    told = change(address, {"website": "https://ovens.example/"}, format="json")
    assert (told.status_code, told.json()["website"]) == (200, "https://ovens.example/")
    organisation.refresh_from_db()
    assert (organisation.name, organisation.is_verified) == (told.json()["name"], False)


def test_a_text_is_kept_as_one_draft_only_where_that_is_asked_for(monkeypatch):
    monkeypatch.setattr("matchmaking.search_api.propose", lambda **asked: [])
    person, offer = provider()
    asked = {"text": TEXT}
    assert client_of(person).post("/api/v1/propose/", asked, format="json").json() == {"results": [], "kept": None}
    assert not Need.objects.exists()
    keep = asked | {"keep": True}
    assert client_of(person, Scope.READ).post("/api/v1/propose/", keep, format="json").status_code == 403
    for _again in range(2):
        told = client_of(person, **{"idempotency-key": "one"}).post("/api/v1/propose/", keep, format="json").json()
    draft = Need.objects.get(pk=told["kept"])
    assert (draft.state, draft.description, draft.organisation) == ("draft", TEXT, offer.organisation)
    foreign = keep | {"organisation": make_organisation().pk}
    assert client_of(person).post("/api/v1/propose/", foreign, format="json").status_code == 400


def test_a_task_of_looking_around_is_taken_once_and_finished_with_what_was_found():
    broker = make_user()
    need = make_need()
    task = Scouting.objects.create(need=need, cluster=make_cluster(brokers=(broker,)), text_hash=need.text_hash)
    ask = client_of(broker).post
    assert ask(f"/api/v1/scoutings/{task.pk}/take/").json()["state"] == "taken"
    assert ask(f"/api/v1/scoutings/{task.pk}/take/").status_code == 409
    done = ask(f"/api/v1/scoutings/{task.pk}/finish/", {"note": "Two in Porto."}, format="json").json()
    assert (done["state"], done["note"]) == ("done", "Two in Porto.")
    assert client_of(broker).get("/api/v1/scoutings/?state=open").json()["results"] == []


def test_who_decided_and_does_not_decide_any_more_reads_nobodys_address():
    former, broker, newcomer = make_user(), make_user(), make_user()
    organisation, cluster = make_organisation(people=(former,)), make_cluster(brokers=(broker,))
    inside = Membership.objects.create(user=newcomer, organisation=organisation)
    helping = Brokership.objects.create(user=newcomer, cluster=cluster)
    for decider, asked, kind in ((former, inside, "memberships"), (broker, helping, "brokerships")):
        asked.decline(by=decider)
        address = f"/api/v1/{kind}/{asked.pk}/"
        assert client_of(decider).get(address).json()["person"]["email"] == newcomer.email
        getattr(decider, kind).all().delete()
        assert client_of(decider).get(address).status_code == 404
