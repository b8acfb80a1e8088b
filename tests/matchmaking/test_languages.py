"""In which language a page speaks: the one chosen on it, else the person's, else the browser's, else English."""

import re

import pytest
from django.conf import settings

from accounts.models import User
from matchmaking.models import Match
from tests.factories import make_case, make_user

pytestmark = pytest.mark.django_db

HEADING = {
    "en": "What would you like to solve?",
    "de": "Was möchten Sie lösen?",
    "fr": "Que voulez-vous résoudre\u202f?",
    "es": "¿Qué quiere resolver?",
    "it": "Che cosa vuole risolvere?",
    "pl": "Co chcesz rozwiązać?",
}


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_a_visitor_is_spoken_to_in_the_browser_s_language(client, language):
    page = client.get("/", headers={"accept-language": f"{language}, en;q=0.5"})
    assert HEADING[language] in page.text
    assert f'<html lang="{language}"' in page.text


def test_a_language_the_interface_does_not_speak_gives_english(client):
    page = client.get("/", headers={"accept-language": "fi"})
    assert HEADING["en"] in page.text


def test_the_switch_offers_every_language_in_its_own_name_and_keeps_the_page(client):
    page = client.get("/search/?kind=offer&country=FR")
    for name in ("English", "Deutsch", "Français", "Español", "Italiano", "Polski"):
        assert f">{name}</button>" in page.text
    address = "/search/?kind=offer&country=FR"
    assert f'name="next" value="{address.replace("&", "&amp;")}"' in page.text
    answer = client.post("/language/setlang/", {"language": "pl", "next": address})
    assert answer.headers["Location"] == address
    assert '<html lang="pl"' in client.get(address).text


def test_the_switch_on_the_answer_to_a_form_leads_back_to_the_form(client):
    person = make_case().broker
    client.force_login(person)
    page = client.post("/searches/new/", {}, headers={"referer": "http://testserver/search/?kind=need"})
    assert 'name="next" value="http://testserver/search/?kind=need"' in page.text
    answer = client.post("/language/setlang/", {"language": "pl", "next": "http://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_the_profile_s_language_counts_until_another_is_chosen_and_again_after_saving_the_profile(client):
    person = make_user(language="it")
    client.force_login(person)
    assert HEADING["it"] in client.get("/needs/").text
    client.post("/language/setlang/", {"language": "de"})
    assert HEADING["de"] in client.get("/needs/").text
    fields = ("name", "time_zone", "digest_frequency", "digest_weekday", "digest_hour")
    client.post("/profile/", {name: getattr(person, name) for name in fields} | {"language": "es"})
    assert HEADING["es"] in client.get("/needs/").text


def test_texts_keep_their_language_and_say_which_it_is(client):
    need = {"title": "Teig übrig", "description": "Abends bleibt Teig übrig.", "language": "de"}
    case = make_case(need=need, offer={"title": "Prévisions", "language": "fr"})
    case.broker.language = "pl"
    case.broker.save()
    client.force_login(case.broker)
    page = client.get(f"/matches/{case.match.pk}/").text
    assert '<html lang="pl"' in page
    assert 'lang="de">Teig übrig</h2>' in page
    assert 'lang="fr">Prévisions</h2>' in page
    assert "Potrzeba" in page
    row = client.get("/queue/").text
    assert '<span lang="de">Teig übrig</span>' in row


def test_drawings_are_measured_alike_where_numbers_are_written_with_a_comma(client):
    case = make_case()
    Match.objects.update(probability=0.4)
    User.objects.update(language="de")
    case.broker.refresh_from_db()
    client.force_login(case.broker)
    pages = "".join(client.get(address).text for address in ("/queue/", f"/matches/{case.match.pk}/", "/overview/"))
    measures = re.findall(r'\s(?:cx|x|width)="([^"]*)"', " ".join(re.findall(r"<(?:circle|rect|line)[^>]*>", pages)))
    assert "4.5" in measures
    assert not [measure for measure in measures if "," in measure]
