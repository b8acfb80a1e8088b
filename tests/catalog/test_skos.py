"""Vocabularies in SKOS, in each of the three usual notations."""

import pytest
from django.core.management import CommandError, call_command

from catalog.codes import ConceptState, LabelKind
from catalog.models import Concept, ConceptLabel, Scheme
from catalog.skos import open_skos
from catalog.vocabulary_files import VocabularyError

pytestmark = pytest.mark.django_db

TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <https://example.org/voc/> .
ex:scheme a skos:ConceptScheme ; dct:title "Crafts"@en .
ex:1 a skos:Concept ; skos:inScheme ex:scheme ;
    skos:prefLabel "bakery"@en, "Bäckerei"@de, "panificadora"@pt-BR ;
    skos:altLabel "bread shop"@en ; skos:hiddenLabel "bakry"@en ;
    skos:definition "A place where bread is baked."@en ; skos:narrower ex:2 .
ex:2 a skos:Concept ; skos:inScheme ex:scheme ; skos:prefLabel "pastry shop"@en ; skos:related ex:1 ;
    skos:broader <https://example.org/other/9> .
ex:3 a skos:Concept ; <http://www.w3.org/2002/07/owl#deprecated> true ; skos:prefLabel "old"@en .
"""
RDF = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#"
         xmlns:xl="http://www.w3.org/2008/05/skos-xl#">
  <skos:ConceptScheme rdf:about="https://example.org/voc/scheme"/>
  <skos:Concept rdf:about="https://example.org/voc/1">
    <skos:prefLabel xml:lang="en">bakery</skos:prefLabel>
    <skos:prefLabel xml:lang="de">Bäckerei</skos:prefLabel>
    <xl:altLabel rdf:resource="https://example.org/voc/label"/>
  </skos:Concept>
  <rdf:Description rdf:about="https://example.org/voc/label">
    <xl:literalForm xml:lang="en">bread shop</xl:literalForm>
  </rdf:Description>
</rdf:RDF>
"""
JSONLD = """{"@context": {"skos": "http://www.w3.org/2004/02/skos/core#"}, "@graph": [
  {"@id": "https://example.org/voc/scheme", "@type": "skos:ConceptScheme"},
  {"@id": "https://example.org/voc/1", "@type": "skos:Concept",
   "skos:prefLabel": [{"@value": "bakery", "@language": "en"}, {"@value": "Bäckerei", "@language": "de"}],
   "skos:altLabel": {"@value": "bread shop", "@language": "en"}}]}
"""
FILES = {"voc.ttl": TURTLE, "voc.rdf": RDF, "voc.jsonld": JSONLD}


def load(folder, name, text, **options):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    call_command("load_vocabulary", path, **options)


def texts(**which):
    return set(ConceptLabel.objects.filter(**which).values_list("language", "text"))


@pytest.mark.parametrize("name", FILES)
def test_the_same_is_read_from_every_notation(tmp_path, name, capsys):
    load(tmp_path, name, FILES[name])
    concept = Concept.objects.get(identifier="https://example.org/voc/1")
    assert concept.scheme.identifier == "https://example.org/voc/scheme"
    assert {("en", "bakery"), ("de", "Bäckerei")} <= texts(concept=concept, kind=LabelKind.PREFERRED)
    assert ("en", "bread shop") in texts(concept=concept, kind=LabelKind.EXPERT)
    assert "new, 0 changed, 0 no longer in use" in capsys.readouterr().out


def test_definition_hierarchy_and_odd_names_are_kept_and_what_is_deprecated_is_not(tmp_path):
    load(tmp_path, "voc.ttl", TURTLE)
    bakery, pastry = Concept.objects.order_by("identifier")
    assert bakery.definition == "A place where bread is baked."
    assert bakery.scheme.title == "Crafts"
    assert list(pastry.broader.all()) == list(pastry.related.all()) == [bakery]
    assert ("pt", "panificadora") in texts(concept=bakery)
    assert texts(concept=bakery, kind=LabelKind.HIDDEN) == {("en", "bakry")}


def test_a_concept_that_has_gone_from_the_file_is_retired(tmp_path):
    load(tmp_path, "voc.ttl", TURTLE)
    load(tmp_path, "voc.jsonld", JSONLD)
    assert Concept.objects.get(identifier="https://example.org/voc/2").state == ConceptState.RETIRED
    assert Concept.objects.active().count() == 1


def test_another_vocabulary_does_not_touch_the_first(tmp_path):
    load(tmp_path, "voc.ttl", TURTLE)
    load(tmp_path, "voc.jsonld", JSONLD, scheme="https://example.org/mine")
    assert Scheme.objects.count() == 2
    assert Concept.objects.active().count() == 3


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("voc.ttl", TURTLE + "\nex:4 a skos:Concept ; skos:prefLabel", "ends in the middle of a statement"),
        ("voc.ttl", TURTLE + "\nex:4 a skos:Concept ,, ex:5 .", "cannot be read as turtle: at line 1[0-9]"),
        ("voc.rdf", RDF[:-20], r"cannot be read as xml: .*:1[0-9]:"),
        ("voc.jsonld", JSONLD[:-20], "cannot be read as json-ld: .*line 5"),
        ("voc.csv", "a,b", "The ending '.csv' is not known"),
        ("voc.ttl", TURTLE.replace("ex:scheme a skos:ConceptScheme", "ex:x a skos:ConceptScheme . ex:scheme a skos:"
         "ConceptScheme"), "names 2 vocabularies"),
        ("voc.ttl", TURTLE + 'ex:4 a skos:Concept ; skos:altLabel "nameless"@en .', "4: it has no preferred name"),
        ("voc.ttl", TURTLE + f'ex:4 a skos:Concept ; skos:prefLabel "{"x" * 301}"@en .', "has 301 characters"),
        ("voc.ttl", TURTLE.replace("https://example.org/voc/", "#"), "the name <#scheme> is relative"),
        ("voc.ttl", TURTLE.replace("skos:inScheme ex:scheme", "skos:inScheme <>"), "the name <> is relative"),
        ("voc.jsonld", JSONLD.replace("https://example.org/voc/1", "1"), "the name <1> is relative"),
        ("voc.ttl", TURTLE + '[] a skos:Concept ; skos:prefLabel "nameless"@en .', "blank node"),
        ("voc.ttl", "", "names 0 vocabularies"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_the_place_and_nothing_is_written(tmp_path, name, text, words):
    with pytest.raises(CommandError, match=words):
        load(tmp_path, name, text)
    assert not Scheme.objects.exists()


def test_no_graph_is_held_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("rdflib.plugins.stores.memory.Memory.add", None)
    load(tmp_path, "voc.rdf", RDF)
    assert Concept.objects.count() == 1


def test_a_file_that_keeps_its_parser_busy_is_given_up_and_one_that_does_not_is_read_the_same(tmp_path):
    path = tmp_path / "voc.ttl"
    path.write_text(TURTLE, encoding="utf-8")
    with open_skos(path) as plain, open_skos(path, seconds=60) as apart:
        assert list(plain.entries()) == list(apart.entries())
    with pytest.raises(VocabularyError, match="more than"), open_skos(path, seconds=0.001):
        pass


def test_why_a_file_cannot_be_read_is_told_from_a_process_of_its_own_too(tmp_path):
    path = tmp_path / "voc.rdf"
    path.write_text(RDF[:-20], encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"cannot be read as xml: .*:1[0-9]:"), open_skos(path, seconds=60):
        pass
