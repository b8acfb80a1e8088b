"""From reviews to a version of the ranker that is in use: what each no teaches, the command, the page."""

from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents
from matchmaking.calibration import FEATURES, logit
from matchmaking.codes import Answer, MatchState, Reason, Verdict
from matchmaking.due import due_needs
from matchmaking.lessons import TEACHES, counted, judged_matches, judgements_of, relevance_of
from matchmaking.models import Ask, Match, RankerVersion, Review
from matchmaking.pipeline import current_ranker, match_need
from matchmaking.recalibration import recalibrated
from matchmaking.training import calibration_from, outcomes_of, train
from tests.factories import make_case, make_match, make_need, make_offer, make_user
from tests.matchmaking.test_learning import judged, parts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everything_is_proposed(settings):
    settings.LEAST_PROBABILITY = 0.0


def reviewed(match: Match, verdict: Verdict, reason: str = "") -> Match:
    Review.objects.create(match=match, verdict=verdict, reason=reason)
    return match


def accepted(state: MatchState = MatchState.ACCEPTED, **answers: str) -> Match:
    """`answers` by side: "yes", or the reason of a no."""
    match = reviewed(make_match(state=state, components=parts(Random(1))), Verdict.ACCEPT)
    for side, said in answers.items():
        fields = {"answer": Answer.YES} if said == "yes" else {"answer": Answer.NO, "reason": said}
        Ask.objects.create(match=match, side=side, **fields)
    return match


@pytest.mark.parametrize("reason", Reason.values)
def test_each_no_of_a_broker_teaches_what_it_is_about(reason: str):
    match = reviewed(make_match(state=MatchState.REJECTED, components=parts(Random(1))), Verdict.REJECT, reason)
    taught = [judgement.teaches for judgement in judgements_of(match)]
    assert taught == ([TEACHES[Reason(reason)]] if reason in TEACHES else [])
    assert not any(judgement.is_good for judgement in judgements_of(match))
    assert relevance_of(match) == (False if reason == Reason.NOT_RELEVANT else None)


def test_only_irrelevance_price_and_distance_teach_the_ranking():
    assert TEACHES.keys() == {Reason.NOT_RELEVANT, Reason.TOO_EXPENSIVE, Reason.TOO_FAR}
    assert TEACHES[Reason.TOO_EXPENSIVE] == {"wish_budget"}
    assert TEACHES[Reason.TOO_FAR] == {"wish_country", "wish_nearness"}


@pytest.mark.parametrize("reason", [Reason.TOO_EARLY, Reason.NO_CAPACITY, Reason.HAVE_IT, Reason.TEXT_UNCLEAR])
def test_a_side_that_has_no_time_now_does_not_make_the_match_a_bad_one(reason: Reason):
    match = accepted(MatchState.DECLINED, need=reason)
    assert [one.is_good for one in judgements_of(match)] == [True]
    assert relevance_of(match) is True


def test_a_side_that_finds_the_match_irrelevant_knows_better_than_the_broker():
    match = accepted(MatchState.DECLINED, offer=Reason.NOT_RELEVANT)
    assert [one.is_good for one in judgements_of(match)] == [False]
    assert relevance_of(match) is False


def test_a_price_that_is_too_high_leaves_the_match_a_good_one():
    match = accepted(MatchState.DECLINED, need=Reason.TOO_EXPENSIVE)
    assert [(one.is_good, len(one.teaches) == 1) for one in judgements_of(match)] == [(True, False), (False, True)]


def test_what_came_further_weighs_more():
    matches = [
        accepted(),
        accepted(need="yes"),
        accepted(MatchState.INTRODUCED, need="yes", offer="yes"),
        accepted(MatchState.AGREEMENT, need="yes", offer="yes"),
    ]
    assert [next(judgements_of(match)).weight for match in matches] == [1.0, 1.5, 3.0, 5.0]


def test_what_nobody_decided_teaches_nothing():
    for state in (MatchState.PROPOSED, MatchState.WITHDRAWN, MatchState.PARKED):
        make_match(state=state, components=parts(Random(1)))
    make_match(state=MatchState.ACCEPTED)  # a broker's own match, which no engine has looked at
    assert list(judged_matches()) == []


def test_judgements_are_counted_by_what_was_said():
    accepted(MatchState.DECLINED, need=Reason.TOO_EARLY, offer="yes")
    reviewed(make_match(state=MatchState.REJECTED, components=parts(Random(1))), Verdict.REJECT, Reason.NOT_RELEVANT)
    assert counted(judged_matches()) == {"accepted": 1, "not_relevant": 1, "too_early": 1}


def review_many(needs: int, seed: int = 2, **truth: float) -> None:
    """Eight reviews a need by somebody for whom the weights are others than those set by hand."""
    documents, offers = {}, [make_offer() for _ in range(8)]
    for number, one in enumerate(judged(needs, seed, **truth)):
        need = documents.setdefault(one.need, make_need()) if one.need in documents else make_need()
        documents[one.need] = need
        state = MatchState.ACCEPTED if one.is_good else MatchState.REJECTED
        match = make_match(need=need, offer=offers[number % 8], state=state, components=dict(one.parts))
        verdict = (Verdict.ACCEPT,) if one.is_good else (Verdict.REJECT, Reason.NOT_RELEVANT)
        reviewed(match, *verdict)


FIGURES = {"needs": 5, "pairs": 9, "loss_before": 0.7, "loss_after": 0.7, "ndcg_before": 0.5, "ndcg_after": 0.5}
TRUTH = {"words": 0.0, "grams": 0.0}


def test_training_keeps_a_version_with_its_figures_and_does_not_use_it():
    review_many(40, **TRUTH)
    version = train()
    assert version.is_better
    assert not version.is_active
    assert version.counts == {"accepted": 120, "not_relevant": 200}
    assert version.metrics["needs"] == 40
    assert version.learnt["words"] < 0
    assert current_ranker() == (0, {}, {})
    assert train().learnt == version.learnt


def test_the_command_activates_what_is_better_and_goes_back():
    review_many(40, **TRUTH)
    out = StringIO()
    call_command("train_ranker", "--activate", stdout=out)
    assert "accepted 120, not_relevant 200" in out.getvalue()
    version = RankerVersion.objects.get()
    assert current_ranker() == (version.pk, version.learnt, {})
    call_command("train_ranker", "--retire", stdout=out)
    assert current_ranker() == (0, {}, {})


def test_the_command_does_not_activate_what_is_not_better():
    review_many(6, seed=3)
    with pytest.raises(CommandError, match="not better"):
        call_command("train_ranker", "--activate", stdout=StringIO())
    assert not RankerVersion.objects.get().is_active


def test_the_command_says_what_is_missing_to_learn():
    with pytest.raises(CommandError, match="0 needs"):
        call_command("train_ranker", stdout=StringIO())


def test_only_one_version_is_in_use():
    first, second = (RankerVersion.objects.create(is_better=True) for _ in range(2))
    first.activate()
    second.activate()
    assert RankerVersion.objects.active().get() == second


def test_a_version_in_use_changes_scores_and_makes_needs_due():
    make_offer()
    need = make_need()
    while embed_stale_documents():
        pass
    refresh_if_grown()
    need.refresh_from_db()
    match_need(need)
    assert not due_needs().exists()
    before = Match.objects.get().components
    RankerVersion.objects.create(learnt={"meaning": 0.1, "wish_nearness": 0.5}).activate()
    assert due_needs().get() == need
    match_need(need)
    after = Match.objects.get().components
    assert not due_needs().exists()
    assert after["learnt"] == pytest.approx(0.1 * before["meaning"])
    assert after["text_score"] == before["text_score"]
    assert after["wishes"] > before["wishes"]


def judge_probable(count: int, said: float, relevant: int) -> None:
    for number in range(count):
        own = dict.fromkeys(FEATURES, 0.1) | parts(Random(1)) | {"behind": number % 10 / 10, "text_probability": said}
        match = make_match(state=MatchState.REJECTED, components=own)
        verdict = (Verdict.ACCEPT,) if number < relevant else (Verdict.REJECT, Reason.NOT_RELEVANT)
        reviewed(match, *verdict)


def test_probabilities_move_towards_what_was_found_relevant_and_not_before_enough_is_known():
    judge_probable(20, 0.8, relevant=6)
    assert outcomes_of(judged_matches()) is None
    judge_probable(20, 0.8, relevant=6)
    moved = calibration_from(outcomes_of(judged_matches()))
    assert moved.keys() == {"slope", "shift", "record", "records", *FEATURES}
    match = Match.objects.first()
    sure, unsure = match.components, match.components | {"text_probability": 0.2}
    said = recalibrated({1: sure, 2: unsure}, moved)
    assert 0.3 < said[1] < 0.65
    assert said[2] < said[1]
    assert recalibrated({1: sure}, {}) == {1: 0.8}


def test_an_offer_that_was_right_for_others_becomes_more_probable_for_the_next_need_and_one_that_was_not_less():
    own = dict.fromkeys(FEATURES, 0.1) | parts(Random(1)) | {"text_probability": 0.5}
    offers, needs = [make_offer() for _ in range(8)], [make_need() for _ in range(6)]
    for number, offer in enumerate(offers):
        for need in needs:
            match = make_match(need=need, offer=offer, state=MatchState.REJECTED, components=own)
            reviewed(match, *((Verdict.ACCEPT,) if number < 4 else (Verdict.REJECT, Reason.NOT_RELEVANT)))
    moved = calibration_from(outcomes_of(judged_matches()))
    new = make_offer()
    said = recalibrated(dict.fromkeys([offers[0].pk, offers[7].pk, new.pk], own), moved)
    assert said[offers[0].pk] > said[new.pk] + 0.1 > said[offers[7].pk] + 0.2


def test_what_an_earlier_engine_matched_or_a_broker_picked_moves_no_probability():
    judge_probable(40, 0.8, relevant=12)
    for match in Match.objects.order_by("pk")[:11]:
        match.components.pop("behind")
        match.save()
    assert outcomes_of(judged_matches()) is None
    judge_probable(1, 0.8, relevant=1)
    assert outcomes_of(judged_matches()) is not None
    Match.objects.filter(pk=Match.objects.last().pk).update(suggested_at=timezone.now())
    assert outcomes_of(judged_matches()) is None


def test_probabilities_are_moved_where_that_helps_on_other_needs_though_the_order_stays():
    review_many(6, seed=3)
    judge_probable(120, 0.8, relevant=12)
    version = train()
    assert version.is_better
    assert version.moves == ["probabilities"]
    assert version.learnt == {}
    assert version.metrics["said_after"] < version.metrics["said_before"]
    assert "Moves probabilities" in signed_in(make_user(is_staff=True)).get("/ranking/").content.decode()


def test_probabilities_that_hold_are_left_alone():
    review_many(6, seed=3)
    judge_probable(120, 0.5, relevant=60)
    version = train()
    assert version.moves == []
    assert not version.is_better


def test_a_version_in_use_moves_the_probability_of_matches_and_keeps_that_of_the_texts():
    make_offer()
    need = make_need()
    while embed_stale_documents():
        pass
    refresh_if_grown()
    need.refresh_from_db()
    match_need(need)
    before = Match.objects.get()
    assert before.probability == before.components["text_probability"]
    RankerVersion.objects.create(calibration={"slope": 1.0, "shift": -1.0}).activate()
    match_need(need)
    after = Match.objects.get()
    assert after.components["text_probability"] == before.probability
    assert logit(after.probability) == pytest.approx(logit(before.probability) - 1.0)
    assert after.probability < before.probability


# The page


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_broker_sees_the_versions_and_decides_which_is_used():
    broker = make_case().broker
    review_many(40, **TRUTH)
    version, client = train(), signed_in(broker)
    assert "Use it" in client.get("/ranking/").content.decode()
    client.post(f"/ranking/{version.pk}/activate/")
    version.refresh_from_db()
    assert (version.is_active, version.activated_by) == (True, broker)
    assert "in use" in client.get("/ranking/").content.decode()
    client.post("/ranking/retire/")
    assert not RankerVersion.objects.active().exists()


def test_a_version_that_is_not_better_cannot_be_used():
    version = RankerVersion.objects.create(metrics=FIGURES)
    client = signed_in(make_user(is_staff=True))
    assert "not better" in client.post(f"/ranking/{version.pk}/activate/", follow=True).content.decode()
    assert not RankerVersion.objects.active().exists()


@pytest.mark.parametrize("path", ["/ranking/", "/ranking/retire/", "/ranking/1/activate/"])
def test_whoever_is_no_broker_has_no_say_in_the_ranking(path: str):
    client = signed_in(make_case().seeker)
    answer = client.get(path) if path == "/ranking/" else client.post(path)
    assert answer.status_code == 403


def test_the_list_of_versions_costs_the_same_number_of_queries_however_many_there_are(django_assert_max_num_queries):
    client = signed_in(make_user(is_staff=True))
    RankerVersion.objects.bulk_create([RankerVersion(metrics=FIGURES) for _ in range(9)])
    with django_assert_max_num_queries(5):
        client.get("/ranking/")


# The API


def test_over_the_api_a_broker_reads_the_same_figures_and_decides_which_is_used():
    broker = make_case().broker
    older = RankerVersion.objects.create(metrics=FIGURES)
    figures, client = FIGURES | {"ndcg_after": 0.75}, signed_in(broker)
    version = RankerVersion.objects.create(metrics=figures, is_better=True)
    told = client.get("/api/v1/ranking-versions/").json()["results"]
    assert [one["id"] for one in told] == [version.pk, older.pk]
    assert told[0]["measured"] == figures
    assert "0.750" in client.get("/ranking/").content.decode()
    used = client.post(f"/api/v1/ranking-versions/{version.pk}/activate/").json()
    assert (used["is_active"], used["activated_by"]) == (True, str(broker))
    assert RankerVersion.objects.active().get() == version
    assert client.post("/api/v1/ranking-versions/retire/").status_code == 204
    assert not RankerVersion.objects.active().exists()


def test_over_the_api_a_version_that_is_not_better_is_refused_with_the_words_of_the_page():
    version = RankerVersion.objects.create(metrics=FIGURES)
    answer = signed_in(make_user(is_staff=True)).post(f"/api/v1/ranking-versions/{version.pk}/activate/")
    assert answer.status_code == 400
    assert "not better" in answer.json()["errors"]["non_field_errors"][0]
    assert not RankerVersion.objects.active().exists()
