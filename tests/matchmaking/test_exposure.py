"""How often providers are proposed: counted, shown to the brokers who take care of them, and nobody else."""

import csv
from io import StringIO

import pytest
from django.test import Client

from accounts.models import User
from matchmaking.codes import MatchState
from matchmaking.exposure import by_size, exposures_for
from tests.factories import make_cluster, make_match, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

STATES = {
    MatchState.PROPOSED: (1, 0, 0),
    MatchState.REJECTED: (1, 0, 0),
    MatchState.WITHDRAWN: (0, 0, 0),
    MatchState.DECLINED: (1, 1, 0),
    MatchState.INTRODUCED: (1, 1, 1),
    MatchState.NO_AGREEMENT: (1, 1, 1),
}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def broker() -> User:
    """With a small provider that was introduced once, a micro one never proposed, and one that offers nothing."""
    user = make_user()
    cluster = make_cluster(brokers=(user,))
    seen = make_organisation(name="=Seen Ltd (demo)", size="small", clusters=(cluster,))
    make_match(offer=make_offer(organisation=seen), state=MatchState.INTRODUCED)
    make_match(offer=make_offer(organisation=seen))
    make_offer(organisation=make_organisation(name="Unseen Ltd (demo)", size="micro", clusters=(cluster,)))
    make_offer(organisation=make_organisation(name="Paused Ltd (demo)", clusters=(cluster,)), state="paused")
    make_match(offer=make_offer(organisation=make_organisation(name="Foreign Ltd (demo)")))
    return user


@pytest.mark.parametrize(("state", "counts"), STATES.items())
def test_a_match_counts_for_how_far_it_came(state: MatchState, counts: tuple[int, int, int]):
    make_match(state=state)
    (row,) = exposures_for(make_user(is_staff=True))
    assert (row.proposed, row.accepted, row.introduced) == counts


def test_a_broker_sees_the_own_providers_only_most_proposed_first(broker: User):
    found = [(row.name, row.offers, row.proposed, row.introduced) for row in exposures_for(broker)]
    assert found == [("=Seen Ltd (demo)", 2, 2, 1), ("Unseen Ltd (demo)", 1, 0, 0)]
    names = {row.name for row in exposures_for(make_user(is_staff=True))}
    assert names >= {"Foreign Ltd (demo)", "Unseen Ltd (demo)"}


def test_sizes_are_summed_the_smallest_first(broker: User):
    found = [(row.size, row.providers, row.offers, row.proposed) for row in by_size(exposures_for(broker))]
    assert found == [("micro", 1, 1, 0), ("small", 1, 2, 2)]


def test_the_page_shows_every_number_beside_its_bar(broker: User):
    page = client_of(broker).get("/exposure/").content.decode()
    assert "=Seen Ltd" in page
    assert "Foreign Ltd" not in page
    assert "1 provider was never proposed" in page
    assert page.count('<svg class="bar"') == 2
    assert "Gini coefficient of the proposals: 0.50" in page
    assert '/exposure/"' in client_of(broker).get("/queue/").content.decode()


def test_the_file_holds_the_same_numbers_and_no_formula(broker: User):
    answer = client_of(broker).get("/exposure.csv")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Type"].startswith("text/csv")
    assert rows[1:] == [
        ["'=Seen Ltd (demo)", "small", "2", "2", "1", "1"],
        ["Unseen Ltd (demo)", "micro", "1", "0", "0", "0"],
    ]


@pytest.mark.parametrize("path", ["/exposure/", "/exposure.csv"])
def test_whoever_is_no_broker_sees_no_exposure(path: str):
    assert client_of(make_user()).get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_a_broker_without_providers_reads_what_to_do():
    user = make_user()
    make_cluster(brokers=(user,))
    assert "Invite members" in client_of(user).get("/exposure/").content.decode()


def test_the_page_costs_the_same_number_of_queries_however_many_providers(
    broker: User, django_assert_max_num_queries
):
    for _ in range(5):
        make_match()
    with django_assert_max_num_queries(2):
        assert len(exposures_for(broker)) == 2
    client = client_of(broker)
    with django_assert_max_num_queries(6):
        client.get("/exposure/")
