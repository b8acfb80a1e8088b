"""The first of two clusters takes back what the second decides on, and the need's side reads how far it is."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Brokership
from matchmaking import introductions, reviewing
from matchmaking.agreeing import agreement_of
from matchmaking.codes import MatchState
from matchmaking.course import course_of
from matchmaking.models import Match
from matchmaking.queue import listed
from matchmaking.undoing import undo, undoable_by
from matchmaking.viewer import seen_by
from tests.factories import make_case, make_cluster, make_organisation, make_user
from tests.matchmaking.digests import digest_of
from tests.matchmaking.mail_reading import html_of, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def other():
    """A broker of the cluster that the provider belongs to."""
    return make_user(name="Olga Other")


@pytest.fixture
def case(other):
    theirs = make_cluster(brokers=(other,))
    found = make_case(offer={"organisation": make_organisation(people=(make_user(),), clusters=(theirs,))})
    found.second = theirs
    return found


def again(case):
    return Match.objects.with_documents().get(pk=case.match.pk)


def waits_for(person):
    return list(Match.objects.reviewable_by(person).awaiting_review())


def page(client, person, case):
    client.force_login(person)
    return client.get(reverse("match-detail", args=[case.match.pk]))


def test_the_first_broker_parks_what_the_second_cluster_has_and_has_it_back_on_that_day(client, case, other):
    reviewing.accept(again(case), by=case.broker)
    day = timezone.localdate() + timedelta(days=3)
    assert "comes back to you on the day you choose" in page(client, case.broker, case).text
    client.post(reverse("match-park", args=[case.match.pk]), {"until": day.isoformat()})
    assert (again(case).state, again(case).second_cluster) == (MatchState.PARKED, None)
    assert (list(listed(case.broker, "parked")), list(listed(other, "parked"))) == ([case.match], [])
    assert page(client, other, case).status_code == 404
    Match.objects.update(parked_until=timezone.localdate())
    assert (waits_for(case.broker), waits_for(other)) == ([case.match], [])


def test_a_match_taken_back_goes_to_the_second_cluster_again_once_it_is_accepted_anew_or_that_is_undone(case, other):
    colleague, day = make_user(name="Clara"), timezone.localdate() + timedelta(days=3)
    Brokership.objects.create(user=colleague, cluster=case.cluster, state="approved")
    reviewing.accept(again(case), by=case.broker)
    assert reviewing.park(again(case), by=case.broker, until=day)
    undo(undoable_by(case.broker).get(), by=case.broker)
    assert (again(case).state, again(case).second_cluster) == (MatchState.PROPOSED, case.second)
    assert waits_for(other) == [case.match]
    assert reviewing.park(again(case), by=colleague, until=day)
    assert reviewing.accept(again(case), by=colleague)
    assert agreement_of(again(case)).broker == colleague
    assert reviewing.accept(again(case), by=other)
    assert introductions.brokers_of(again(case).introduction) == [colleague, other]
    seen = seen_by(other, [again(case)])[0]
    told = [event.words for event in course_of(seen) if event.who]
    accepted = "Accepted by a broker; a broker of the other side decides, too"
    assert told == [
        accepted, "Taken back and put aside by a broker", accepted, "Accepted by a broker; both sides asked",
    ]  # fmt: skip


def test_the_mail_of_suggestions_says_that_one_broker_agrees(case):
    told = [html_of(read(digest_of(case.seeker)))]
    reviewing.accept(again(case), by=case.broker)
    told.append(html_of(read(digest_of(case.seeker))))
    words = ("not yet reviewed by a broker", "a broker of yours agrees, now one of the other side decides")
    assert [[each in text for each in words] for text in told] == [[True, False], [False, True]]
