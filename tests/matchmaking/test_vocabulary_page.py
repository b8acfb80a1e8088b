"""The vocabulary as brokers work with it: looking up, adding, proposals from the texts, and files."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from catalog.codes import LabelKind, LabelSource
from catalog.models import Concept, ConceptLabel, NeedConcept
from catalog.models.concept import BROKERS_SCHEME
from catalog.vocabulary_editing import add_name
from catalog.vocabulary_files import Name
from catalog.vocabulary_loading import label
from matchmaking.vocabulary_page import Proposal, proposals_for
from tests.factories import make_case, make_cluster, make_concept, make_need, make_organisation, make_user

pytestmark = pytest.mark.django_db
TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{scheme}> a skos:ConceptScheme .
<{scheme}/1> a skos:Concept ; skos:inScheme <{scheme}> ; skos:prefLabel "heat pump"@en, "Wärmepumpe"@de .
"""


@pytest.fixture
def broker() -> User:
    return make_user()


@pytest.fixture
def cluster(broker):
    return make_cluster(brokers=(broker,))


@pytest.fixture
def client(broker, cluster):
    client = Client()
    client.force_login(broker)
    return client


def file_of(scheme: str, name: str = "vocabulary.ttl", pump: str = "heat pump") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, TURTLE.format(scheme=scheme).replace("heat pump", pump).encode())


def load(client, file) -> str:
    """What the page says."""
    return client.post("/concepts/load/", {"file": file}, follow=True).content.decode()


REFUSED = [
    (file_of("https://words.example", "vocabulary.jsonld"), "Use one of these endings"),
    (file_of(f"{settings.SITE_URL}/vocabulary"), "like a vocabulary of this site"),
    (SimpleUploadedFile("a.ttl", b"<a> <b>"), "cannot be read as turtle"),
    (file_of("https://words.example", pump=r"heat\u0000pump"), "has a NUL character"),
    (file_of("https://words.example", pump=r"heat\uD800pump"), "cannot be read as turtle"),
    (file_of(f"https://words.example/{'x' * 300}"), "longer than 300 characters"),
    (SimpleUploadedFile("a.ttl", b"#" * (2 * 1024 * 1024 + 1)), "larger than 2 MB"),
]


def test_words_learnt_from_a_text_are_shown_at_no_door(client):
    heat = make_concept("waste heat", scheme=BROKERS_SCHEME)
    label(heat.pk, Name("en", "the pond of the Meyers", LabelKind.LAY), LabelSource.LEARNT).save()
    doors = ("/concepts/", f"/concepts/{heat.pk}/", "/api/v1/concepts/", f"/api/v1/concepts/{heat.pk}/")
    for door in (*doors, "/vocabulary.ttl"):
        told = b"".join(client.get(door))
        assert b"waste heat" in told
        assert b"Meyers" not in told
    for search in ("/concepts/?text=Meyers", "/api/v1/concepts/?text=Meyers"):
        assert b"waste heat" not in client.get(search).content
    add_name(heat, Name("en", "the pond of the Meyers", LabelKind.LAY))
    assert b"Meyers" in client.get(f"/concepts/{heat.pk}/").content


def test_a_broker_finds_concepts_by_any_name_with_how_often_they_are_used(client, django_assert_max_num_queries):
    heat = make_concept("waste heat", "exhaust heat")
    make_concept("drying")
    NeedConcept.objects.create(document=make_need(), concept=heat)
    with django_assert_max_num_queries(12):
        page = client.get("/concepts/", {"text": "exhaust"}).content.decode()
    assert "waste heat" in page
    assert "1 need<" in page
    assert "drying" not in page
    assert client.get(f"/api/v1/concepts/{heat.pk}/uses/").json() == {"needs": 1, "offers": 0}
    assert "No concept has such a name" in client.get("/concepts/", {"text": "zeppelin"}).content.decode()


def test_a_broker_adds_a_concept_and_a_name(client):
    page = client.get("/concepts/new/", {"name": "dough rest", "language": "en"}).content.decode()
    assert 'value="dough rest"' in page
    client.post("/concepts/new/", {"name": "dough rest", "language": "en", "definition": "Time before baking."})
    concept = Concept.objects.get(identifier="dough-rest")
    page = client.post("/concepts/new/", {"name": "Dough rest", "language": "en"}).content.decode()
    assert "is called “Dough rest” already" in page
    client.post(f"/concepts/{concept.pk}/", {"text": "Teigruhe", "language": "de", "kind": "expert"})
    assert ConceptLabel.objects.filter(concept=concept, text="Teigruhe", language="de", source="broker").exists()
    assert "Teigruhe" in client.get(f"/concepts/{concept.pk}/").content.decode()


def test_a_concept_named_in_another_language_only_is_called_so_and_can_be_named_in_more(client):
    client.post("/concepts/new/", {"name": "Kenőanyag", "language": "hu"})
    concept = Concept.objects.get()
    assert "<h1>Kenőanyag</h1>" in client.get(f"/concepts/{concept.pk}/").content.decode()
    address, name = f"/concepts/{concept.pk}/", {"text": "lubricant", "language": "en", "kind": "preferred"}
    client.post(address, name)
    assert "<h1>lubricant</h1>" in client.get(address).content.decode()
    page = client.post(address, name | {"text": "grease"}).content.decode()
    assert "It has a preferred name in this language already." in page


def test_a_hidden_name_is_found_and_listed_for_brokers_and_is_told_as_such(client):
    client.post("/concepts/new/", {"name": "lubricant", "language": "en"})
    concept = Concept.objects.get()
    client.post(f"/concepts/{concept.pk}/", {"text": "lubrikant", "language": "en", "kind": "hidden"})
    assert "only found, never shown" in client.get(f"/concepts/{concept.pk}/").content.decode()
    page = client.get("/concepts/", {"text": "lubrikant"}).content.decode()
    assert "lubricant" in page.partition("</form>")[2]
    assert 'skos:hiddenLabel "lubrikant"@en' in b"".join(client.get("/vocabulary.ttl").streaming_content).decode()


def test_what_three_organisations_say_and_no_concept_is_called_is_proposed(client, broker, cluster):
    make_concept("flue gas")
    for number in range(3):
        member = make_organisation(clusters=(cluster,))
        make_need(organisation=member, title="x", description="We vent flue gas. A dough proofer costs 25 000 euros.")
        if number:
            make_need(organisation=member, title="x", description="Our night oven is old.")
    make_need(organisation=make_organisation(), visibility="anonymous", description="Our night oven is old.")
    terms = ("dough proofer", "flue gas", "night oven", "000 euros")
    found = [one for one in proposals_for(broker) if one.words in terms]
    assert found == [Proposal("dough proofer", "en", 3)]
    page = client.get("/concepts/proposals/").content.decode()
    assert "dough proofer" in page
    assert "/concepts/new/?name=dough%20proofer&amp;language=en" in page


def test_a_file_is_taken_in_and_taken_in_again_without_a_change(client):
    said = [load(client, file_of("https://words.example")) for _ in range(2)]
    assert "1 concept read: 1 new, 0 changed, 0 retired." in said[0]
    assert "The vocabulary is as it was." in said[1]
    assert ConceptLabel.objects.filter(text="Wärmepumpe").exists()


@pytest.mark.parametrize(("file", "why"), REFUSED)
def test_a_file_that_cannot_be_taken_in_changes_nothing_and_says_why(client, file, why):
    file.seek(0)
    page = load(client, file)
    assert "Nothing was loaded" in page
    assert why in page
    assert not Concept.objects.exists()


@pytest.mark.parametrize("path", ["/concepts/", "/concepts/new/", "/concepts/proposals/"])
def test_whoever_is_no_broker_sees_nothing_of_it(path):
    member = Client()
    member.force_login(make_case().seeker)
    assert member.get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_nobody_else_loads_a_file():
    member = Client()
    member.force_login(make_user())
    assert member.post("/concepts/load/", {"file": file_of("https://words.example")}).status_code == 403
    assert not Concept.objects.exists()


def test_over_the_api_a_broker_adds_a_concept_and_a_name_and_finds_it_by_either(client):
    def send(path, **body):
        return client.post(f"/api/v1/concepts/{path}", body, content_type="application/json")

    made = send("", name="dough rest", language="en", definition="Time before baking.")
    assert made.status_code == 201, made.json()
    assert send("", name="Dough rest", language="en").json()["errors"].keys() == {"name"}
    at = f"{made.json()['id']}/names/"
    labels = send(at, text="Teigruhe", language="de", kind="expert").json()["labels"]
    assert [label["text"] for label in labels] == ["dough rest", "Teigruhe"]
    assert send(at, text="Stockgare", language="de", kind="preferred").status_code == 200
    assert send(at, text="Teigpause", language="de", kind="preferred").json()["errors"].keys() == {"text"}
    for text, count in (("teigr", 1), ("REST", 1), ("Stockgare", 1), ("Teigpause", 0)):
        assert len(client.get("/api/v1/concepts/", {"text": text}).json()["results"]) == count
    client.force_login(make_user())
    assert send("", name="proofing", language="en").status_code == 403
    assert Concept.objects.count() == 1


def test_over_the_api_brokers_read_what_the_page_proposes(client, broker, monkeypatch):
    told = [Proposal("dough rest", "en", 3)]
    monkeypatch.setattr("matchmaking.vocabulary_api.proposals_for", lambda user: told if user == broker else [])
    answer = client.get("/api/v1/concepts/proposals/").json()
    assert answer == {"results": [{"words": "dough rest", "language": "en", "organisations": 3}]}


def test_over_the_api_a_file_is_taken_in_as_on_the_page_and_the_vocabulary_is_listed(client):
    address, scheme = "/api/v1/vocabularies/", "https://words.example"
    counts = [client.post(address, {"file": file_of(scheme)}).json() for _ in range(2)]
    assert counts[0] == {"concepts": 1, "added": 1, "changed": 0, "retired": 0}
    assert counts[1] == {"concepts": 1, "added": 0, "changed": 0, "retired": 0}
    assert "The vocabulary is as it was." in load(client, file_of("https://words.example"))
    (told,) = client.get("/api/v1/vocabularies/").json()["results"]
    assert told["identifier"] == "https://words.example"
    assert client.get(f"/api/v1/vocabularies/{told['id']}/").json() == told
    (concept,) = client.get("/api/v1/concepts/", {"scheme": told["identifier"]}).json()["results"]
    assert {label["text"] for label in concept["labels"]} == {"heat pump", "Wärmepumpe"}


@pytest.mark.parametrize(("file", "why"), REFUSED)
def test_over_the_api_a_file_that_cannot_be_taken_in_changes_nothing_and_says_why(client, file, why):
    file.seek(0)
    answer = client.post("/api/v1/vocabularies/", {"file": file})
    assert answer.status_code == 400
    assert why in answer.json()["errors"]["file"][0]
    assert not Concept.objects.exists()


def test_over_the_api_a_file_beyond_every_upload_is_refused_and_nobody_else_loads_one(client, settings):
    settings.UPLOAD_MAX_BYTES = 100
    answer = client.post("/api/v1/vocabularies/", {"file": file_of("https://words.example")})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    client.force_login(make_user())
    assert client.post("/api/v1/vocabularies/", {"file": file_of("https://words.example")}).status_code == 403
    assert client.get("/api/v1/vocabularies/").status_code == 403
    assert not Concept.objects.exists()
