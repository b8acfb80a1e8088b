"""From a need to kept proposals, in a real database with the real encoder."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organisation
from catalog.codes import State, Visibility
from catalog.embedding import embed_stale_documents
from catalog.models import MeasuredSpace, Need, Offer
from catalog.placing import query_of
from matchmaking import pipeline
from matchmaking.codes import MatchState
from matchmaking.models import Match
from matchmaking.pipeline import NotEmbedded, match_need, propose
from matchmaking.reasons import sentence
from tests.factories import make_cluster, make_need, make_offer, make_organisation
from tests.matchmaking.matching import (  # noqa: F401 - a fixture
    BAKING,
    TREATMENT,
    WATER,
    bring_up_to_date,
    everything_above_zero,
    matched,
    offers_proposed_for,
)

pytestmark = pytest.mark.django_db


def test_the_offer_that_fits_comes_first_with_everything_that_speaks_for_it():
    baking, treatment = make_offer(**BAKING), make_offer(**TREATMENT)
    need = make_need(**WATER)
    run = matched(need)
    assert offers_proposed_for(need)[0] == treatment
    assert baking not in offers_proposed_for(need)[:1]
    match = Match.objects.get(need=need, offer=treatment)
    assert (match.run, match.rank) == (run, 1)
    assert match.components["text_score"] > 0.0
    assert match.components["meaning"] > 0.0
    assert any("“Rinse”" in sentence(reason) for reason in match.reasons)
    pair = match.bridge[0]
    assert pair["need"] in need.text
    assert pair["offer"] in treatment.text
    assert (run.candidates, run.proposed) == (2, Match.objects.count())


def test_words_that_many_offers_use_are_no_reason():
    for number in range(4):
        make_offer(title=f"Divider {number}", description="It divides dough.")
    bread = make_offer(title="Bread ovens", description="Dough is proofed and baked in a brass oven.")
    need = make_need(description="Our dough tastes of brass.")
    matched(need)
    words = [one for one in Match.objects.get(need=need, offer=bread).reasons if one["code"] == "shared_words"]
    assert [one["params"]["words"] for one in words] == [["brass"]]


def test_a_need_finds_an_offer_in_another_language():
    make_offer(**BAKING)
    german = make_offer(
        title="Behandlung von Spülwasser",
        description="Wir reinigen Spülwasser von Molkereien vor Ort, damit die Behörde zufrieden ist.",
    )
    need = make_need(**WATER)
    matched(need)
    assert offers_proposed_for(need)[0] == german
    assert Match.objects.get(offer=german).reasons[0]["code"] == "meaning_across"


def test_a_need_without_an_up_to_date_vector_is_not_matched():
    need = make_need(**WATER)
    with pytest.raises(NotEmbedded, match="encode"):
        match_need(need)


def test_a_need_is_never_matched_with_an_offer_of_its_own_organisation():
    organisation = make_organisation()
    make_offer(organisation=organisation, **TREATMENT)
    need = make_need(organisation=organisation, **WATER)
    assert matched(need).candidates == 0


@pytest.mark.parametrize(
    "closed",
    [
        {"state": State.DRAFT},
        {"state": State.PAUSED},
        {"state": State.EXPIRED},
        {"valid_until": timezone.localdate() - timedelta(days=1)},
    ],
)
def test_only_open_offers_are_proposed(closed: dict):
    make_offer(**TREATMENT, **closed)
    assert matched(make_need(**WATER)).candidates == 0


def test_an_offer_for_the_network_reaches_its_own_and_linked_clusters_only():
    home, linked, stranger = make_cluster(), make_cluster(), make_cluster()
    home.linked.add(linked)
    provider = make_organisation(clusters=(home,))
    make_offer(organisation=provider, visibility=Visibility.NETWORK, **TREATMENT)
    needs = {cluster: make_need(cluster=cluster, **WATER) for cluster in (home, linked, stranger)}
    alone = make_need(**WATER)
    found = {cluster: matched(need).candidates for cluster, need in needs.items()}
    assert found == {home: 1, linked: 1, stranger: 0}
    assert matched(alone).candidates == 0


def test_a_match_belongs_to_the_cluster_the_author_chose_or_the_organisations_or_the_default():
    default, own, chosen = make_cluster(is_default=True), make_cluster(), make_cluster()
    member = make_organisation(clusters=(own,))
    make_offer(**TREATMENT)
    for expected, fields in (
        (chosen, {"cluster": chosen, "organisation": member}),
        (own, {"organisation": member}),
        (default, {}),
    ):
        need = make_need(**WATER, **fields)
        matched(need)
        assert Match.objects.get(need=need).cluster == expected


DECIDED = [
    MatchState.REJECTED,
    MatchState.DISMISSED,
    MatchState.PARKED,
    MatchState.ACCEPTED,
    MatchState.DECLINED,
    MatchState.LAPSED,
    MatchState.INTRODUCED,
]


@pytest.mark.parametrize("state", DECIDED)
def test_a_match_somebody_decided_on_is_left_alone_and_takes_no_place(state: MatchState):
    decided, fresh = make_offer(**TREATMENT), make_offer(**TREATMENT)
    need = make_need(**WATER)
    matched(need)
    Match.objects.filter(offer=decided).update(state=state, score=0.123)
    matched(need)
    assert offers_proposed_for(need) == [fresh]
    assert Match.objects.filter(offer=decided, state=state, score=0.123).exists()
    assert Match.objects.get(offer=fresh).rank == 1


def test_what_the_side_of_the_need_wants_no_run_takes_back(settings):
    wanted, other = make_offer(**TREATMENT), make_offer(**TREATMENT)
    need = make_need(**WATER)
    matched(need)
    Match.objects.filter(offer=wanted).update(wanted_at=timezone.now())
    settings.LEAST_PROBABILITY = 1.1
    matched(need)
    states = dict(Match.objects.values_list("offer", "state"))
    assert states == {wanted.pk: MatchState.PROPOSED, other.pk: MatchState.WITHDRAWN}


def test_running_again_changes_nothing():
    make_offer(**TREATMENT)
    make_offer(**BAKING)
    need = make_need(**WATER)
    matched(need)
    before = list(Match.objects.order_by("pk").values("pk", "score", "rank", "components", "reasons", "bridge"))
    matched(need)
    assert list(Match.objects.order_by("pk").values(*before[0])) == before


def test_what_no_longer_qualifies_is_withdrawn_and_comes_back_when_it_does_again():
    offer, need = make_offer(**TREATMENT), make_need(**WATER)
    matched(need)
    Offer.objects.filter(pk=offer.pk).update(state=State.PAUSED)
    matched(need)
    assert Match.objects.get().state == MatchState.WITHDRAWN
    Offer.objects.filter(pk=offer.pk).update(state=State.PUBLISHED)
    matched(need)
    assert Match.objects.get().state == MatchState.PROPOSED


def test_nothing_that_fits_is_an_answer_too(settings):
    settings.LEAST_PROBABILITY = 2.0
    make_offer(**BAKING)
    run = matched(make_need(**WATER))
    assert (run.candidates, run.proposed) == (1, 0)
    assert not Match.objects.exists()


def test_no_more_offers_are_proposed_than_is_set(settings):
    settings.PROPOSALS = 2
    for _ in range(4):
        make_offer(**TREATMENT)
    assert matched(make_need(**WATER)).proposed == 2


def test_sentences_are_encoded_once_as_long_as_both_texts_stay(monkeypatch: pytest.MonkeyPatch):
    make_offer(**TREATMENT)
    need = make_need(**WATER)
    matched(need)
    bridge = Match.objects.get().bridge
    assert bridge
    monkeypatch.setattr("catalog.sentence_vectors.encoder", pytest.fail)
    matched(need)
    assert Match.objects.get().bridge == bridge


# A text that is only tried out


def test_a_text_is_answered_without_being_stored():
    make_offer(**BAKING)
    treatment = make_offer(**TREATMENT)
    bring_up_to_date()
    proposals = propose("Our rinse water smells and the authority complains", top=1)
    assert [proposal.offer for proposal in proposals] == [treatment]
    assert proposals[0].bridge
    assert proposals[0].reasons
    assert not Need.objects.exists()
    assert not Match.objects.exists()


@pytest.mark.parametrize("text", ["x", "🙂", "water " * 20_000, "\n\n…", "1234 5678"])
def test_any_text_gets_an_answer(text: str):
    make_offer(**TREATMENT)
    bring_up_to_date()
    assert len(propose(text, top=3)) <= 1


def test_a_text_is_answered_when_there_are_no_offers():
    assert propose("Our rinse water smells", top=3) == []


def test_an_offer_for_the_network_is_not_shown_for_a_text_of_nobody():
    cluster = make_cluster(is_default=True)
    make_offer(organisation=make_organisation(clusters=(cluster,)), visibility=Visibility.NETWORK, **TREATMENT)
    bring_up_to_date()
    assert propose("Our rinse water smells", top=3) == []


def test_a_rare_exact_term_brings_its_document_even_among_many_that_are_nearer(settings):
    settings.CANDIDATES = 3
    organisation = Organisation.objects.create(name="Many", country="DE")
    for _ in range(20):
        make_offer(organisation=organisation, **TREATMENT)
    rare = make_offer(title="Bread slicers", description="Blades that are certified to EN 1974, for bakeries.")
    need = make_need(title="Rinse water", description="Our rinse water smells, we must comply with EN-1974 by May.")
    matched(need)
    assert rare in offers_proposed_for(need)


def test_before_anything_is_measured_the_projects_own_texts_are_the_measure():
    make_offer(**TREATMENT)
    while embed_stale_documents():
        pass
    assert not MeasuredSpace.objects.exists()
    assert propose("Our rinse water smells", top=3)


def test_a_need_costs_the_same_number_of_queries_however_many_offers_there_are(django_assert_num_queries):
    need = make_need(**WATER)
    for _ in range(3):
        make_offer(**TREATMENT)
    bring_up_to_date()
    need.refresh_from_db()
    with django_assert_num_queries(12):  # and two in the binary format, past Django's count
        pipeline.find(need, query_of(need), pipeline.offers_for(need), 10)
