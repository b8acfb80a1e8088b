"""What is shown of a document at each level of disclosure."""

import pytest

from catalog.codes import Disclosure
from catalog.models import Need, Offer
from catalog.presenting import Shown
from tests.factories import make_need, make_offer, make_organisation

pytestmark = pytest.mark.django_db

TEXTS = {
    "title": "Glanzwerk polishes anything",
    "summary": "Ask Glanzwerk GmbH.",
    "description": "Call +49 40 123 456 78 or see https://glanzwerk.de. We polish steel.",
    "advantages": "Glanzwerk has patent EP1234567.",
    "partner_role": "Send parts to info@glanzwerk.de.",
    "technology_keywords": ["polishing", "Glanzwerk"],
}
SECRETS = ("Glanzwerk", "glanzwerk", "123 456", "EP1234567")


def everything(shown: Shown) -> str:
    """Every word a template can get at."""
    names = [name for name in dir(shown) if not name.startswith("_") and name not in ("text", "strip")]
    return " ".join(str(getattr(shown, name)) for name in names) + str(shown)


@pytest.fixture
def offer() -> Offer:
    maker = make_organisation(name="Glanzwerk GmbH", country="DE", size="small", website="https://glanzwerk.de")
    return make_offer(organisation=maker, **TEXTS)


def test_a_teaser_holds_no_identity_in_any_property(offer):
    words = everything(Shown(offer, Disclosure.TEASER))
    assert not [secret for secret in SECRETS if secret in words]
    assert "polishes anything" in words
    assert "SME, 10 to 49 people, Germany" in words


def test_nothing_is_nothing(offer):
    shown = Shown(offer, Disclosure.NONE)
    assert (shown.title, shown.organisation, shown.organisation_line, shown.reference) == ("", "", "", "")
    assert (shown.sections, shown.facts, shown.keywords) == ([], [], [])


def test_in_full_everything_is_there(offer):
    shown = Shown(offer, Disclosure.FULL)
    assert shown.organisation == "Glanzwerk GmbH"
    assert shown.website == "https://glanzwerk.de"
    assert [section.name for section in shown.sections] == ["summary", "description", "advantages", "partner_role"]
    assert shown.keywords == ["polishing", "Glanzwerk"]


def test_without_a_level_the_one_of_the_queryset_counts_and_otherwise_nothing(offer):
    assert Shown(offer).is_none
    offer.disclosure = Disclosure.TEASER
    assert Shown(offer).disclosure == Disclosure.TEASER


@pytest.mark.parametrize("model", [Need, Offer])
def test_structured_wishes_are_shown_in_words(model):
    make = {Need: make_need, Offer: make_offer}[model]
    document = make(stage="market", countries=["FR"], ecosystems=["agri_food"], sdgs=[12])
    values = [fact.value for fact in Shown(document, Disclosure.TEASER).facts]
    assert values == ["already on the market", "agri-food", "France", "12 Responsible consumption and production"]
