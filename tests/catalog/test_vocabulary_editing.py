"""What brokers add to the vocabulary, by function and in the administration."""

import pytest
from django.urls import reverse

from catalog.codes import LabelKind, LabelSource
from catalog.models import Concept, ConceptLabel, Scheme
from catalog.naming import concept_called, labels
from catalog.understanding import reader_version
from catalog.vocabulary_editing import NewConcept, add_concept, add_name, retire, switch_off
from catalog.vocabulary_files import Name, VocabularyError
from tests.factories import make_concept, make_user

pytestmark = pytest.mark.django_db


def test_a_broker_adds_a_concept_that_lies_below_another():
    water = make_concept("water treatment")
    concept = add_concept(NewConcept("Rinse water reuse", "en", facet="technology", broader=(water.pk,)))
    assert concept.scheme.identifier == "brokers"
    assert list(concept.broader.all()) == [water]
    assert labels([concept.pk], "de") == {concept.pk: "Rinse water reuse"}


def test_a_name_that_another_concept_has_is_refused_and_one_that_is_empty_too():
    make_concept("heat pump")
    for name in ("Heat  Pump", " ", "x" * 301):
        with pytest.raises(VocabularyError):
            add_concept(NewConcept(name, "en"))
    assert Concept.objects.count() == 1


def test_two_concepts_may_have_the_same_name_in_two_languages():
    first, second = add_concept(NewConcept("Gift", "en")), add_concept(NewConcept("Gift", "de"))
    assert {first.identifier, second.identifier} == {"gift", "gift-2"}


def test_every_change_makes_what_was_read_out_of_date():
    concept = make_concept("heat pump")
    seen = {reader_version()}
    name = add_name(concept, Name("de", "Wärmepumpe", LabelKind.PREFERRED))
    seen.add(reader_version())
    switch_off(name)
    seen.add(reader_version())
    retire(concept)
    seen.add(reader_version())
    assert len(seen) == 4


def test_a_name_that_was_switched_off_finds_nothing_and_can_come_back():
    concept = make_concept("heat pump")
    name = add_name(concept, Name("en", "warm water machine", LabelKind.LAY))
    switch_off(name)
    assert concept_called("warm water machine", "en") is None
    add_name(concept, Name("en", "warm water machine", LabelKind.LAY))
    assert concept_called("Warm Water Machine", "en") == concept.pk


def test_a_concept_has_one_preferred_name_in_each_language():
    concept = add_concept(NewConcept("dough proofer", "en"))
    add_name(concept, Name("de", "Gärschrank", LabelKind.LAY))
    add_name(concept, Name("de", "Gärschrank", LabelKind.PREFERRED))
    assert labels([concept.pk], "de") == {concept.pk: "Gärschrank"}
    with pytest.raises(VocabularyError, match="preferred name in this language already"):
        add_name(concept, Name("de", "Gärautomat", LabelKind.PREFERRED))
    assert concept.labels.count() == 2


def test_a_hidden_name_finds_its_concept_and_is_what_nobody_is_told_it_is_called():
    concept = make_concept("heat pump")
    add_name(concept, Name("en", "heatpomp", LabelKind.HIDDEN))
    assert concept_called("heatpomp", "en") == concept.pk
    assert "heatpomp" in [label.text for label in ConceptLabel.objects.told()]
    assert "heatpomp" not in [label.text for label in ConceptLabel.objects.shown()]


def test_the_administration_deletes_a_name_so_that_texts_are_read_anew_and_takes_codes_of_languages_only(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    concept = make_concept("heat pump")
    sent = {"concept": concept.pk, "language": "e n", "text": "warm water machine", "kind": "lay"}
    assert client.post(reverse("admin:catalog_conceptlabel_add"), sent).status_code == 200
    assert not ConceptLabel.objects.filter(text="warm water machine").exists()
    name = add_name(concept, Name("en", "warm water machine", LabelKind.LAY))
    before = reader_version()
    client.post(reverse("admin:catalog_conceptlabel_delete", args=[name.pk]), {"post": "yes"})
    assert not ConceptLabel.objects.filter(pk=name.pk).exists()
    assert reader_version() != before


def test_the_administration_shows_concepts_and_adds_and_switches_off_names(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    concept = make_concept("heat pump")
    for page in ("scheme_changelist", "concept_changelist", "conceptlabel_changelist", "conceptlabel_add"):
        assert client.get(reverse(f"admin:catalog_{page}")).status_code == 200
    sent = {"concept": concept.pk, "language": "en", "text": "warm water machine", "kind": "lay"}
    client.post(reverse("admin:catalog_conceptlabel_add"), sent)
    name = ConceptLabel.objects.get(text="warm water machine")
    assert (name.source, name.key) == (LabelSource.BROKER, "machin warm water")
    client.post(reverse("admin:catalog_conceptlabel_change", args=[name.pk]), {})
    assert not ConceptLabel.objects.get(pk=name.pk).is_active
    assert Scheme.objects.get().revision >= 3
