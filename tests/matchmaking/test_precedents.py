"""What was decided before, on the page of a match: with either side, and on needs near to this one."""

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Need
from matchmaking import introductions, reviewing
from matchmaking.codes import Answer, MatchState, Reason
from matchmaking.precedents import ALIKE, EARLIER, precedents_of
from tests.factories import make_case, make_match, make_need, make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case()


def decided(case, state=MatchState.REJECTED, **sides):
    sides = {"need": case.match.need, "offer": case.match.offer} | sides
    return make_match(cluster=case.cluster, state=state, decided_at=timezone.now(), **sides)


def lying(x, y, **fields):
    """A need at this place of a plane."""
    need = make_need(**fields)
    Need.objects.filter(pk=need.pk).update(place=[x, y], embedding=[x, y], embedding_dimension=2)
    return Need.objects.get(pk=need.pk)


def test_a_broker_reads_what_was_decided_and_answered_with_either_side(client, case):
    refused = decided(case, MatchState.PROPOSED, offer=make_offer(organisation=case.match.offer.organisation))
    reviewing.accept(refused, by=case.broker)
    introductions.answer(refused.asks.get(side="offer"), Answer.NO, by=case.provider, reason=Reason.NO_CAPACITY)
    rejected = decided(case, MatchState.PROPOSED, need=make_need())
    reviewing.reject(rejected, by=case.broker, reason=Reason.TOO_FAR)
    client.force_login(case.broker)
    page = client.get(reverse("match-detail", args=[case.match.pk])).text
    assert f"This need with {refused.offer.reference}" in page
    assert f"This offer for {rejected.need.reference}" in page
    told = {one.match: (one.status.words, one.reason) for one in precedents_of(case.match, case.broker).earlier}
    assert told == {
        refused: ("Declined by one side", "no capacity now"),
        rejected: ("Rejected by the broker", "too far away or wrong region"),
    }


def test_neither_side_reads_what_was_decided_before(client, case):
    other = decided(case, offer=make_offer())
    alike_one = decided(case, need=lying(1, 0))
    reviewing.accept(case.match, by=case.broker)
    for person in (case.seeker, case.provider):
        client.force_login(person)
        page = client.get(reverse("match-detail", args=[case.match.pk])).text
        assert other.offer.reference not in page
        assert alike_one.need.reference not in page


def test_what_other_clusters_decided_is_not_told(case):
    stranger = make_case()
    make_match(need=stranger.match.need, offer=case.match.offer, cluster=stranger.cluster, state=MatchState.REJECTED)
    assert precedents_of(case.match, case.broker) == ([], [])


def test_decided_matches_of_the_nearest_needs_come_first_and_what_is_open_is_none(case):
    place = lying(1, 0)
    match = decided(case, MatchState.PROPOSED, need=place)
    far, near, nearer = lying(0, 1), lying(1, 1), lying(4, 1)
    for need in (far, near, nearer):
        decided(case, MatchState.AGREEMENT, need=need, offer=make_offer())
    decided(case, MatchState.PROPOSED, need=lying(1, 0), offer=make_offer())
    assert [one.match.need for one in precedents_of(match, case.broker).alike] == [nearer, near, far]


def test_a_need_without_a_vector_has_nothing_near(case):
    decided(case, need=lying(1, 0), offer=make_offer())
    need = make_need()
    Need.objects.filter(pk=need.pk).update(place=None, embedding=None, embedding_dimension=None)
    match = decided(case, MatchState.PROPOSED, need=Need.objects.get(pk=need.pk), offer=make_offer())
    assert precedents_of(match, case.broker).alike == []


def test_few_rows_are_read_in_one_query(case, django_assert_num_queries):
    place = lying(1, 0)
    match = decided(case, MatchState.PROPOSED, need=place)
    for _ in range(ALIKE + EARLIER):
        decided(case, need=lying(2, 1), offer=match.offer)
        decided(case, need=lying(1, 2), offer=make_offer())
    with django_assert_num_queries(1):
        assert [len(kind) for kind in precedents_of(match, case.broker)] == [EARLIER, ALIKE]
