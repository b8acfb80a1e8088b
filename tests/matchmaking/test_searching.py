"""The one search: by meaning and words, in any language, over what a person may see; with the real encoder."""

import pytest
from django.contrib.auth.models import AnonymousUser

from catalog.codes import State
from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents
from catalog.encoder.failures import EncoderUnavailable
from catalog.models import Need
from matchmaking import candidates, searching
from matchmaking.searching import Search, _ways, find, fused
from tests.factories import make_case, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

WATER = "We treat rinse water of dairies on site, so that what is discharged stays below the limit."
HEAT = "Nous récupérons la chaleur perdue des fours et des fumées pour le chauffage et l'eau chaude."
WELD = "Robot welding cells after EN 1090 for steel structures, rented by the week."


def titles(user, text, **filters):
    return [document.title for document in find(user, Search("offer", text, "", filters)).documents]


def catalogue():
    make_offer(title="Rinse water", description=WATER)
    make_offer(title="Chaleur perdue", description=HEAT, language="fr", organisation=make_organisation(country="FR"))
    make_offer(title="Welding", description=WELD, ecosystems=["construction"])
    while embed_stale_documents():
        pass
    refresh_if_grown()


def test_words_and_meaning_find_across_languages_and_an_exact_code_is_found():
    catalogue()
    nobody = AnonymousUser()
    assert titles(nobody, "use the waste heat of our ovens")[0] == "Chaleur perdue"
    assert titles(nobody, "Spülwasser behandeln")[0] == "Rinse water"
    assert titles(nobody, "EN 1090")[0] == "Welding"
    assert "Welding" not in titles(nobody, "use the waste heat of our ovens")


def test_among_very_many_documents_the_same_is_found_by_the_indexes(monkeypatch):
    catalogue()
    monkeypatch.setattr(candidates, "EXACT_UP_TO", 0)
    assert titles(AnonymousUser(), "use the waste heat of our ovens")[0] == "Chaleur perdue"
    assert titles(AnonymousUser(), "EN 1090")[0] == "Welding"


def test_without_the_encoder_words_still_find(monkeypatch):
    catalogue()

    def gone():
        raise EncoderUnavailable("nobody answers")

    monkeypatch.setattr(searching, "encoder", gone)
    found = find(AnonymousUser(), Search("offer", "robot welding"))
    assert [document.title for document in found.documents] == ["Welding"]
    assert found.is_partial


def test_filters_narrow_and_without_words_the_newest_come_first():
    nobody = AnonymousUser()
    make_offer(title="First", ecosystems=["retail"])
    make_offer(title="Second", organisation=make_organisation(country="PT"))
    assert titles(nobody, "") == ["Second", "First"]
    assert titles(nobody, "", country="PT") == ["Second"]
    assert titles(nobody, "", ecosystem="retail") == ["First"]


def test_only_open_documents_that_the_person_may_see_are_found():
    case = make_case(offer={"visibility": "network"})
    make_offer(title="Paused", state=State.PAUSED)
    stranger = make_user()
    assert titles(AnonymousUser(), "") == titles(stranger, "") == []
    assert titles(case.provider, "") == [case.match.offer.title]


@pytest.mark.parametrize("visibility", ["public", "anonymous", "network"])
def test_a_hit_shows_what_its_visibility_lets_a_visitor_see(client, visibility):
    organisation = make_organisation(name="Brezel & Sohn GmbH")
    make_need(visibility=visibility, organisation=organisation, description="Brezel & Sohn GmbH needs help.")
    page = client.get("/search/", {"kind": "need"}).text
    assert ("Brezel" in page) == (visibility == "public")
    assert ("Less waste of dough" in page) == (visibility != "network")


@pytest.mark.parametrize("text", ["Brezel Sohn", "brezelsohn", "anna@brezel.example"])
def test_nobody_finds_out_whose_an_anonymous_text_is_by_searching_for_the_name(text):
    member = make_user()
    organisation = make_organisation(people=(member,), name="Brezelsohn & Brezel Sohn GmbH")
    said = "Brezelsohn & Brezel Sohn GmbH throws away dough. Mail anna@brezel.example."
    needs = [
        make_need(visibility=one, organisation=organisation, description=said) for one in ("anonymous", "public")
    ]
    for number in range(9):
        make_need(title=f"Steel {number}", description="We weld gates of steel.")
    while embed_stale_documents():
        pass
    hidden, shown = (need.pk for need in needs)
    found = [row.pk for row in find(AnonymousUser(), Search("need", text, "en")).documents]
    worded = _ways(Need.objects.visible_to(AnonymousUser()), text, "en")[0][:2]
    assert shown in found
    assert not any(hidden in hits for hits in worded)
    seen = _ways(Need.objects.visible_to(member), text, "en")[0][:2]
    assert any(hidden in hits for hits in seen)


def test_the_same_rank_in_two_ways_beats_the_first_of_one():
    assert fused([[1, 2, 3], [2, 4, 5]])[0] == 2
    assert fused([[7], [5]]) == [5, 7]
    assert fused([]) == []


def test_a_search_says_in_words_what_it_looks_for():
    assert Search("offer", "waste heat", "en", {"country": "PT"}).in_words == "Offers for “waste heat”, Portugal"
    assert Search("need", "", "", {"ecosystem": "nonsense"}).in_words == "Needs"


def test_nonsense_in_the_address_is_no_error(client):
    make_offer()
    assert client.get("/search/", {"kind": "x", "country": "ZZ", "ecosystem": "%00"}).status_code == 200
    assert client.get("/search/").status_code == 200


def test_a_visitor_may_search_so_often_an_hour(client, monkeypatch):
    monkeypatch.setattr(searching, "encoder", lambda: (_ for _ in ()).throw(EncoderUnavailable("")))
    monkeypatch.setattr("matchmaking.trial.SEARCHES_AN_HOUR", 1)
    assert [client.get("/search/", {"text": "heat"}).status_code for _ in range(2)] == [200, 429]
    client.force_login(make_user())
    assert client.get("/search/", {"text": "heat"}).status_code == 200


def test_a_page_of_fifty_hits_asks_the_database_as_often_as_one_of_two(client, django_assert_max_num_queries):
    client.force_login(make_user())
    for _ in range(30):
        make_offer()
    with django_assert_max_num_queries(12):
        client.get("/search/", {"kind": "offer"})
