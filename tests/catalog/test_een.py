"""The profile for advisers, in the form's fields and limits, never cut; and records of the network taken in."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from docx import Document as Word

from catalog.codes import LabelKind, LabelSource
from catalog.een import findings, profile_of
from catalog.een_document import WORD
from catalog.models import Concept, Need, Offer
from catalog.vocabulary_files import Name
from catalog.vocabulary_loading import label
from tests.factories import make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db
FULL = {
    "title": "Drying dough with waste heat", "summary": "Less gas.", "description": "We dry dough with waste heat.",
    "advantages": "A third less gas.", "partner_role": "Bakeries that try it.", "stage": "market",
    "ipr_status": "granted", "partnership_types": ["commercial"], "partner_kinds": ["sme_49"], "sdgs": [7],
    "technology_keywords": ["drying"], "market_keywords": ["bakeries"], "countries": ["PL"],
}  # fmt: skip
RECORD = {
    "ProfileType": "to", "PodReference": "TOES20240903021", "Title": "Membranes", "Summary": "Ceramic.",
    "Description": "Ceramic membranes keep indigo in the loop.", "Stage of development": "Already on the market",
    "IPR Status": "Secret know-how", "Types of Partnership": ["Commercial agreement", "R&D cooperation agreement"],
    "Type and size of partner": ["SME 11–49", "University"], "Technology Keywords": [{"code": "003001"}, "filters"],
    "Country of origin": "ES", "SDGs": [6, 9], "Some field of theirs": "left out",
}  # fmt: skip


def imported(command, records, tmp_path, **options):
    path = tmp_path / "profiles.json"
    path.write_text(json.dumps({"profiles": records}))
    call_command(command, str(path), organisation=make_organisation().name, **options)


def test_a_complete_offer_has_nothing_to_be_mended_and_all_its_fields_in_the_profile():
    offer = make_offer(**FULL)
    assert findings(offer) == []
    profile = profile_of(offer)
    assert (profile["profileType"], profile["stageOfDevelopment"]) == ("TO", "already on the market")
    assert profile["partnershipTypes"] == ["commercial agreement"]
    assert profile["advantagesAndInnovation"] == "A third less gas."


def test_what_is_too_long_missing_or_names_somebody_is_listed_and_nothing_is_cut():
    long = "x" * 4100
    need = make_need(**FULL | {
        "description": long, "summary": "", "partner_role": "Write to kim@firm.example",
        "market_keywords": list("abcdef"),
    })  # fmt: skip
    found = " ".join(findings(need))
    assert "4100 characters, 4000 are allowed" in found
    assert "short summary: missing" in found
    assert "take out names" in found
    assert "6 chosen, at most 5" in found
    assert profile_of(need)["description"] == long


def test_the_word_document_opens_with_every_text_whole_and_the_findings_first(client):
    author = make_user()
    offer = make_offer(**FULL | {"advantages": "", "organisation": make_organisation(people=(author,))})
    client.force_login(author)
    response = client.get(reverse("een-profile", args=["offers", offer.pk, "docx"]))
    assert response["Content-Disposition"] == f'attachment; filename="{offer.reference}.docx"'
    word = Word(io.BytesIO(response.content))
    texts = [paragraph.text for paragraph in word.paragraphs]
    assert "We dry dough with waste heat." in texts
    assert "advantages and innovation: missing." in texts[: texts.index("The profile")]
    assert "Description (29 of 4000 characters)" in texts
    assert ["Stage of development", "already on the market"] in [
        [cell.text for cell in row.cells] for row in word.tables[0].rows
    ]
    assert word.core_properties.author == ""


@pytest.mark.parametrize("form", ["json", "docx"])
def test_only_editors_get_the_profile(client, form):
    offer = make_offer(**FULL)
    client.force_login(make_user())
    assert client.get(reverse("een-profile", args=["offers", offer.pk, form])).status_code == 404


def test_the_api_tells_editors_the_profile_of_the_page(client):
    author = make_user()
    offer = make_offer(**FULL | {"summary": ""}, organisation=make_organisation(people=(author,)))
    client.force_login(author)
    told = client.get(f"/api/v1/offers/{offer.pk}/een-profile/").json()
    assert told == client.get(reverse("een-profile", args=["offers", offer.pk, "json"])).json()
    assert len(told["findings"]) == 1
    client.force_login(make_user())
    assert client.get(f"/api/v1/offers/{offer.pk}/een-profile/").status_code == 404


@pytest.mark.parametrize(("kind", "make"), [("offers", make_offer), ("needs", make_need)])
def test_the_api_gives_editors_the_word_document_of_the_page_whatever_their_program_accepts(client, kind, make):
    author = make_user()
    document = make(title="Heat", organisation=make_organisation(people=(author,)))
    client.force_login(author)
    address = f"/api/v1/{kind}/{document.pk}/een-profile/docx/"
    accepting = [{}, {"accept": WORD}, {"accept": "text/csv"}]
    given = [client.get(address, headers=headers) for headers in accepting]
    page = client.get(reverse("een-profile", args=[kind, document.pk, "docx"]))
    assert {(one.status_code, one["Content-Type"]) for one in given} == {(200, WORD)}
    for name in ("Content-Disposition", "Cache-Control"):
        assert given[0][name] == page[name]
    assert text_of(given[0]) == text_of(page)
    client.force_login(make_user())
    refused = client.get(address, headers={"accept": WORD})
    assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")


def text_of(answer):
    return [paragraph.text for paragraph in Word(io.BytesIO(answer.content)).paragraphs]


def test_a_record_of_the_network_becomes_an_offer_with_our_codes(tmp_path):
    imported("import_offers", [RECORD], tmp_path)
    offer = Offer.objects.get()
    assert (offer.external_id, offer.stage, offer.ipr_status) == ("TOES20240903021", "market", "secret")
    assert (offer.partnership_types, offer.sdgs) == (["commercial", "rd_cooperation"], [6, 9])
    assert offer.partner_kinds == ["sme_49", "university"]
    assert offer.technology_keywords == ["003001", "filters"]


def test_codes_of_keywords_become_words_by_a_list_that_the_user_brings(tmp_path, capsys):
    listed = tmp_path / "keywords.csv"
    listed.write_text("code,name\n003001,Membrane filtration\n")
    call_command("load_keywords", str(listed))
    imported("import_offers", [RECORD], tmp_path)
    assert Offer.objects.get().technology_keywords == ["Membrane filtration", "filters"]
    listed.write_text("code,name\n003001,\n")
    with pytest.raises(CommandError, match="Line 2"):
        call_command("load_keywords", str(listed))


def test_a_code_becomes_the_name_of_the_list_and_no_other_word_for_the_same(tmp_path):
    listed = tmp_path / "keywords.csv"
    listed.write_text("code,name\n003001,Membrane filtration\n")
    call_command("load_keywords", str(listed))
    filtration = Concept.objects.get(identifier="003001")
    label(filtration.pk, Name("en", "Meyer's sieve", LabelKind.EXPERT), LabelSource.LEARNT).save()
    label(filtration.pk, Name("en", "filters for milk", LabelKind.LAY), LabelSource.BROKER).save()
    imported("import_offers", [RECORD], tmp_path)
    assert Offer.objects.get().technology_keywords == ["Membrane filtration", "filters"]


def test_a_record_of_the_other_kind_is_refused_and_so_is_all_of_its_file(tmp_path, capsys):
    with pytest.raises(CommandError, match="1 rows cannot be imported"):
        imported("import_needs", [RECORD | {"ProfileType": "TR", "PodReference": "TR1"}, RECORD], tmp_path)
    assert "is of the kind" in capsys.readouterr().err
    assert not Need.objects.exists()


def test_our_own_profile_comes_back_as_it_was(tmp_path):
    need = make_need(**FULL | {"expertise_sought": "Somebody who knows heat."})
    profile = json.loads(json.dumps(profile_of(need), default=str))
    imported("import_needs", [profile], tmp_path)
    copy = Need.objects.exclude(pk=need.pk).get()
    assert all(getattr(copy, name) == getattr(need, name) for name in FULL)
    assert copy.external_id == need.reference
