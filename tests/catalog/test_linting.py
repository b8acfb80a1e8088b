"""Notes on a text while it is written: what they find in six languages, and that they never block."""

import pytest
from django.urls import reverse

from accounts.models import User
from catalog.codes import Ecosystem
from catalog.linting import Draft, Note, notes
from catalog.models import Need
from tests.factories import make_need, make_organisation, make_user

GOOD = {
    "en": "Every evening we throw away 40 kg of dough because demand varies. We tried fixed plans. "
    "The oven must stay.",
    "de": "Jeden Abend werfen wir 40 kg Teig weg, weil die Nachfrage schwankt. Feste Pläne haben wir schon versucht. "
    "Der Ofen muss bleiben, wie er ist.",
    "fr": "Chaque soir nous jetons 40 kg de pâte parce que la demande varie. Nous avons essayé des plans fixes. "
    "Le four doit rester.",
    "es": "Cada noche tiramos 40 kg de masa porque la demanda varía. Hemos probado planes fijos. El horno no puede "
    "cambiar y debe quedarse.",
    "it": "Ogni sera buttiamo 40 kg di impasto perché la domanda varia. Abbiamo provato piani fissi. Il forno deve "
    "restare com'è adesso.",
    "pl": "Co wieczór wyrzucamy 40 kg ciasta, ponieważ popyt się zmienia. Próbowaliśmy stałych planów. Piec musi "
    "pozostać taki, jaki jest.",
}
BARE = {
    "en": "We are looking for a partner with a leading and innovative machine in the area of our small bakery here.",
    "de": "Wir suchen einen Partner mit einer führenden und innovativen Maschine im Bereich unserer kleinen Bäckerei "
    "in dieser Gegend.",
    "fr": "Nous cherchons un partenaire avec une machine innovante et de pointe dans le domaine de notre petite "
    "boulangerie.",
    "es": "Buscamos un socio con una máquina innovadora y puntera en el ámbito de nuestra pequeña panadería de aquí.",
    "it": "Cerchiamo un partner con una macchina innovativa e all'avanguardia nel nostro piccolo panificio in paese.",
    "pl": "Szukamy partnera z innowacyjną i wiodącą maszyną w dziedzinie naszej małej piekarni w tej okolicy, gdzie "
    "pieczemy chleb.",
}


def codes(text, language="en", **more):
    return {note.code for note in notes(Draft("need", language, {"description": text}, **more))}


@pytest.mark.parametrize("language", GOOD)
def test_a_text_that_says_why_how_and_within_which_limits_gets_no_note(language):
    assert codes(GOOD[language], language) == set()


@pytest.mark.parametrize("language", BARE)
def test_a_text_that_only_praises_is_asked_for_what_is_missing(language):
    assert codes(BARE[language], language) == {"no_why", "no_tried", "no_limits", "no_amounts", "marketing"}


def test_an_unbegun_text_and_a_language_without_word_lists_are_left_in_peace():
    assert codes("  ") == set()
    assert codes("Kažkas 5 " * 20, "lt") == set()


def test_an_anonymous_text_is_warned_of_everything_that_names_its_author():
    draft = Draft("need", "en", {}, own_names=("Mehlwerk GmbH",), other_names=("Grainsoft",), is_hidden=True)
    (leak,) = notes(Draft(**{**draft.__dict__, "texts": {"description": GOOD["en"] + " Mehlwerk"}}))
    assert leak == Note("leak", "description", ("Mehlwerk",))
    for word in (
        "ofenbau.example",
        "+49 40 123456",
        "EP 1234567",
        "Ofenbau Nord GmbH",
        "Grainsoft",
        "bakery@mail.example",
    ):
        alone = {"description": f"{GOOD['en']} {word}."}
        assert word in notes(Draft(**{**draft.__dict__, "texts": alone}))[0].found
    assert "leak" not in {note.code for note in notes(Draft(**{**draft.__dict__, "is_hidden": False}))}


def test_lengths_and_keywords_are_watched():
    draft = Draft(
        "need", "en", {"title": "x" * 91, "description": GOOD["en"] * 40}, {"market_keywords": list("abcdefg")}
    )
    found = notes(draft)
    assert Note("keywords", "market_keywords", ("2",)) in found
    assert {"too_long", "long_title", "keywords"} <= {note.code for note in found}
    assert "short" in codes("Dough 5 kg.")


@pytest.mark.parametrize("sector", Ecosystem.values)
def test_each_sector_has_a_question_until_the_text_answers_it(sector):
    assert codes(BARE["en"], ecosystems=(sector,)) >= {f"ask_{sector}"}


def test_a_question_of_the_sector_that_is_answered_is_not_asked():
    assert "ask_agri_food" not in codes(GOOD["en"] + " We follow HACCP.", ecosystems=("agri_food",))


@pytest.fixture
def author(client, db):
    person = make_user()
    make_organisation(name="Mehlwerk GmbH", people=(person,))
    client.force_login(person)
    return person


def test_notes_come_while_one_writes_and_tell_nothing_about_organisations_out_of_sight(client, author):
    make_organisation(name="Grainsoft")
    sent = {"description": f"{BARE['en']} At Mehlwerk, Grainsoft helps.", "visibility": "anonymous"}
    page = client.post(reverse("notes", args=["need"]), sent).content.decode()
    assert "who you are: Mehlwerk." in page
    assert "Grainsoft" not in page
    assert not Need.objects.exists()


def test_notes_never_block_and_stand_on_the_form_without_javascript(client, author):
    sent = {"description": BARE["en"], "visibility": "anonymous"}
    page = client.post(reverse("need-new"), sent, follow=True).content.decode()
    assert "5 notes say how to improve the text." in page
    form = client.get(reverse("need-edit", args=[Need.objects.get().pk])).content.decode()
    assert "Name a figure" in form


def test_a_visitor_gets_no_notes(client, db):
    assert client.post(reverse("notes", args=["need"]), {"description": "x"}).status_code == 403


@pytest.mark.django_db
def test_the_api_tells_editors_the_notes_of_the_form_in_their_language(client):
    author = make_user(language="de")
    need = make_need(organisation=make_organisation(people=(author,)), description=BARE["en"], language="en")
    client.force_login(author)
    told = client.get(f"/api/v1/needs/{need.pk}/notes/").json()["notes"]
    shown = client.get(f"/needs/{need.pk}/edit/").context["notes"]
    assert [one["words"] for one in told] == [str(one.words) for one in shown]
    assert {one["field"] for one in told} >= {"description"}
    User.objects.update(language="en")
    english = client.get(f"/api/v1/needs/{need.pk}/notes/").json()["notes"]
    assert [one["field"] for one in english] == [one["field"] for one in told]
    assert not {one["words"] for one in english} & {one["words"] for one in told}
    client.force_login(make_user())
    assert client.get(f"/api/v1/needs/{need.pk}/notes/").status_code == 404


def notes_on(client, **text):
    """Over the API, of a text that nothing stores."""
    return client.post("/api/v1/notes/", {"kind": "need"} | text, content_type="application/json")


@pytest.mark.parametrize("text", [
    {"description": BARE["en"], "visibility": "anonymous", "ecosystems": ["agri_food", "textiles"]},
    {"description": f"{BARE['en']} At Mehlwerk, Grainsoft helps.", "visibility": "network", "title": "Dough " * 30},
    {"kind": "offer", "description": "The best. " * 700 + "Yes.", "technology_keywords": [str(n) for n in range(7)]},
    {"description": BARE["de"], "language": "de"}, {"title": "Dough"},
])  # fmt: skip
def test_the_api_tells_of_a_text_that_is_not_stored_what_its_page_does(client, author, text):
    told = notes_on(client, **text).json()["notes"]
    form = text | {"technology_keywords": ",".join(text.get("technology_keywords", []))}
    page = client.post(reverse("notes", args=[text.get("kind", "need")]), form)
    shown = page.context["notes"] if page.context else []
    assert [(one["label"], one["words"]) for one in told] == [(str(one.label), str(one.words)) for one in shown]
    assert bool(told) == ("description" in text)
    assert not Need.objects.exists()


def test_a_text_that_is_none_is_refused_over_the_api(client, author):
    wrong = [{"kind": "broker"}, {"description": "x" * 20_001}, {"ecosystems": ["space"]}, {"visibility": "nobody"}]
    assert [notes_on(client, **text).json()["errors"].keys() for text in wrong] == [one.keys() for one in wrong]


def test_whoever_asks_the_api_for_notes_too_often_waits_and_on_the_page_as_well(client, author, monkeypatch):
    monkeypatch.setattr("catalog.writing_api.ASKS_A_MINUTE", 2)
    answers = [notes_on(client, description="x") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "60"
    monkeypatch.setattr("catalog.concept_views.ASKS_A_MINUTE", 3)
    assert client.post(reverse("notes", args=["need"]), {"description": "x"}).status_code == 429
