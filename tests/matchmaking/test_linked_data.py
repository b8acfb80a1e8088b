"""Open data: schema.org and SKOS say to everybody what a visitor may see, and no more."""

import json
import re
import warnings

import pytest
from django.urls import reverse
from rdflib import Graph, URIRef

from catalog.codes import Disclosure, State
from catalog.linked_data import turtle
from catalog.models import ConceptLabel
from catalog.skos import open_skos
from catalog.vocabulary_files import Name
from catalog.vocabulary_loading import load_own
from tests.disclosure_table import KINDS, TABLE, VISIBILITIES, make_scene
from tests.factories import make_concept, make_offer

pytestmark = pytest.mark.django_db
SCHEMA = "https://schema.org/"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
CASES = [
    (kind, visibility, viewer, level)
    for kind in KINDS
    for visibility, level in zip(VISIBILITIES, TABLE["visitor"], strict=True)
    for viewer in ("visitor", "member", "staff")
]


@pytest.mark.parametrize(("kind", "visibility", "viewer", "level"), CASES)
def test_the_data_say_what_a_visitor_may_see_whoever_asks(client, kind, visibility, viewer, level):
    document, user = make_scene(kind, visibility, viewer)
    name = document.organisation.name
    type(document).objects.filter(pk=document.pk).update(description=f"{name} dries dough.")
    if user.is_authenticated:
        client.force_login(user)
    response = client.get(reverse("document-data", args=[f"{kind}s", document.pk]))
    block = BLOCK.search(client.get(document.get_absolute_url()).text)
    if level == Disclosure.NONE:
        assert response.status_code == 404
        assert not block
        return
    data = json.loads(response.content)
    assert (json.loads(block.group(1)) if block else None) == (None if user.is_authenticated else data)
    assert data["@type"] == {"need": "Demand", "offer": "Offer"}[kind]
    assert (name in response.text) == (level == Disclosure.FULL)
    assert "dries dough" in data["itemOffered"]["description"]


def test_no_text_ends_the_data_block_of_a_page(client):
    offer = make_offer(description="</script><script>alert(1)</script> & <!--", state=State.PUBLISHED)
    page = client.get(offer.get_absolute_url()).text
    assert "<script>alert" not in page
    assert json.loads(BLOCK.search(page).group(1))["description"] == offer.description


def test_the_data_are_statements_that_a_reader_of_rdf_understands(client):
    """schema.org's own context is not fetched: its terms are all in one namespace."""
    offer = make_offer(title="Drying dough", countries=["PL"])
    data = json.loads(client.get(reverse("document-data", args=["offers", offer.pk])).content)
    data["@context"] = {"@vocab": SCHEMA}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's JSON-LD parser uses what rdflib deprecates
        graph = Graph().parse(data=json.dumps(data), format="json-ld")
    subject = URIRef(data["@id"])
    assert str(graph.value(subject, URIRef(f"{SCHEMA}name"))) == "Drying dough"
    assert graph.value(subject, URIRef(f"{SCHEMA}offeredBy"))


@pytest.mark.long
def test_the_vocabulary_comes_back_from_its_own_file_as_it_was(client, tmp_path):
    load_own()
    added = make_concept("Dough “drier”\n\\", scheme="brokers", identifier="dough drier/1")
    make_concept("Not ours to give", scheme="http://data.example/esco")
    response = client.get(reverse("vocabulary"))
    assert response["Content-Type"].startswith("text/turtle")
    path = tmp_path / "vocabulary.ttl"
    path.write_bytes(response.getvalue())
    with open_skos(path) as read:
        entries = {entry.identifier: entry for entry in read.entries()}
    given = ConceptLabel.objects.active().filter(concept__scheme__identifier__in=["pontis", "brokers"])
    names = {(name.language, name.text) for entry in entries.values() for name in entry.names}
    assert names == {(language, " ".join(text.split())) for language, text in given.values_list("language", "text")}
    assert len(entries) > 400
    assert next(entry for iri, entry in entries.items() if iri.endswith("brokers-dough%20drier/1")).names == (
        Name("en", "Dough “drier” \\", "preferred"),
    )
    assert sum(len(entry.broader) for entry in entries.values()) > 100
    assert added.pk


def test_the_vocabulary_is_sent_again_only_when_it_changed(client):
    make_concept("drying", scheme="brokers")
    first = client.get(reverse("vocabulary"))
    seen = {"if-none-match": first["ETag"]}
    assert client.get(reverse("vocabulary"), headers=seen).status_code == 304
    make_concept("baking", scheme="brokers")
    assert client.get(reverse("vocabulary"), headers=seen).status_code == 200


@pytest.mark.long
def test_writing_the_vocabulary_asks_a_few_questions_for_hundreds_of_concepts(django_assert_max_num_queries):
    load_own()
    with django_assert_max_num_queries(20):
        assert sum(map(len, turtle("https://site.example"))) > 100_000
