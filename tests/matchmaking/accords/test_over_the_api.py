"""What the page of a match across two installations tells, told over the API to the same people."""

from html import unescape

import pytest

from matchmaking import reviewing
from matchmaking.models import Accord, Peer
from tests.matchmaking.accords.speaking import THEM, introduced

pytestmark = pytest.mark.django_db


def both(client, match, person):
    client.force_login(person)
    page = client.get(f"/matches/{match.pk}/")
    return unescape(page.text), client.get(f"/api/v1/matches/{match.pk}/").json()


def test_its_broker_reads_who_decides_too_whom_to_write_to_and_what_stands_in_the_way(client, case, peer):
    page, told = both(client, case.match, case.broker)
    deciding = told["deciding"]
    assert f"Accept and tell {deciding['decides_next']}" in page
    assert f'href="{deciding["desk"]["address"]}"' in page
    assert f"mailto:{deciding['desk']['contact']}?" in page
    assert (deciding["hindrance"], deciding["unanswerable"], told["identity"]) == ("", [], None)
    Peer.objects.filter(pk=peer.pk).update(token="")
    page, told = both(client, case.match, case.broker)
    assert told["deciding"]["hindrance"]
    assert told["deciding"]["hindrance"] in page


def test_a_step_that_the_other_installation_does_not_know_yet_is_told_to_the_broker(client, case, line):
    line.status = 503
    assert reviewing.accept(case.match, by=case.broker)
    assert line.words == ["accepted"]
    page, told = both(client, case.match, case.broker)
    assert told["deciding"]["is_untold"] is True
    assert "could not be told of the latest step yet" in page
    assert f"{told['deciding']['decides_now']} has it now." in page


def test_who_the_other_side_is_stands_there_for_both_after_the_introduction(client, case, line):
    match = introduced(case, line)
    for person in (case.seeker, case.broker):
        page, told = both(client, match, person)
        assert told["identity"] == THEM
        assert THEM["people"][0]["email"] in page
    assert (told["deciding"]["is_untold"], Accord.objects.get().identity) == (False, THEM)
