"""While somebody writes: what was understood, and how the other side says it."""

import logging

import pytest
from django.urls import reverse

from catalog import concept_views, in_their_words
from catalog.chips import MOST, chips
from catalog.codes import Disclosure, LabelKind, LabelSource, Visibility
from catalog.encoder.failures import EncoderUnavailable
from catalog.in_their_words import PARTS, distinctive_words, parts_of, sayings
from catalog.models import ConceptLabel, Need, OfferConcept
from catalog.presenting import Shown
from catalog.vocabulary_files import Name
from catalog.vocabulary_loading import label
from tests.catalog.small_vocabulary import embed_vocabulary, some_vocabulary
from tests.factories import make_concept, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

TEXT = "Our smelly rinse water is a nuisance to everybody in the village, and the authority has complained."


@pytest.fixture
def vocabulary():
    found = some_vocabulary()
    label(found["water"].pk, Name("de", "Abwassergeruch", LabelKind.PREFERRED), LabelSource.BROKER).save()
    label(found["water"].pk, Name("en", "the pond stinks", LabelKind.LAY), LabelSource.BROKER).save()
    embed_vocabulary()
    return found


def test_a_need_is_told_what_was_understood_in_its_readers_language_and_how_experts_say_it(vocabulary):
    saying = sayings(TEXT, "need", "de")[0]
    assert saying.concept == vocabulary["water"].pk
    assert saying.label == "Abwassergeruch"
    assert saying.words == ["anaerobic treatment"]


def test_an_offer_is_told_how_adopters_say_it(vocabulary):
    saying = sayings("We build plants for anaerobic treatment of smelly rinse water.", "offer", "en")[0]
    assert "the pond stinks" in saying.words


def test_words_that_stand_in_the_text_already_are_not_proposed(vocabulary):
    saying = sayings(f"{TEXT} Somebody spoke of Anaerobic Treatment.", "need", "en")[0]
    assert saying.words == []


def test_words_learnt_from_documents_are_shown_to_nobody(vocabulary):
    label(vocabulary["water"].pk, Name("en", "Meyer's pond", LabelKind.EXPERT), LabelSource.LEARNT).save()
    assert "Meyer's pond" not in sayings(TEXT, "need", "en")[0].words


def test_distinctive_words_come_from_public_offers_only(vocabulary):
    for visibility, word in ((Visibility.PUBLIC, "methane digesters"), (Visibility.ANONYMOUS, "Kowalski reactors")):
        for _ in range(2):
            offer = make_offer(title=f"{word} for dairies", visibility=visibility)
            OfferConcept.objects.create(document=offer, concept=vocabulary["water"], weight=0.9)
    found = distinctive_words(vocabulary["water"].pk, "en")
    assert set(found) <= {"methane", "digesters", "dairies"}
    assert found


def test_distinctive_words_are_said_by_several_organisations_and_are_nobodys_name(vocabulary):
    names = ("Hydrokraft GmbH", "Bystrica Water")
    for maker in (make_organisation(name=name) for name in names):
        for _ in range(2):
            title = f"{maker.name.split()[0]} digesters as good as those of Bystrica"
            summary = "Granulates." if maker.name == names[0] else ""
            offer = make_offer(title=title, summary=summary, organisation=maker, visibility=Visibility.PUBLIC)
            OfferConcept.objects.create(document=offer, concept=vocabulary["water"], weight=0.9)
    found = {word.casefold() for word in distinctive_words(vocabulary["water"].pk, "en")}
    assert "digesters" in found
    assert not found & {"granulates", "hydrokraft", "bystrica"}


def test_words_in_another_language_than_the_text_are_said_to_be_so(vocabulary):
    for title in ("Jätevesi reaktorit", "Jätevesi puhdistus"):
        offer = make_offer(title=title, language="fi", visibility=Visibility.PUBLIC)
        OfferConcept.objects.create(document=offer, concept=vocabulary["water"], weight=0.9)
    label(vocabulary["water"].pk, Name("fi", "huuhteluvesi haisee", LabelKind.LAY), LabelSource.BROKER).save()
    embed_vocabulary()
    text = "Meijerimme huuhteluvesi haisee pahasti, ja viranomainen on valittanut siitä jo kahdesti tänä vuonna."
    saying = next(one for one in sayings(text, "need", "fi") if one.concept == vocabulary["water"].pk)
    assert (saying.words, saying.language) == (["anaerobic treatment"], "en")


def test_a_long_text_is_read_in_few_parts_with_all_its_sentences():
    parts = parts_of(" ".join(f"This is the sentence number {n} of it." for n in range(11)))
    assert len(parts) <= PARTS
    assert sum(part.text.count("sentence number") for part in parts) == 11


def test_a_few_letters_are_not_read(monkeypatch):
    monkeypatch.setattr(in_their_words, "encoder", None)
    assert sayings("We have", "need", "en") == []


# Over HTTP


def ask(client, text=TEXT, side="need", **more):
    return client.post(reverse("words", args=[side]), {"text": text, "form": "trial"} | more)


def test_a_visitor_gets_a_piece_of_a_page_with_a_button_for_each_word(client, vocabulary):
    page = ask(client).content.decode()
    assert "We understood" in page
    assert 'name="say" value="anaerobic treatment"' in page
    assert 'form="trial"' in page
    assert "<html" not in page


def test_nothing_of_the_text_is_stored_or_logged(client, vocabulary, caplog):
    with caplog.at_level(logging.DEBUG):
        ask(client)
    assert "rinse" not in caplog.text
    assert not Need.objects.exists()
    assert not client.session.keys()


def test_whoever_asks_too_often_has_to_wait(client, monkeypatch):
    monkeypatch.setattr(concept_views, "ASKS_A_MINUTE", 2)
    assert [ask(client, text="short").status_code for _ in range(3)] == [200, 200, 429]


def test_writing_goes_on_when_the_encoder_is_away(client, monkeypatch):
    def nobody():
        raise EncoderUnavailable("nobody answers")

    monkeypatch.setattr(in_their_words, "encoder", nobody)
    assert ask(client).status_code == 200


def test_there_is_no_third_side(client):
    assert ask(client, side="broker").status_code == 404


def test_without_javascript_a_button_shows_the_words_and_another_adds_one(client, vocabulary):
    page = client.post(reverse("try"), {"text": TEXT, "look": ""}).content.decode()
    assert 'value="anaerobic treatment"' in page
    page = client.post(reverse("try"), {"text": TEXT, "say": "anaerobic treatment"}).content.decode()
    assert f"{TEXT}\nanaerobic treatment</textarea>" in page


def test_looking_at_words_saves_nothing_and_keeps_what_was_written(client, vocabulary):
    person = make_user()
    make_organisation(people=(person,))
    client.force_login(person)
    sent = {"description": TEXT, "visibility": "anonymous", "say": "anaerobic treatment"}
    page = client.post(reverse("need-new"), sent).content.decode()
    assert f"{TEXT}\nanaerobic treatment</textarea>" in page
    assert not Need.objects.exists()


# Chips


@pytest.fixture
def author(client):
    person = make_user()
    client.force_login(person)
    return person


@pytest.fixture
def need(author, vocabulary):
    need = make_need(description=TEXT, organisation=make_organisation(people=(author,), name="Molkerei Meyer"))
    facts = {"weight": 0.9, "sentence": f"Molkerei Meyer: {TEXT}", "found_by": "words"}
    need.concept_uses.create(concept=vocabulary["water"], **facts)
    need.concept_uses.create(concept=vocabulary["heat"], weight=0.2)
    return need


def decide(client, need, **asked):
    return client.post(reverse("need-concepts", args=[need.pk]), asked, follow=True).content.decode()


def test_an_author_sees_what_was_understood_and_why(client, need):
    page = client.get(need.get_absolute_url()).content.decode()
    assert "smelly rinse water</span>" in page
    assert "from your words" in page
    assert "waste heat recovery</span>" not in page  # too little to show


def test_an_author_confirms_removes_and_takes_it_back(client, need, vocabulary):
    water = vocabulary["water"].pk
    assert "confirmed" in decide(client, need, confirm=water)
    assert need.concept_uses.get(concept=water).weight == 1.0
    assert "Undo: smelly rinse water" in decide(client, need, remove=water)
    decide(client, need, forget=water)
    assert not need.concept_uses.filter(concept=water).exists()


def test_an_author_adds_a_concept_by_any_of_its_names(client, need, vocabulary):
    decide(client, need, add=" Surplus  bread ")
    assert need.concept_uses.get(concept=vocabulary["bread"]).state == "confirmed"
    assert "There is no concept of this name" in decide(client, need, add="nonsense")
    assert "There is no concept of this name" in decide(client, need, confirm="x")


def test_everything_that_is_confirmed_is_shown_and_as_much_of_the_rest_as_there_is_room_for(need, author):
    for number in range(MOST + 3):
        state = "confirmed" if number <= MOST else "suggested"
        need.concept_uses.create(concept=make_concept(f"idea {number}"), weight=0.9, state=state)
    shown = chips(Shown(need, Disclosure.FULL), need, "en").shown
    assert {chip.label for chip in shown} == {f"idea {number}" for number in range(MOST + 1)}


def test_others_read_the_concepts_of_an_anonymous_need_without_its_sentences(client, need):
    Need.objects.filter(pk=need.pk).update(visibility=Visibility.ANONYMOUS)
    client.logout()
    page = client.get(need.get_absolute_url()).content.decode()
    assert 'class="chip">smelly rinse water' in page
    assert "Meyer" not in page
    assert client.post(reverse("need-concepts", args=[need.pk]), {"remove": 1}).status_code == 302
    assert need.concept_uses.standing().count() == 2


def test_nobody_else_may_change_them(client, need, vocabulary):
    client.force_login(make_user())
    address = reverse("need-concepts", args=[need.pk])
    assert client.post(address, {"remove": vocabulary["water"].pk}).status_code == 404
    assert ConceptLabel.objects.exists()


# Over the API


def words_for(client, text=TEXT, side="need"):
    return client.post("/api/v1/words/", {"kind": side, "text": text}, content_type="application/json")


@pytest.mark.parametrize("side", ["need", "offer"])
def test_the_api_tells_what_its_page_does_and_stores_nothing(client, vocabulary, side, caplog):
    told = words_for(client, side=side).json()["understood"]
    shown = ask(client, side=side).context["sayings"]
    assert [(one["label"], one["words"], one["language"]) for one in told] == [
        (one.label, one.words, one.language) for one in shown
    ]
    assert told[0]["concept"] == shown[0].concept
    assert "rinse" not in caplog.text
    assert not Need.objects.exists()


def test_the_api_says_when_the_encoder_is_away_and_when_one_asks_too_often(client, monkeypatch):
    def nobody():
        raise EncoderUnavailable("nobody answers")

    monkeypatch.setattr(in_their_words, "encoder", nobody)
    monkeypatch.setattr("catalog.writing_api.ASKS_A_MINUTE", 2)
    answers = [words_for(client), words_for(client, "short"), words_for(client, "short")]
    assert [(one.status_code, one.json().get("code")) for one in answers] == [
        (503, "unavailable"), (200, None), (429, "throttled")
    ]  # fmt: skip
