"""Which concepts needs and offers are about, who says so, and what that teaches."""

import pytest

from catalog import annotating
from catalog.annotating import annotate_stale_documents, stale_annotations
from catalog.codes import FoundBy, LabelSource, UseState
from catalog.concept_agreement import agreement, idf_of, widened
from catalog.concept_statistics import idf, weights_of, with_neighbours
from catalog.confirming import UnknownConcept, add, confirm, forget, remove
from catalog.embedding import embed_stale_documents
from catalog.erasing import delete_in_batches, erase_words
from catalog.models import Concept, ConceptLabel, Need, NeedConcept, Offer, OfferConcept
from catalog.vocabulary_loading import load_own
from tests.catalog.small_vocabulary import embed_vocabulary, some_vocabulary, work
from tests.factories import make_concept, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

SMELL = "Our rinse water smells and the water authority has complained twice this year."


@pytest.fixture
def vocabulary():
    return some_vocabulary()


def uses(document):
    return {use.concept: use for use in document.concept_uses.select_related("concept").standing()}


def test_a_concept_that_the_text_names_is_found_with_its_sentence(vocabulary):
    offer = make_offer(
        title="Clean water",
        description="We build plants for dairies. Our plants for anaerobic treatment also make gas. They last.",
    )
    work()
    use = uses(offer)[vocabulary["water"]]
    assert (use.found_by, use.phrase, use.field) == (FoundBy.WORDS, "anaerobic treatment", "description")
    assert use.sentence == "Our plants for anaerobic treatment also make gas."
    assert use.state == UseState.SUGGESTED


def test_a_concept_is_found_by_meaning_across_languages_and_with_a_sentence_verbatim(vocabulary):
    need = make_need(
        title="Ärger",
        description="Wir sind eine Bäckerei. Jeden Abend werfen wir ein Drittel des Brotes in den Müll.",
        language="de",
    )
    work()
    best = max(uses(need).values(), key=lambda use: use.weight)
    assert best.concept == vocabulary["bread"]
    assert best.found_by == FoundBy.MEANING
    assert best.sentence in need.description


def test_an_acronym_is_found_in_any_language(vocabulary):
    need = make_need(title="Ökobilanz", description="Ein Kunde will eine LCA für unsere Dosen sehen.", language="de")
    work()
    assert uses(need)[vocabulary["lca"]].phrase == "LCA"


def test_reading_twice_changes_nothing(vocabulary):
    need = make_need(description=SMELL)
    work()
    before = list(NeedConcept.objects.order_by("concept").values_list("pk", "concept", "weight", "sentence"))
    Need.objects.update(concepts_from="")
    annotate_stale_documents()
    after = list(NeedConcept.objects.order_by("concept").values_list("pk", "concept", "weight", "sentence"))
    assert [row[1:] for row in before] == [row[1:] for row in after]
    assert before
    assert not stale_annotations(Need).exists()
    assert need.concept_uses.count() == len(before)


def test_a_change_of_text_or_vocabulary_makes_the_concepts_out_of_date(vocabulary):
    need = make_need(description=SMELL)
    work()
    make_concept("ultrafiltration")
    assert stale_annotations(Need).get() == need
    work()
    assert not stale_annotations(Need).exists()
    Need.objects.update(description="We need people who can weld.")
    embed_stale_documents()
    assert stale_annotations(Need).get() == need


def test_nothing_is_read_while_the_vocabulary_has_no_vectors(vocabulary):
    make_need(description=SMELL)
    embed_stale_documents()
    assert annotate_stale_documents() == 0


def test_the_page_says_that_a_text_is_still_being_read_and_afterwards_that_nothing_was_understood(client):
    member = make_user()
    need = make_need(organisation=make_organisation(people=(member,)))
    client.force_login(member)
    page = client.get(need.get_absolute_url()).text
    assert "still being read" in page
    assert "Nothing we are sure of yet" not in page
    need.refresh_from_db()
    Need.objects.update(concepts_from=f"1.reader:{need.text_hash}")
    page = client.get(need.get_absolute_url()).text
    assert "Nothing we are sure of yet" in page
    assert "still being read" not in page


def test_a_text_that_changes_while_it_is_read_stays_out_of_date(vocabulary, monkeypatch):
    need = make_need(description=SMELL)
    embed_stale_documents()
    embed_vocabulary()
    real = annotating.understand

    def edited_meanwhile(*arguments):
        Need.objects.update(description="Something else altogether is written here now.")
        return real(*arguments)

    monkeypatch.setattr(annotating, "understand", edited_meanwhile)
    annotate_stale_documents()
    assert not need.concept_uses.exists()
    assert Need.objects.get().concepts_from == ""


def test_what_people_decided_stays_when_the_document_is_read_anew(vocabulary):
    person = make_user()
    need = make_need(description=SMELL, author=person)
    work()
    remove(need, vocabulary["water"].pk, person)
    add(need, vocabulary["staff"].pk, person)
    Need.objects.update(concepts_from="")
    work()
    assert vocabulary["water"] not in uses(need)
    assert uses(need)[vocabulary["staff"]].state == UseState.CONFIRMED
    assert uses(need)[vocabulary["staff"]].found_by == FoundBy.AUTHOR
    forget(need, vocabulary["water"].pk)
    work()
    assert uses(need)[vocabulary["water"]].state == UseState.SUGGESTED


def test_a_removal_counts_against_the_same_words_in_the_next_document(vocabulary):
    text = "The heat exchanger of our oven is full of flour again."
    first = make_need(description=text)
    work()
    assert uses(first)[vocabulary["heat"]].phrase == "heat exchanger"
    remove(first, vocabulary["heat"].pk, make_user())
    work()
    second = make_need(title="Again", description="We scrap an old heat exchanger.")
    work()
    found = uses(second).get(vocabulary["heat"])
    assert found is None or not found.phrase


def test_a_removal_counts_against_the_same_meaning_in_the_next_document(vocabulary):
    first = make_need(title="Smell", description=SMELL)
    twin = "Our rinse water smells and the authority has complained again this year."
    untaught = make_need(title="Smell", description=twin)
    work()
    weight = uses(untaught)[vocabulary["water"]].weight
    remove(first, vocabulary["water"].pk, make_user())
    work()
    taught = make_need(title="Smell", description=twin)
    work()
    assert vocabulary["water"] not in uses(taught) or uses(taught)[vocabulary["water"]].weight < weight


def test_a_confirmation_makes_the_concept_weightier_in_the_next_document(vocabulary):
    text = "Jeden Morgen stehen die Leute vor der Tür und wollen ihre Pakete haben."
    first, twin = make_need(title="Morgen", description=text), make_need(title="Früh", description=text)
    work()
    before = weights_of(NeedConcept, [twin.pk])[twin.pk].get(vocabulary["staff"].pk, 0.0)
    add(first, vocabulary["staff"].pk, make_user(), words="stehen die Leute vor der Tür")
    work()
    third = make_need(title="Früh", description=text)
    work()
    assert uses(third)[vocabulary["staff"]].weight > before


def test_words_that_a_broker_joins_to_a_concept_name_it_from_then_on(vocabulary):
    need = make_need(description="Our slurry pond stinks in summer. The mayor calls.")
    add(need, vocabulary["water"].pk, make_user(), words="slurry pond")
    learnt = ConceptLabel.objects.get(source=LabelSource.LEARNT)
    assert (learnt.text, learnt.kind) == ("slurry pond", "lay")
    assert need.concept_uses.get().sentence == "Our slurry pond stinks in summer."
    work()
    other = make_need(title="Stench", description="The slurry ponds of our neighbours are a nuisance.")
    work()
    assert uses(other)[vocabulary["water"]].phrase == "slurry ponds"


GOING = {
    "taken back": lambda need, concept: forget(need, concept.pk),
    "removed": lambda need, concept: remove(need, concept.pk, make_user()),
    "erased": lambda need, _concept: erase_words(Need.objects.filter(pk=need.pk)),
    "deleted": lambda need, _concept: delete_in_batches(Need.objects.filter(pk=need.pk)),
}


@pytest.mark.parametrize("going", GOING.values(), ids=GOING)
def test_words_that_were_learnt_go_with_the_last_text_that_says_them(vocabulary, going):
    texts = [make_need(description=f"{who} slurry pond stinks.") for who in ("Our", "Their")]
    for need in texts:
        add(need, vocabulary["water"].pk, make_user(), words="slurry pond")
    learnt = ConceptLabel.objects.filter(source=LabelSource.LEARNT, text="slurry pond")
    going(texts[0], vocabulary["water"])
    assert learnt.exists()
    going(texts[1], vocabulary["water"])
    assert not learnt.exists()


def test_words_of_an_author_wait_for_a_broker(vocabulary):
    person = make_user()
    need = make_need(description="Our slurry pond stinks.", organisation=make_organisation(people=(person,)))
    assert add(need, vocabulary["water"].pk, person, words="slurry pond").found_by == FoundBy.AUTHOR
    assert not ConceptLabel.objects.filter(source=LabelSource.LEARNT).exists()


def test_a_decision_on_a_sentence_that_was_deleted_forgets_the_sentence(vocabulary):
    need = make_need(description="The heat exchanger is broken. We bake bread all night.")
    work()
    remove(need, vocabulary["heat"].pk, make_user())
    Need.objects.update(description="We bake bread all night.")
    work()
    assert need.concept_uses.get(concept=vocabulary["heat"]).sentence == ""


def test_a_concept_out_of_use_cannot_be_added(vocabulary):
    Concept.objects.filter(pk=vocabulary["water"].pk).update(state="retired")
    with pytest.raises(UnknownConcept):
        confirm(make_need(), vocabulary["water"].pk, make_user())


# For ranking


def make_use(offer, concept, weight=1.0, **fields):
    return OfferConcept.objects.create(document=offer, concept=concept, weight=weight, **fields)


def test_offers_about_the_wanted_concepts_are_found_best_first_and_removed_ones_are_not(vocabulary):
    both, one, removed = make_offer(), make_offer(), make_offer()
    make_offer()
    make_use(both, vocabulary["water"], 0.5)
    make_use(both, vocabulary["heat"], 0.9)
    make_use(one, vocabulary["water"], 1.0)
    make_use(removed, vocabulary["water"], 1.0, state=UseState.REMOVED)
    wanted = {vocabulary["water"].pk: 1.0, vocabulary["heat"].pk: 1.0}
    found = Offer.objects.about(wanted, 5)
    assert [(offer.pk, round(offer.aboutness, 2)) for offer in found] == [(both.pk, 1.4), (one.pk, 1.0)]
    assert not Offer.objects.about({}, 5)
    assert Offer.objects.exclude(pk=both.pk).about(wanted, 5).get() == one


def test_concepts_one_step_away_count_a_little(vocabulary):
    narrower = make_concept("sludge drying")
    narrower.broader.add(vocabulary["water"])
    assert with_neighbours({vocabulary["water"].pk: 1.0}) == {vocabulary["water"].pk: 1.0, narrower.pk: 0.3}
    assert with_neighbours({narrower.pk: 0.5})[vocabulary["water"].pk] == 0.15
    assert widened({1: 0.2, 2: 1.0}, {2: {1}}) == {1: 0.3, 2: 1.0}


def test_agreement_is_the_share_of_the_need_that_is_met_with_rare_concepts_counting_more():
    rarity = idf_of({1: 1, 2: 90}, documents=100)
    assert rarity[1] > rarity[2] > 0
    assert agreement({1: 1.0, 2: 1.0}, {1: 1.0, 2: 1.0}, rarity) == pytest.approx(1)
    rare, common = (agreement({1: 1.0, 2: 1.0}, {pk: 1.0}, rarity) for pk in (1, 2))
    assert rare > common > 0
    assert agreement({1: 1.0}, {1: 0.5}, rarity) == pytest.approx(0.5)
    assert agreement({}, {1: 1.0}, rarity) == 0


def test_a_concept_of_few_offers_tells_more(vocabulary):
    for _ in range(3):
        make_use(make_offer(), vocabulary["water"])
    work()
    from_corpus = idf([vocabulary["water"].pk, vocabulary["heat"].pk])
    assert set(from_corpus) == {vocabulary["water"].pk, vocabulary["heat"].pk}


@pytest.mark.long
def test_the_platforms_own_vocabulary_understands_plain_words():
    load_own()
    need = make_need(title="Smell", description=SMELL)
    work()
    names = {concept.identifier for concept in uses(need)}
    assert names & {"wastewater-odour", "polluted-effluent", "wastewater-treatment", "anaerobic-wastewater-treatment"}
