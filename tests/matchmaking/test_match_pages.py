"""The queue and the page of one match, by role; deciding, answering and introducing on them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import Brokership
from catalog.models import Concept, ConceptLabel, Scheme
from matchmaking import introductions, reviewing
from matchmaking.codes import MatchState
from matchmaking.glossary import key_of
from matchmaking.models import GlossaryEntry, Match
from matchmaking.shared_concepts import SharedConcepts
from tests.factories import (
    make_case,
    make_cluster,
    make_match,
    make_need,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


def post(client, page, /, *args, **form):
    return client.post(reverse(page, args=args), form, follow=True)


def page_of(client, match):
    return client.get(reverse("match-detail", args=[match.pk]))


@pytest.fixture
def case():
    need = {"title": "Less dough", "description": "We throw away a third of the dough."}
    offer = {"title": "Forecasts", "description": "It forecasts the demand of each branch."}
    bridge = [{"need": need["description"], "offer": offer["description"], "score": 0.8}]
    return make_case(need=need, offer=offer, bridge=bridge, state=MatchState.PROPOSED, components={"meaning": 0.61})


def test_a_broker_sees_both_texts_with_the_evidence_and_decides(client, case):
    client.force_login(case.broker)
    page = page_of(client, case.match)
    assert "Do these two fit?" in page.text
    assert 'id="need-1"' in page.text
    assert 'id="offer-1"' in page.text
    assert "Nearness in meaning" in page.text
    assert "What neither text says" in page.text
    done = post(client, "match-accept", case.match.pk)
    assert done.redirect_chain[0][0] == reverse("queue")
    assert "Both sides are being asked" in done.text
    case.match.refresh_from_db()
    assert case.match.state == MatchState.ACCEPTED


def test_lists_say_why_with_two_sentences_and_not_that_these_are_alike(client, case):
    same_country = {"code": "same_country", "params": {"country": "DE"}, "weight": 0.1}
    Match.objects.update(reasons=[{"code": "meaning", "params": {}, "weight": 0.9}, same_country])
    need = reverse("need-detail", args=[case.match.need_id])
    for person, page in ((case.broker, reverse("queue")), (case.seeker, need)):
        client.force_login(person)
        Match.objects.update(bridge=case.match.bridge)
        assert "It forecasts the demand of each branch." in client.get(page).text
        assert "resemble each other" not in client.get(page).text
        Match.objects.update(bridge=[])
        assert "resemble each other" in client.get(page).text
    Match.objects.update(bridge=case.match.bridge)
    assert "Both are in Germany." in client.get(need).text


def test_a_rejection_needs_a_reason(client, case):
    client.force_login(case.broker)
    page = post(client, "match-reject", case.match.pk)
    assert page.status_code == 422
    assert 'href="#id_reject-reason"' in page.text
    assert "Say why not: choose one of the reasons." in page.text
    post(client, "match-reject", case.match.pk, **{"reject-reason": "too_far", "reject-note": "Another continent"})
    case.match.refresh_from_db()
    assert case.match.state == MatchState.REJECTED
    assert "Another continent" in page_of(client, case.match).text


def test_a_reason_that_a_no_needs_is_not_called_optional(client, case):
    reviewing.accept(case.match, by=case.broker)
    client.force_login(case.provider)
    page = page_of(client, case.match).text
    assert "If no: why?</label>" in page
    assert "A word to the broker <span" in page


def test_a_match_is_parked_until_a_day_to_come(client, case):
    client.force_login(case.broker)
    today = timezone.localdate()
    assert post(client, "match-park", case.match.pk, until=today.isoformat()).status_code == 422
    post(client, "match-park", case.match.pk, until=(today + timedelta(days=9)).isoformat())
    case.match.refresh_from_db()
    assert (case.match.state, case.match.parked_until) == (MatchState.PARKED, today + timedelta(days=9))
    parked = client.get(reverse("queue"), {"list": "parked"}).text
    assert parked.count(f"Parked until {date_format(case.match.parked_until)}") == 1


def test_the_second_broker_learns_who_decided_what(client, case):
    second = make_user(name="Second Broker")
    Brokership.objects.create(user=second, cluster=case.cluster, state="approved")
    reviewing.reject(Match.objects.get(pk=case.match.pk), by=case.broker, reason="too_early")
    client.force_login(second)
    page = post(client, "match-accept", case.match.pk)
    assert "Somebody else decided this before you" in page.text
    assert str(case.broker) in page.text
    assert "too early" in page.text


def test_what_closed_meanwhile_cannot_be_accepted(client, case):
    case.match.offer.pause()
    client.force_login(case.broker)
    assert "is not open any more" in post(client, "match-accept", case.match.pk).text
    case.match.refresh_from_db()
    assert case.match.state == MatchState.PROPOSED


@pytest.mark.parametrize("action", ["accept", "reject", "park", "introduction"])
def test_a_side_does_not_decide(client, case, action):
    client.force_login(case.seeker)
    form = {"reject-reason": "other", "until": "2100-01-01", "message": "Hello"}
    assert post(client, f"match-{action}", case.match.pk, **form).status_code == 403


@pytest.mark.parametrize("action", ["accept", "reject", "park", "answer", "introduction"])
def test_a_stranger_finds_no_match_and_a_link_decides_nothing(client, case, action):
    client.force_login(make_user())
    assert post(client, f"match-{action}", case.match.pk).status_code == 404
    assert client.get(reverse(f"match-{action}", args=[case.match.pk])).status_code == 405
    assert page_of(client, case.match).status_code == 404


def test_the_offers_side_sees_nothing_before_a_broker_accepted(client, case):
    client.force_login(case.provider)
    assert page_of(client, case.match).status_code == 404
    reviewing.accept(case.match, by=case.broker)
    assert "Would you like to be introduced?" in page_of(client, case.match).text


def test_both_sides_answer_on_the_page_and_are_introduced(client, case):
    reviewing.accept(case.match, by=case.broker)
    for person in (case.seeker, case.provider):
        client.force_login(person)
        ask = page_of(client, case.match).context["seen"].ask
        assert "Thank you" in post(client, "match-answer", case.match.pk, ask=ask.pk, answer="yes").text
    case.match.refresh_from_db()
    assert case.match.state == MatchState.INTRODUCED
    assert case.match.offer.organisation.name in page_of(client, case.match).text


def test_a_no_needs_a_reason_and_the_other_side_does_not_learn_it(client, case):
    reviewing.accept(case.match, by=case.broker)
    client.force_login(case.seeker)
    ask = page_of(client, case.match).context["seen"].ask
    assert post(client, "match-answer", case.match.pk, ask=ask.pk, answer="no").status_code == 422
    form = {"ask": ask.pk, "answer": "no", "reason": "too_expensive", "note": "We are nearly broke"}
    post(client, "match-answer", case.match.pk, **form)
    client.force_login(case.broker)
    assert "We are nearly broke" in page_of(client, case.match).text
    client.force_login(case.provider)
    page = page_of(client, case.match)
    assert "nearly broke" not in page.text
    assert "too expensive" not in page.text


def test_nobody_answers_for_the_other_side(client, case):
    reviewing.accept(case.match, by=case.broker)
    other = case.match.asks.get(side="offer")
    client.force_login(case.seeker)
    assert post(client, "match-answer", case.match.pk, ask=other.pk, answer="yes").status_code == 404


def test_the_broker_edits_the_introduction_until_it_is_sent_or_the_case_is_closed(client, case):
    reviewing.accept(case.match, by=case.broker)
    client.force_login(case.broker)
    assert (
        "The introduction is saved" in post(client, "match-introduction", case.match.pk, message="Hello you two").text
    )
    case.match.introduction.refresh_from_db()
    assert case.match.introduction.message == "Hello you two"
    assert post(client, "match-introduction", case.match.pk, message="").status_code == 422
    introductions.answer(case.match.asks.get(side="offer"), "no", by=case.provider, reason="too_early")
    assert "Hello you two" not in page_of(client, case.match).text
    assert "Nothing was changed" in post(client, "match-introduction", case.match.pk, message="Too late").text
    case.match.introduction.refresh_from_db()
    assert case.match.introduction.message == "Hello you two"


def test_a_side_sees_no_name_in_text_evidence_title_or_reasons_of_an_anonymous_other(client):
    maker = make_organisation(name="Mehlwerk AG")
    text = "Mehlwerk forecasts demand. Mail info@mehlwerk.example."
    offer = {"organisation": maker, "visibility": "anonymous", "title": "By Mehlwerk", "description": text}
    bridge = [{"need": "We never know how much to bake.", "offer": "Mehlwerk forecasts demand.", "score": 0.9}]
    case = make_case(offer=offer, bridge=bridge, state=MatchState.PROPOSED)
    client.force_login(case.seeker)
    page = page_of(client, case.match)
    assert "ehlwerk" not in page.text
    assert "[…] forecasts demand." in page.text


def test_a_reason_quotes_no_single_word_of_a_name_that_is_not_shown(client):
    words = {"code": "shared_words", "params": {"words": ["Solar", "kraft", "roofs"]}, "weight": 0.5}
    maker = make_organisation(name="Solar Kraft GmbH")
    case = make_case(offer={"organisation": maker, "visibility": "anonymous"}, reasons=[words])
    client.force_login(case.seeker)
    page = page_of(client, case.match).text
    assert "“roofs”" in page
    assert "Solar" not in page
    assert "kraft" not in page


def test_the_queue_is_for_brokers(client, case):
    client.force_login(case.seeker)
    assert client.get(reverse("queue")).status_code == 403
    client.force_login(case.broker)
    assert "Less dough" in client.get(reverse("queue")).text


def test_a_broker_sees_the_own_clusters_queue_only(client, case):
    stranger = make_user()
    make_cluster(brokers=(stranger,))
    client.force_login(stranger)
    assert "Less dough" not in client.get(reverse("queue")).text


def test_the_queue_is_best_first_and_can_be_filtered(client, case):
    baker = make_organisation(country="PL", clusters=(case.cluster,))
    better = make_need(title="Better one", organisation=baker, ecosystems=["agri_food"])
    make_match(need=better, cluster=case.cluster, score=9.0)
    client.force_login(case.broker)
    text = client.get(reverse("queue")).text
    assert text.index("Better one") < text.index("Less dough")
    for wish in ({"sector": "agri_food"}, {"country": "PL"}):
        text = client.get(reverse("queue"), wish).text
        assert "Better one" in text
        assert "Less dough" not in text
    text = client.get(reverse("queue"), {"order": "oldest", "sector": "nonsense", "page": "x"}).text
    assert text.index("Less dough") < text.index("Better one")


def test_two_weeks_of_waiting_weigh_as_much_as_twice_the_probability(client, case):
    Match.objects.filter(pk=case.match.pk).update(
        probability=0.4, score=1.0, created_at=timezone.now() - timedelta(days=15)
    )
    need = make_need(title="Better one")
    better = make_match(need=need, cluster=case.cluster, probability=0.8, score=9.0)
    client.force_login(case.broker)

    def is_first(title, **wish):
        return title in str(client.get(reverse("queue"), wish).context["rows"][0].need.title)

    assert is_first("Less dough")
    assert is_first("Better one", order="best")
    Match.objects.filter(pk=better.pk).update(probability=0.9)
    assert is_first("Better one")


@pytest.mark.parametrize(
    "wish",
    [{"region": "pl2"}, {"language": "pl"}, {"age": "7"}, {"confidence": "possible"}],
    ids=lambda wish: next(iter(wish)),
)
def test_the_queue_is_narrowed_by(client, case, wish):
    baker = make_organisation(country="PL", region="PL22", clusters=(case.cluster,))
    need = make_need(title="Mniej ciasta", language="pl", language_is_detected=False, organisation=baker)
    waited = timezone.now() - timedelta(days=8)
    make_match(need=need, cluster=case.cluster, probability=0.5, created_at=waited)
    client.force_login(case.broker)
    assert "Less dough" in client.get(reverse("queue")).text
    text = client.get(reverse("queue"), wish).text
    assert "Mniej ciasta" in text
    assert "Less dough" not in text


def test_each_list_of_the_queue_holds_its_states(client, case):
    client.force_login(case.broker)
    for state, name in [
        ("accepted", "asked"),
        ("introduced", "introduced"),
        ("lapsed", "silent"),
        ("parked", "parked"),
    ]:
        Match.objects.filter(pk=case.match.pk).update(state=state, parked_until=timezone.localdate() + timedelta(9))
        assert "Less dough" in client.get(reverse("queue"), {"list": name}).text
        assert "Less dough" not in client.get(reverse("queue")).text


def test_the_queue_costs_the_same_queries_for_a_full_page(client, case, django_assert_max_num_queries):
    for _ in range(30):
        make_match(
            need=make_need(organisation=case.match.need.organisation), offer=make_offer(), cluster=case.cluster
        )
    client.force_login(case.broker)
    with django_assert_max_num_queries(12) as captured:
        page = client.get(reverse("queue"))
    assert len(page.context["rows"]) == 25
    assert not [query for query in captured.captured_queries if '"embedding"' in query["sql"]]


# What a broker teaches


def test_a_broker_joins_words_of_both_sides_and_takes_them_back(client, case):
    client.force_login(case.broker)
    words = {"join-need_words": "throw away dough", "join-offer_words": "demand forecasting"}
    page = post(client, "match-join", case.match.pk, **words)
    assert "Needs of your cluster that say the one" in page.text
    assert "“throw away dough” → “demand forecasting”" in page.text
    assert "taught by a broker" in page.text
    entry = GlossaryEntry.objects.get()
    assert (entry.cluster, entry.made_by, entry.need_language) == (case.cluster, case.broker, "en")
    assert "Taken back" in post(client, "glossary-take-back", entry.pk).text
    assert not GlossaryEntry.objects.standing().exists()


def test_words_that_say_nothing_are_named_beside_their_field(client, case):
    client.force_login(case.broker)
    page = post(client, "match-join", case.match.pk, **{"join-need_words": "dough", "join-offer_words": ""})
    assert page.status_code == 422
    assert 'href="#id_join-offer_words"' in page.text
    words = {"join-need_words": "?", "join-offer_words": "!"}
    assert post(client, "match-join", case.match.pk, **words).status_code == 422


def test_a_pair_marked_wrong_is_gone_from_the_page(client, case):
    client.force_login(case.broker)
    key = key_of(case.match.bridge[0])
    assert f'value="{key}"' in page_of(client, case.match).text
    page = post(client, "match-part", case.match.pk, pair=key)
    assert "not shown again" in page.text
    assert "No two sentences of these texts answer each other clearly." in page.text
    assert "made anew meanwhile" in post(client, "match-part", case.match.pk, pair=key).text


def test_the_sides_teach_nothing(client, case):
    for person in (case.seeker, make_user()):
        client.force_login(person)
        assert "Add a pair" not in page_of(client, case.match).text
        words = {"join-need_words": "dough", "join-offer_words": "demand"}
        assert post(client, "match-join", case.match.pk, **words).status_code in (403, 404)
        assert post(client, "match-part", case.match.pk, pair="x").status_code in (403, 404)
    assert not GlossaryEntry.objects.exists()


def test_the_concept_of_a_pair_is_named_in_the_readers_language(client, case):
    scheme = Scheme.objects.create(identifier="test")
    concept = Concept.objects.create(scheme=scheme, identifier="food-waste", definition="Less food thrown away.")
    for language, text in (("en", "food waste prevention"), ("de", "Vermeidung von Lebensmittelabfall")):
        ConceptLabel.objects.create(concept=concept, language=language, text=text)
    bridge = [case.match.bridge[0] | {"concept": concept.pk}]
    Match.objects.filter(pk=case.match.pk).update(bridge=bridge)
    client.force_login(case.broker)
    assert '<span class="chip">food waste prevention</span>' in page_of(client, case.match).text
    match = Match.objects.get(pk=case.match.pk)
    with translation.override("de"):
        assert SharedConcepts([match]).names == {concept.pk: "Vermeidung von Lebensmittelabfall"}
    with translation.override("fr"):
        assert SharedConcepts([match]).names == {concept.pk: "food waste prevention"}
