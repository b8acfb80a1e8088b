"""How much of a document a match discloses, driven by the one table."""

import pytest

from catalog.codes import Disclosure, State
from matchmaking.codes import MatchState
from matchmaking.disclosure import needs_visible_to, offers_visible_to
from tests.disclosure_table import ROWS, make_scene
from tests.factories import make_case

pytestmark = pytest.mark.django_db


def level_for(kind, document, user):
    visible = needs_visible_to(user) if kind == "need" else offers_visible_to(user)
    found = visible.filter(pk=document.pk).first()
    return Disclosure(found.disclosure) if found else Disclosure.NONE


@pytest.mark.parametrize(("kind", "visibility", "viewer", "level"), ROWS)
def test_everybody_sees_as_much_as_the_table_says(kind, visibility, viewer, level):
    document, user = make_scene(kind, visibility, viewer)
    assert level_for(kind, document, user) == level


def test_who_was_introduced_still_sees_the_other_side_when_it_is_closed():
    case = make_case(offer={"visibility": "network", "state": State.MET_HERE}, state=MatchState.INTRODUCED)
    assert level_for("offer", case.match.offer, case.seeker) == Disclosure.FULL


def test_a_draft_need_is_not_shown_to_the_broker_of_the_cluster_it_names():
    case = make_case(state=MatchState.PROPOSED)
    case.match.need.state = State.DRAFT
    case.match.need.save()
    assert level_for("need", case.match.need, case.broker) == Disclosure.NONE
