"""Two installations: a line between them, and a match of both."""

import pytest

from matchmaking import telling
from tests.factories import make_case
from tests.matchmaking.accords.speaking import SECRETS, Line, make_match_of
from tests.matchmaking.test_federation import TEASER, peer, synced, told  # noqa: F401 - fixtures


@pytest.fixture
def line(peer, monkeypatch):  # noqa: F811
    made = Line(peer.key)
    monkeypatch.setattr(telling, "post", made)
    return made


@pytest.fixture
def case(peer, told):  # noqa: F811
    """A need here, and the offer 7 of the other installation that was proposed for it."""
    told.tell(("offer", 7, TEASER, "anonymous"))
    assert synced(peer)
    case = make_case(need={"visibility": "anonymous"})
    case.match.need.organisation.name = "Dough Demo"
    case.match.need.organisation.website = "https://dough.example"
    case.match.need.organisation.save()
    for person, name, email in ((case.seeker, *SECRETS[1:3]), (case.broker, *SECRETS[4:])):
        person.name, person.email = name, email
        person.save()
    case.match = make_match_of(case)
    return case


@pytest.fixture
def asked(peer, told):  # noqa: F811
    """An offer here; the need 7 is the other installation's."""
    told.tell(("need", 7, TEASER, "anonymous"))
    assert synced(peer)
    case = make_case(offer={"visibility": "anonymous"})
    case.match.offer.organisation.cluster_memberships.create(cluster=case.cluster, state="approved")
    case.opening = {
        "case": 41, "need": 7, "offer": case.match.offer_id, "side": "need", "word": "accepted", "reason": "",
        "identity": None,
    }  # fmt: skip
    return case
