"""What the demo tells of earlier matches: something of everything, on the right boards, and no mail about it."""

import pytest

from matchmaking.codes import INTRODUCED_STATES, MatchState
from matchmaking.demo.history import HISTORY, load_history
from matchmaking.demo.loading import titles
from matchmaking.models import Ask, Case, Mail, Match
from matchmaking.overview import Scope, course, noes, waiting
from tests.factories import make_cluster, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster():
    """With needs and offers that bear the keys of the demo's, each of an organisation with somebody in it."""
    cluster = make_cluster(brokers=(make_user(),))
    for make, keys in ((make_need, {past.need for past in HISTORY}), (make_offer, {past.offer for past in HISTORY})):
        for key in keys:
            make(external_id=key, organisation=make_organisation(people=(make_user(),), clusters=(cluster,)))
    return cluster


def test_the_demo_has_cases_in_every_stage_and_owes_no_mail_for_them(cluster):
    assert load_history() == len(HISTORY)
    assert load_history() == 0
    states = set(Match.objects.values_list("state", flat=True))
    assert states >= {*INTRODUCED_STATES, MatchState.ACCEPTED, MatchState.DECLINED, MatchState.REJECTED}
    assert Case.objects.count() == sum(past.state in INTRODUCED_STATES for past in HISTORY)
    assert not Mail.objects.exists()
    assert Ask.objects.to_be_reminded().count() == 1  # accepted nine days ago, and asked seven days ago
    scope = Scope([cluster], None)
    found = course(scope)
    assert found["proposed"] == len(HISTORY)
    assert found["agreement"] == 3
    assert len([reason for reason, counts in noes(scope).items() if counts]) >= 5
    assert waiting(scope)["answer"]["all"] == 2


def test_the_history_tells_of_needs_and_offers_that_the_demo_has():
    assert {key for past in HISTORY for key in (past.need, past.offer)} <= titles().keys()
