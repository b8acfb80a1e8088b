"""The platform's own vocabulary: its files, and how they come into the database."""

import json

import pytest
from django.core.management import CommandError, call_command

from catalog import vocabulary_files
from catalog.codes import ConceptState, Facet, LabelKind, LabelSource
from catalog.concept_vectors import embed_stale_vocabulary, stale_vocabulary
from catalog.encoding import encoder, identity
from catalog.models import Concept, ConceptLabel, Scheme
from catalog.vocabulary_loading import load_own
from tests.factories import make_concept

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A small vocabulary in place of the platform's own."""
    monkeypatch.setattr(vocabulary_files.files, "__defaults__", (tmp_path,))
    monkeypatch.setattr(vocabulary_files.digest, "__defaults__", (tmp_path,))
    monkeypatch.setattr(vocabulary_files.entries, "__defaults__", (tmp_path,))
    write(tmp_path, line("drying"), line("heat-pump", broader=["drying"]))
    return tmp_path


def write(folder, *rows):
    text = "\n".join(json.dumps(row) for row in rows)
    (folder / "concepts.jsonl").write_text(text + "\n", encoding="utf-8")


def line(identifier, **overrides):
    name = identifier.replace("-", " ")
    row = {"id": identifier, "facet": "technology", "green_aims": ["energy"], "broader": [], "related": []}
    row |= {"definition": f"What one calls {name}.", "label": {"en": name, "de": f"{name} de"}}
    return row | {"lay": {"en": [f"our {name} is bad"]}, "expert": {"en": [f"advanced {name}", name]}} | overrides


def test_a_fresh_database_gets_all_concepts_of_the_files_with_their_names_in_24_languages():
    loaded = load_own()
    assert loaded.concepts == len(loaded.added) == Concept.objects.active().count() > 300
    assert set(Concept.objects.values_list("facet", flat=True)) == set(Facet.values)
    preferred = ConceptLabel.objects.filter(kind=LabelKind.PREFERRED)
    assert preferred.count() == 24 * loaded.concepts
    lay = set(ConceptLabel.objects.filter(kind=LabelKind.LAY).values_list("language", flat=True))
    assert lay == {"en", "de", "fr", "es", "it", "pl"}


def test_loading_the_same_files_again_asks_the_database_one_thing(folder, django_assert_num_queries):
    load_own()
    with django_assert_num_queries(1):
        assert not load_own().is_changed


def test_a_concept_is_changed_added_and_retired_as_the_files_say(folder):
    load_own()
    kept = Concept.objects.get(identifier="drying").pk
    write(folder, line("drying", facet="problem", label={"en": "drying", "de": "Trocknen"}), line("biochar"))
    loaded = load_own()
    assert (len(loaded.added), len(loaded.changed), loaded.retired) == (1, 1, 1)
    drying = Concept.objects.get(identifier="drying")
    assert (drying.pk, drying.facet) == (kept, "problem")
    assert set(drying.labels.filter(language="de").values_list("text", flat=True)) == {"Trocknen"}
    assert Concept.objects.get(identifier="heat-pump").state == ConceptState.RETIRED


def test_a_concept_that_comes_back_is_in_use_again(folder):
    load_own()
    write(folder, line("drying"))
    load_own()
    write(folder, line("drying"), line("heat-pump"))
    load_own()
    assert Concept.objects.get(identifier="heat-pump").state == ConceptState.ACTIVE


def test_what_joins_concepts_follows_the_files(folder):
    load_own()
    pump = Concept.objects.get(identifier="heat-pump")
    assert [concept.identifier for concept in pump.broader.all()] == ["drying"]
    write(folder, line("drying", related=["heat-pump"]), line("heat-pump"))
    load_own()
    assert not pump.broader.exists()
    assert pump.related_from.get().identifier == "drying"


def test_names_that_brokers_wrote_stay_when_the_files_change(folder):
    load_own()
    drying = Concept.objects.get(identifier="drying")
    ConceptLabel.objects.create(concept=drying, language="en", text="getting it dry", source=LabelSource.BROKER)
    write(folder, line("drying", lay={"en": ["it stays wet"]}))
    load_own()
    assert set(drying.labels.filter(language="en").values_list("text", flat=True)) == {
        "drying", "advanced drying", "it stays wet", "getting it dry",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (line("drying", facet="toy"), "Concept drying: there is no facet 'toy'"),
        (
            line("drying", broader=["nothing"]),
            "Concept drying: it is joined to the concept nothing, which is not there",
        ),
        (line("drying", label={"en": " "}), "Concept drying: a name in “en” is empty"),
        ({"id": "drying"}, "concepts.jsonl, line 1: these keys are missing: broader"),
    ],
)
def test_a_file_that_is_wrong_is_refused_as_a_whole_with_the_place(folder, row, words):
    write(folder, row)
    with pytest.raises(CommandError, match=words):
        call_command("load_vocabulary")
    assert not Scheme.objects.exists()
    assert not Concept.objects.exists()


def test_what_was_found_with_a_vocabulary_is_out_of_date_when_it_changes(folder):
    load_own()
    before = Scheme.objects.get().revision
    assert not load_own().is_changed
    assert Scheme.objects.get().revision == before
    write(folder, line("drying"))
    load_own()
    assert Scheme.objects.get().revision == before + 1


def test_english_names_and_definitions_get_vectors_and_again_when_they_change():
    concept = make_concept("heat pump", definition="It lifts heat.")
    assert sum(iter(embed_stale_vocabulary, 0)) == 2
    label = ConceptLabel.objects.get()
    assert label.embedded_from == f"{identity().fingerprint}:{label.text_hash}"
    assert label.embedding @ encoder().encode_query(["heat pump"])[0] > 0.999
    assert embed_stale_vocabulary() == 0
    ConceptLabel.objects.update(text="air-source heat pump")
    assert stale_vocabulary(ConceptLabel).get() == label
    Concept.objects.filter(pk=concept.pk).update(state=ConceptState.RETIRED)
    assert not stale_vocabulary(ConceptLabel).exists()
