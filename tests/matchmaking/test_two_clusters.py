"""Matches between members of two clusters: nobody of the two sides is asked before a broker of each agreed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Brokership, Organisation, User
from catalog.codes import State
from catalog.models import Need, Offer
from matchmaking import introductions, pipeline, questions, reviewing
from matchmaking.codes import Answer, MatchState, Reason, Topic, Verdict
from matchmaking.composing import compose
from matchmaking.disclosure import needs_visible_to
from matchmaking.handover import hand_over, receiving_clusters
from matchmaking.letters import address
from matchmaking.models import Ask, Introduction, Mail, MailKind, Match, Review
from matchmaking.news import reviews as waiting_for
from matchmaking.precedents import precedents_of
from matchmaking.queue import listed
from matchmaking.undoing import TooLate, undo, undoable_by
from tests.factories import make_case, make_cluster, make_organisation, make_user
from tests.matchmaking.digests import LONG_AGO, told
from tests.matchmaking.mail_reading import text_of

pytestmark = pytest.mark.django_db

TEXT = "Nordlicht GmbH throws away dough; write to dough@nordlicht.example."


@pytest.fixture
def other():
    """A broker of the cluster that the provider belongs to."""
    return make_user(name="Olga Other")


@pytest.fixture
def case(settings, other):
    """An anonymous need of one cluster, an offer of a member of another."""
    settings.EVENT_MINUTES = 15
    provider = make_user()
    theirs = make_cluster(brokers=(other,))
    offer = {"organisation": make_organisation(people=(provider,), clusters=(theirs,)), "visibility": "anonymous"}
    found = make_case(need={"visibility": "anonymous", "description": TEXT}, offer=offer)
    Organisation.objects.filter(pk=found.match.need.organisation_id).update(name="Nordlicht GmbH")
    found.provider, found.second = provider, theirs
    return found


def again(case):
    return Match.objects.with_documents().get(pk=case.match.pk)


def waits_for(person):
    return list(Match.objects.reviewable_by(person).awaiting_review())


def reads(client, person, case, page="match-detail"):
    client.force_login(person)
    return client.get(reverse(page, args=[case.match.pk] if page == "match-detail" else []))


def test_both_sides_are_asked_only_after_a_broker_of_each_cluster_accepted(case, other):
    assert (waits_for(case.broker), waits_for(other)) == ([case.match], [])
    assert reviewing.accept(again(case), by=case.broker)
    assert (again(case).state, again(case).second_cluster) == (MatchState.PROPOSED, case.second)
    assert (waits_for(case.broker), waits_for(other)) == ([], [case.match])
    assert (Ask.objects.count(), Mail.objects.count(), Introduction.objects.count()) == (0, 0, 0)
    assert reviewing.accept(again(case), by=other)
    assert again(case).state == MatchState.ACCEPTED
    assert Ask.objects.count() == 2
    assert Introduction.objects.get().broker == case.broker
    assert (waits_for(case.broker), waits_for(other)) == ([], [])
    for ask in Ask.objects.all():
        introductions.answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    assert again(case).case.owner == case.broker
    copied = compose(Mail.objects.get(kind=MailKind.INTRODUCTION)).cc
    assert copied == [address(case.broker), address(other)]


def test_the_second_broker_reads_who_decided_what_and_when_and_no_more_of_the_need_than_a_teaser(client, case, other):
    assert reads(client, other, case).status_code == 404
    reviewing.accept(again(case), by=case.broker)
    queue, page = reads(client, other, case, "queue").text, reads(client, other, case).text
    for text in (queue, page):
        assert f"{case.broker} of {case.cluster} accepted it on" in text
        assert "Nordlicht" not in text
    assert "throws away dough" in page
    assert "Accept and ask both sides" in page
    assert case.match.offer.organisation.name in page
    own = reads(client, case.broker, case)
    assert case.match.offer.organisation.name not in own.text
    assert "With the other cluster" in own.text
    assert 'id="decide"' not in own.text
    elsewhere = client.get(reverse("queue"), {"list": "elsewhere"})
    assert [seen.match for seen in elsewhere.context["rows"]] == [case.match]


def test_the_second_broker_reads_no_title_of_the_other_clusters_needs_among_similar_ones(case, other):
    past = make_case(cluster=case.cluster, state=MatchState.REJECTED, decided_at=timezone.now())
    Match.objects.filter(pk=past.match.pk).update(second_cluster=case.second, offer=case.match.offer)
    reviewing.accept(again(case), by=case.broker)
    assert precedents_of(again(case), other) == ([], [])
    assert [one.match for one in precedents_of(again(case), case.broker).earlier] == [past.match]


def test_the_first_broker_is_told_that_another_cluster_decides_too(client, case):
    page = reads(client, case.broker, case).text
    assert "Accept and ask the other cluster" in page
    done = client.post(reverse("match-accept", args=[case.match.pk]), follow=True)
    assert f"Now a broker of {case.second} decides" in done.text


def test_several_accepted_together_are_told_apart_by_where_they_went(client, case):
    single = make_case(cluster=case.cluster).match
    chosen = [f"{match.pk}:{match.stamp}" for match in (case.match, single)]
    client.force_login(case.broker)
    done = client.post(reverse("queue"), {"match": chosen, "verdict": "accept"}, follow=True).text
    assert "Accepted 1 match. Both sides are being asked by mail." in done
    assert "Now a broker of the other side decides; whoever has not said yes is asked later." in done


@pytest.mark.parametrize("by_second", [False, True])
def test_a_no_of_either_broker_ends_it(case, other, by_second):
    if by_second:
        reviewing.accept(again(case), by=case.broker)
    assert reviewing.reject(again(case), by=other if by_second else case.broker, reason=Reason.TOO_FAR)
    assert again(case).state == MatchState.REJECTED
    assert (waits_for(case.broker), waits_for(other)) == ([], [])


def test_nobody_decides_out_of_turn_or_twice(case, other):
    with pytest.raises(reviewing.PermissionDenied):
        reviewing.accept(again(case), by=other)
    seen = again(case)
    reviewing.accept(again(case), by=case.broker)
    assert not reviewing.accept(seen, by=case.broker)
    colleague = make_user()
    Brokership.objects.create(user=colleague, cluster=case.second, state="approved")
    one, another = again(case), again(case)
    assert reviewing.park(one, by=other, until=timezone.localdate() + timedelta(days=3))
    assert not reviewing.accept(another, by=colleague)
    assert Review.objects.count() == 2
    assert [list(Match.objects.reviewable_by(person)) for person in (case.broker, colleague)] == [[], [case.match]]


def test_each_takes_back_the_own_decision_and_the_match_is_where_it_was(case, other):
    reviewing.accept(again(case), by=case.broker)
    first = Review.objects.get()
    reviewing.accept(again(case), by=other)
    assert list(undoable_by(case.broker)) == []
    with pytest.raises(TooLate):
        undo(first, by=case.broker)
    undo(undoable_by(other).get(), by=other)
    assert (again(case).state, again(case).second_cluster) == (MatchState.PROPOSED, case.second)
    assert (Ask.objects.count(), Mail.objects.count(), Introduction.objects.count()) == (0, 0, 0)
    assert waits_for(other) == [case.match]
    undo(undoable_by(case.broker).get(), by=case.broker)
    assert (again(case).second_cluster, again(case).decided_at) == (None, None)
    assert (waits_for(case.broker), waits_for(other)) == ([case.match], [])


def test_a_broker_of_both_clusters_and_staff_decide_once_for_both(case):
    Brokership.objects.create(user=case.broker, cluster=case.second, state="approved")
    assert reviewing.accept(again(case), by=case.broker)
    assert again(case).state == MatchState.ACCEPTED
    staff, match = make_user(is_staff=True), make_case(offer={"organisation": case.match.offer.organisation}).match
    assert reviewing.accept(match, by=staff)
    assert match.state == MatchState.ACCEPTED


def test_a_cluster_that_loses_its_brokers_leaves_the_match_to_the_first(case, other):
    reviewing.accept(again(case), by=case.broker)
    Brokership.objects.filter(user=other).delete()
    assert waits_for(case.broker) == [case.match]
    assert reviewing.accept(again(case), by=case.broker)
    assert again(case).state == MatchState.ACCEPTED


def test_a_provider_in_the_needs_cluster_or_in_one_without_brokers_needs_no_second_broker(case):
    for clusters in ((case.second, case.cluster), (make_cluster(),)):
        organisation = make_organisation(clusters=clusters)
        match = make_case(cluster=case.cluster, offer={"organisation": organisation}).match
        reviewing.accept(match, by=case.broker)
        assert match.state == MatchState.ACCEPTED


def test_what_the_first_broker_accepted_is_not_proposed_anew_or_withdrawn(case, other):
    reviewing.accept(again(case), by=case.broker)
    case.match.need.refresh_from_db()
    run = pipeline.Run(need=case.match.need, fingerprint="x")
    pipeline.save(run, [], 0, case.cluster)
    assert again(case).state == MatchState.PROPOSED
    assert waits_for(other) == [case.match]


def test_the_side_of_the_need_learns_that_a_broker_agreed_and_the_provider_nothing(client, case):
    reviewing.accept(again(case), by=case.broker)
    page = reads(client, case.seeker, case).text
    assert "A broker has agreed" in page
    assert str(case.second) not in page
    assert reads(client, case.provider, case).status_code == 404
    questions.ask(again(case), "need", Topic.OTHER, "How loud is it?", by=case.seeker)
    assert undo(undoable_by(case.broker).get(), by=case.broker)


def test_the_second_broker_decides_over_http_and_is_told_by_mail(case, other):
    client = APIClient()
    client.force_authenticate(case.broker)
    address = f"/api/v1/matches/{case.match.pk}/"
    first = client.post(f"{address}review/", {"verdict": "accept"}, format="json").json()
    assert (first["state"], first["may_review"]) == ("proposed", False)
    assert client.post(f"{address}review/", {"verdict": "accept"}, format="json").status_code == 409
    assert (list(waiting_for(case.broker)), list(waiting_for(other))) == ([], [case.match])
    client.force_authenticate(other)
    read = client.get(address).json()
    assert read["may_review"]
    assert "Nordlicht" not in str(read)
    assert client.post(f"{address}review/", {"verdict": "accept"}, format="json").json()["state"] == "accepted"
    told = client.get("/api/v1/reviews/").json()["results"]
    assert [one["verdict"] for one in told] == [Verdict.ACCEPT, Verdict.ACCEPT]


def introduce(case, second):
    reviewing.accept(again(case), by=case.broker)
    reviewing.accept(again(case), by=second)
    for ask in Ask.objects.all():
        introductions.answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    return again(case).case


def test_the_digest_tells_the_second_broker_no_name_that_an_answer_gives_away(case, other):
    User.objects.update(date_joined=LONG_AGO)
    reviewing.accept(again(case), by=case.broker)
    reviewing.accept(again(case), by=other)
    said = {"reason": Reason.TOO_FAR, "note": "Ask Marie of Nordlicht GmbH, marie@nordlicht.example."}
    introductions.answer(Ask.objects.get(side="need"), Answer.NO, by=case.seeker, **said)
    assert "marie@nordlicht.example" in text_of(told(case.broker))
    digest = text_of(told(other))
    assert "too far" in digest
    assert "ordlicht" not in digest


def test_a_second_cluster_that_rejected_sees_nothing_of_the_need_any_more(client, case, other):
    Need.objects.update(visibility="network")
    reviewing.accept(again(case), by=case.broker)
    assert needs_visible_to(other).filter(pk=case.match.need_id).exists()
    reviewing.reject(again(case), by=other, reason=Reason.TOO_FAR)
    assert not needs_visible_to(other).filter(pk=case.match.need_id).exists()
    assert "throws away dough" not in reads(client, other, case).text


def test_only_brokers_of_the_first_cluster_and_staff_give_the_case_to_another_cluster(client, case, other):
    opened = introduce(case, other)
    with pytest.raises(PermissionDenied, match="Only a broker of the cluster of this case"):
        hand_over(opened, case.second, by=other, seen=0)
    assert list(receiving_clusters(opened, other)) == []
    assert str(case.second) not in str(reads(client, other, case).context["handover_form"])
    for person in (case.broker, make_user(is_staff=True)):
        assert list(receiving_clusters(opened, person)) == [case.second]
    assert hand_over(opened, case.second, by=case.broker, seen=opened.version)


def test_who_is_a_broker_no_more_is_not_copied_and_gets_nobodys_address(case, other):
    colleague = make_user(name="Clara")
    Brokership.objects.create(user=colleague, cluster=case.cluster, state="approved")
    introduction = introduce(case, other).match.introduction
    for gone, copied in (([], [case.broker, other]), ([case.broker], [colleague, other]), ([other], [colleague])):
        Brokership.objects.filter(user__in=gone).delete()
        assert introductions.brokers_of(introduction) == copied


def test_what_is_with_another_cluster_is_listed_while_need_and_offer_are_open(case):
    reviewing.accept(again(case), by=case.broker)
    assert list(listed(case.broker, "elsewhere")) == [case.match]
    Offer.objects.update(state=State.MET_HERE)
    assert list(listed(case.broker, "elsewhere")) == []


def test_the_first_broker_ends_what_the_second_cluster_leaves_alone_and_takes_that_back(client, case, other):
    reviewing.accept(again(case), by=case.broker)
    page = reads(client, case.broker, case).text
    assert [reverse(f"match-{name}", args=[case.match.pk]) in page for name in ("reject", "accept")] == [True, False]
    client.post(reverse("match-reject", args=[case.match.pk]), {"reject-reason": Reason.TOO_FAR})
    assert again(case).state == MatchState.REJECTED
    undo(undoable_by(case.broker).get(), by=case.broker)
    assert (again(case).state, waits_for(other)) == (MatchState.PROPOSED, [case.match])


def test_a_row_in_the_list_of_what_is_asked_costs_no_query_of_its_own(client, case, django_assert_num_queries):
    introduced = {"cluster": case.cluster, "second_cluster": case.second, "state": MatchState.ACCEPTED}
    make_case(**introduced)
    client.force_login(case.broker)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("queue"), {"list": "asked"})
    make_case(**introduced)
    with django_assert_num_queries(len(few)):
        client.get(reverse("queue"), {"list": "asked"})


def test_the_page_and_the_queue_of_the_second_broker_ask_the_database_rarely(
    client, case, other, django_assert_max_num_queries
):
    reviewing.accept(again(case), by=case.broker)
    client.force_login(other)
    for page in (reverse("queue"), reverse("match-detail", args=[case.match.pk])):
        with django_assert_max_num_queries(12):
            client.get(page)
