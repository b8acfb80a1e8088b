"""The digest of a provider: what several open needs near to its offers ask for."""

import pytest

from accounts.models import User
from catalog.models import Concept, ConceptLabel, Scheme
from matchmaking.codes import MatchState
from tests.factories import make_need
from tests.matchmaking.digests import no_invalid_variable, old_case, told  # noqa: F401 - a fixture
from tests.matchmaking.mail_reading import html_of, text_of

pytestmark = pytest.mark.django_db


def concept_of(*documents, **labels):
    scheme, _made = Scheme.objects.get_or_create(identifier="test")
    concept = Concept.objects.create(scheme=scheme, identifier=f"c{Concept.objects.count()}")
    for language, text in labels.items():
        ConceptLabel.objects.create(concept=concept, language=language, text=text)
    for document in documents:
        document.concept_uses.create(concept=concept)
    return concept


def test_a_provider_is_told_what_several_open_needs_near_to_its_offers_ask_for():
    case = old_case(state=MatchState.REJECTED)
    User.objects.filter(pk=case.provider.pk).update(language="de")
    case.provider.refresh_from_db()
    own = concept_of(case.match.offer, en="demand forecasting")
    asked = concept_of(make_need(), make_need(), en="food waste", de="Lebensmittelabfälle")
    asked.broader.add(own)
    concept_of(make_need(), make_need(), make_need(), en="something else")
    lonely = concept_of(make_need(), en="asked once")
    lonely.broader.add(own)
    message = told(case.provider)
    assert "Lebensmittelabfälle" in text_of(message)
    assert "something else" not in text_of(message)
    assert "asked once" not in text_of(message)
    assert "INVALID" not in html_of(message)
    assert told(case.provider, "2026-12-01") is None
    for _ in range(2):
        make_need().concept_uses.create(concept=asked)
    assert told(case.provider, "2026-12-08")


def test_needs_that_a_provider_may_not_see_are_not_counted():
    case = old_case(state=MatchState.REJECTED)
    concept_of(case.match.offer, *(make_need(visibility="network") for _ in range(5)), en="secret matter")
    assert told(case.provider) is None
