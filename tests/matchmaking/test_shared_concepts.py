"""The concept between two sentences of a match, and the green aim that a digital means serves."""

import pytest
from django.utils import translation

from catalog.codes import ConceptState, Disclosure, Facet, UseState
from catalog.models import Concept, ConceptLabel, NeedConcept, OfferConcept, Scheme
from catalog.presenting import Shown
from matchmaking.gaps import missing_in_need, missing_in_offer, unanswerable_sides, with_gaps
from matchmaking.models import Match
from matchmaking.shared_concepts import SharedConcepts, Use, joining
from matchmaking.twin import twins_of
from tests.factories import make_case, make_match, make_need, make_offer, make_organisation, make_user

PAIR = {"need": "We throw away dough.", "offer": "It forecasts demand."}
WASTE, FORECAST, BAKING = 1, 2, 3


def test_the_concept_that_both_sentences_say_joins_them():
    need = {WASTE: Use(0.6, PAIR["need"]), BAKING: Use(0.9, "We bake.")}
    offer = {WASTE: Use(0.6, PAIR["offer"]), BAKING: Use(0.9, "For bakeries.")}
    assert joining(need, offer, PAIR, set()) == WASTE


def test_a_concept_that_neither_sentence_says_joins_nothing():
    uses = {BAKING: Use(0.9, "Somewhere else.")}
    assert joining(uses, uses, PAIR, set()) is None
    assert joining({WASTE: Use(1.0, PAIR["need"])}, {FORECAST: Use(1.0, PAIR["offer"])}, PAIR, set()) is None
    assert joining({}, {}, PAIR, set()) is None


def test_a_concept_that_is_only_guessed_at_joins_nothing():
    guessed = {WASTE: Use(0.5, PAIR["need"])}
    assert joining(guessed, guessed, PAIR, set()) is None


def test_a_broader_concept_joins_where_there_is_no_common_one():
    need, offer = {FORECAST: Use(1.0, PAIR["need"])}, {WASTE: Use(1.0, PAIR["offer"])}
    assert joining(need, offer, PAIR, {(FORECAST, WASTE)}) == WASTE
    assert joining(need, offer, PAIR, {(WASTE, FORECAST)}) == FORECAST


def make_concept(name: str, **fields) -> Concept:
    scheme, _made = Scheme.objects.get_or_create(identifier="test")
    concept = Concept.objects.create(scheme=scheme, identifier=name, definition=f"About {name}.", **fields)
    ConceptLabel.objects.create(concept=concept, language="en", text=name)
    return concept


@pytest.mark.django_db
def test_concepts_of_many_matches_cost_one_query(django_assert_num_queries):
    concept = make_concept("food waste prevention")
    ConceptLabel.objects.create(concept=concept, language="de", text="Lebensmittelabfall vermeiden")
    for _ in range(3):
        match = make_match(bridge=[PAIR])
        NeedConcept.objects.create(document=match.need, concept=concept, sentence=PAIR["need"])
        OfferConcept.objects.create(document=match.offer, concept=concept, sentence=PAIR["offer"])
    matches = list(Match.objects.all())
    with django_assert_num_queries(1), translation.override("de"):
        shared = SharedConcepts(matches)
        assert {shared.name(match, PAIR) for match in matches} == {"Lebensmittelabfall vermeiden"}
    NeedConcept.objects.update(state=UseState.REMOVED)
    assert SharedConcepts(matches).name(matches[0], PAIR) == ""


def shown(match: Match, level: Disclosure = Disclosure.FULL) -> tuple[Shown, Shown]:
    return Shown(match.need, level), Shown(match.offer, Disclosure.FULL)


@pytest.mark.django_db
def test_a_digital_means_is_told_with_the_green_aim_it_serves_and_the_words_of_both():
    match = make_match()
    means = make_concept("demand forecasting", facet=Facet.DIGITAL_MEANS, green_aims=["waste"])
    aim = make_concept("waste prevention", facet=Facet.GREEN_AIM, green_aims=["waste", "materials"])
    other = make_concept("heat recovery", facet=Facet.TECHNOLOGY, green_aims=["energy"])
    OfferConcept.objects.create(document=match.offer, concept=means, sentence=PAIR["offer"], weight=0.6)
    NeedConcept.objects.create(document=match.need, concept=aim, sentence=PAIR["need"], weight=0.6)
    NeedConcept.objects.create(document=match.need, concept=other, sentence="It is hot.", weight=0.9)
    (twin,) = twins_of(match, *shown(match), SharedConcepts([match]))
    assert (twin.means.concept, twin.means.sentence) == ("demand forecasting", PAIR["offer"])
    assert (twin.aim.concept, twin.aim.sentence, twin.area) == ("waste prevention", PAIR["need"], "waste")
    assert twins_of(match, *shown(match, Disclosure.NONE), SharedConcepts([match])) == []
    means.state = ConceptState.RETIRED
    means.save(update_fields=["state"])
    assert twins_of(match, *shown(match), SharedConcepts([match])) == []


@pytest.mark.django_db
def test_what_is_only_digital_or_only_green_is_no_twin_transition():
    match = make_match()
    OfferConcept.objects.create(document=match.offer, concept=make_concept("chatbots", facet=Facet.DIGITAL_MEANS))
    NeedConcept.objects.create(document=match.need, concept=make_concept("reuse", green_aims=["waste"]))
    assert twins_of(match, *shown(match), SharedConcepts([match])) == []


@pytest.mark.django_db
def test_the_words_of_a_teaser_name_nobody_in_the_twin_transition_either():
    match = make_match(need=make_need(organisation=make_organisation(name="Brotwerk Lindner")))
    means = make_concept("demand forecasting", facet=Facet.DIGITAL_MEANS, green_aims=["waste"])
    aim = make_concept("waste prevention", green_aims=["waste"])
    OfferConcept.objects.create(document=match.offer, concept=means, sentence=PAIR["offer"])
    NeedConcept.objects.create(document=match.need, concept=aim, sentence="Brotwerk Lindner throws away dough.")
    (twin,) = twins_of(match, *shown(match, Disclosure.TEASER), SharedConcepts([match]))
    assert "Lindner" not in twin.aim.sentence
    assert "throws away dough" in twin.aim.sentence


@pytest.mark.django_db
def test_what_neither_text_says_is_asked_and_what_one_says_is_not():
    full = {"budget_band": "5k_25k", "deadline": "2030-01-01", "expertise_sought": "Forecasting"}
    region = make_organisation(region="DE60")
    assert missing_in_need(make_need(**full, partnership_types=["commercial"], organisation=region)) == []
    assert len(missing_in_need(make_need())) == 5
    offer = make_offer(stage="market", cost_band="5k_25k", advantages="Quick", partner_role="Data")
    assert missing_in_offer(offer, has_files=False) == ["Who uses it already, and may they be asked?"]
    assert missing_in_offer(offer, has_files=True) == []
    early = missing_in_offer(make_offer(stage="concept"), has_files=False)
    assert "Who uses it already, and may they be asked?" not in early


def unanswerable(match: Match) -> list[str]:
    return unanswerable_sides(with_gaps(Match.objects).get(pk=match.pk))


@pytest.mark.django_db
def test_a_side_without_people_is_named_to_the_broker_only(client):
    case = make_case()
    assert unanswerable(case.match) == []
    lonely = make_match(
        need=case.match.need, offer=make_offer(organisation=make_organisation()), cluster=case.cluster
    )
    assert unanswerable(lonely) == ["offer"]
    client.force_login(case.broker)
    assert "Nobody could answer for the offer." in client.get(f"/matches/{lonely.pk}/").text
    assert "Nobody could answer" not in client.get(f"/matches/{case.match.pk}/").text
    client.force_login(case.seeker)
    assert "Nobody could answer" not in client.get(f"/matches/{lonely.pk}/").text


@pytest.mark.django_db
def test_somebody_who_left_does_not_answer():
    person = make_user(is_active=False)
    match = make_match(need=make_need(organisation=make_organisation(people=(person,))))
    assert unanswerable(match) == ["need", "offer"]
