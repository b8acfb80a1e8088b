"""Over the API: who one is and which mails come, what brokers teach about words, and for whom they vouch."""

import pytest
from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from accounts.models import Consent, Scope
from matchmaking.consent import is_silenced, silence
from matchmaking.models import GlossaryEntry, Match
from tests.factories import make_case, make_user
from tests.permission_scene import token_of

pytestmark = pytest.mark.django_db
PAIR = {"need": "Nobody knows how many customers will come.", "offer": "We forecast demand.", "score": 0.6}


def client(person, scope=Scope.BROKER):
    return APIClient(headers={"if-match": "*", "authorization": f"Token {token_of(person, scope)[1]}"})


def test_a_person_reads_and_changes_who_they_are_and_which_mails_come():
    case = make_case()
    api = client(case.broker)
    before = api.get("/api/v1/me/").json()
    assert before["email"] == case.broker.email
    assert before["clusters"] == [case.cluster.pk]
    groups = [group for group in before["groups"] if group != "expiry"]
    change = {"name": "Bea", "digest_frequency": "monthly", "groups": groups}
    after = api.patch("/api/v1/me/", change, format="json").json()
    assert after == before | change
    doors = Consent.objects.filter(person=case.broker).values_list("door", flat=True)
    assert set(doors) == {"api"}


def test_a_change_of_oneself_that_cannot_be_is_refused_by_field_and_changes_nothing():
    person = make_user(name="Ann")
    refused = client(person).patch("/api/v1/me/", {"name": "Bea", "time_zone": "Mars/Olympus"}, format="json")
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["time_zone"]
    person.refresh_from_db()
    assert person.name == "Ann"


def test_a_profile_that_changed_meanwhile_is_not_overwritten():
    person = make_user()
    token = token_of(person, Scope.WRITE)[1]
    api = APIClient(headers={"authorization": f"Token {token}"})
    tag = api.get("/api/v1/me/").headers["ETag"]
    assert api.get("/api/v1/me/", headers={"if-none-match": tag}).status_code == 304
    answers = [
        api.patch("/api/v1/me/", {"name": name}, format="json", headers={"if-match": tag} if tag else {}).status_code
        for name, tag in (("Bea", ""), ("Bea", tag), ("Cleo", tag))
    ]
    assert answers == [428, 200, 412]


def test_mail_to_an_address_that_came_back_is_switched_on_again():
    person = make_user()
    silence(person.email, "bounce")
    api = client(person)
    assert api.get("/api/v1/me/").json()["is_silenced"]
    assert not api.post("/api/v1/me/mail-again/").json()["is_silenced"]
    assert not is_silenced(person.email)


def test_a_broker_teaches_words_and_takes_them_back():
    case = make_case()
    api = client(case.broker)
    words = {"match": case.match.pk, "need_words": "left-over dough", "offer_words": "bread waste"}
    made = api.post("/api/v1/glossary/", words, format="json").json()
    assert GlossaryEntry.objects.joining().get().made_by == case.broker
    assert Match.objects.get(pk=case.match.pk).bridge[0]["offer"] == "bread waste"
    address = f"/api/v1/glossary/{made['id']}/"
    assert [api.delete(address).status_code for _time in range(2)] == [204, 409]
    assert api.get("/api/v1/glossary/", {"withdrawn": "true"}).json()["results"][0]["id"] == made["id"]


def test_a_broker_parts_two_sentences_of_which_no_word_is_kept():
    case = make_case(bridge=[PAIR])
    api = client(case.broker)
    wrong = {"match": case.match.pk, "verdict": "wrong", "need_words": PAIR["need"], "offer_words": PAIR["offer"]}
    told = api.post("/api/v1/glossary/", wrong, format="json").json()
    assert (told["verdict"], told["need_words"], told["offer_words"]) == ("wrong", "", "")
    assert Match.objects.get(pk=case.match.pk).bridge == []
    assert api.post("/api/v1/glossary/", wrong, format="json").status_code == 400


def test_a_whole_text_is_no_wording():
    case = make_case()
    words = {"match": case.match.pk, "need_words": "dough " * 40, "offer_words": "bread waste"}
    refused = client(case.broker).post("/api/v1/glossary/", words, format="json")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["need_words"])


def test_a_broker_vouches_for_an_organisation_and_takes_it_back():
    case = make_case()
    firm = case.match.need.organisation
    api = client(case.broker)
    for act, is_verified in (("verify", True), ("unverify", False)):
        told = api.post(f"/api/v1/organisations/{firm.pk}/{act}/").json()
        assert told["is_verified"] is is_verified


def test_its_people_and_brokers_read_what_speaks_for_an_organisation_and_others_do_not():
    case = make_case()
    firm, address = case.match.need.organisation, "/api/v1/organisations/{}/evidence/"
    firm.website = "https://www.firm.example/ovens"
    firm.save()
    for has_mail_there in (False, True):
        for person in (case.seeker, case.broker):
            told = client(person).get(address.format(firm.pk)).json()
            assert (told["website"], told["domain"]) == (firm.website, "firm.example")
            assert (told["has_mail_there"], told["verified_by"]) == (has_mail_there, None)
        EmailAddress.objects.get_or_create(user=case.seeker, email=case.seeker.email, verified=True)
    firm.verify(by=case.broker)
    told = client(case.seeker).get(address.format(firm.pk)).json()
    assert told["verified_by"] == str(case.broker)
    assert told["verified_at"]
    assert client(make_user()).get(address.format(firm.pk)).status_code == 404
    assert client(make_user()).get(address.format(case.cluster.organisation_id)).status_code == 403
