"""The author of a need says yes to a suggestion before a broker has decided, and may take that back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import Consent, Membership, User
from matchmaking.codes import Answer, MatchState, Reason, Side
from matchmaking.course import course_of
from matchmaking.dismissing import bring_back, dismiss
from matchmaking.introductions import answer, contacts
from matchmaking.lessons import judged_matches, judgements
from matchmaking.models import Ask, Mail, MailKind, Match
from matchmaking.news import answered
from matchmaking.overview import Scope, course
from matchmaking.reviewing import accept, park, reject
from matchmaking.undoing import undo, undoable_by
from matchmaking.viewer import seen_by
from matchmaking.wanting import unwant, want
from tests.factories import make_case, make_cluster, make_match, make_offer, make_user

pytestmark = pytest.mark.django_db
MARK = "The company is interested ("


@pytest.fixture
def case():
    return make_case()


def again(case):
    return Match.objects.with_documents().get(pk=case.match.pk)


def yes(case):
    return want(again(case), by=case.seeker)


def asked(case):
    """By side: the answer, and who is asked for it by mail."""
    mails = Mail.objects.filter(kind=MailKind.ASK)
    return {
        ask.side: (ask.answer, [mail.recipient for mail in mails.filter(ask=ask)]) for ask in again(case).asks.all()
    }


def page_of(client, person, case):
    client.force_login(person)
    return client.get(reverse("match-detail", args=[case.match.pk]))


# Saying it


def test_its_broker_reads_who_is_interested_and_since_when_and_nobody_is_written_to(client, case):
    assert yes(case)
    assert MARK in page_of(client, case.broker, case).text
    assert MARK in client.get(reverse("queue")).text
    (seen,) = seen_by(case.broker, [again(case)])
    said = course_of(seen)[-1]
    assert (said.words, said.who, said.at) == (
        "The side of the need is interested",
        str(case.seeker),
        seen.match.wanted_at,
    )
    assert not Mail.objects.exists()


def test_only_the_side_of_the_need_says_it_and_takes_it_back(case):
    for person in (case.provider, case.broker, make_user()):
        with pytest.raises(PermissionDenied):
            want(again(case), by=person)
    yes(case)
    for person in (case.provider, case.broker, make_user()):
        with pytest.raises(PermissionDenied):
            unwant(again(case), by=person)
    assert again(case).wanted_by == case.seeker


def test_said_twice_it_is_said_once_by_whoever_was_first(case):
    colleague = make_user()
    Membership.objects.create(user=colleague, organisation=case.match.need.organisation, state="approved")
    yes(case)
    first = again(case).wanted_at
    assert want(again(case), by=colleague)
    assert (again(case).wanted_at, again(case).wanted_by) == (first, case.seeker)
    assert list(Consent.objects.values_list("person", "act")) == [(case.seeker.pk, "agreed")]


def test_it_is_taken_back_and_that_is_noted_once(case):
    yes(case)
    assert unwant(again(case), by=case.seeker)
    assert unwant(again(case), by=case.seeker)
    assert (again(case).wanted_at, again(case).wanted_by) == (None, None)
    assert list(Consent.objects.order_by("pk").values_list("act", flat=True)) == ["agreed", "withdrawn"]
    accept(again(case), by=case.broker)
    assert asked(case) == {"need": ("", [case.seeker]), "offer": ("", [case.provider])}


def test_whoever_is_faster_decides(case):
    page_of_the_author = again(case)
    accept(again(case), by=case.broker)
    assert not want(page_of_the_author, by=case.seeker)
    assert again(case).wanted_at is None
    other = make_case()
    yes(other)
    page_of_the_author = again(other)
    reject(again(other), by=other.broker, reason=Reason.TOO_FAR)
    assert not unwant(page_of_the_author, by=other.seeker)
    assert again(other).wanted_by == other.seeker


def test_what_a_broker_parked_can_be_wanted_and_stays_parked(case):
    day = timezone.localdate() + timedelta(days=9)
    park(again(case), by=case.broker, until=day)
    assert yes(case)
    assert (again(case).state, again(case).parked_until) == (MatchState.PARKED, day)
    assert accept(again(case), by=case.broker)
    assert asked(case)["need"] == ("yes", [])


def test_turned_down_it_is_not_wanted_any_more_also_when_it_is_brought_back(case):
    yes(case)
    assert dismiss(again(case), by=case.seeker, reason=Reason.HAVE_IT)
    assert (again(case).wanted_at, again(case).wanted_by) == (None, None)
    assert bring_back(again(case), by=case.seeker)
    assert again(case).wanted_at is None


# What follows


def test_accepted_only_the_provider_is_asked_and_its_yes_introduces_both(case):
    yes(case)
    accept(again(case), by=case.broker)
    assert asked(case) == {"need": ("yes", []), "offer": ("", [case.provider])}
    assert answer(again(case).asks.get(side=Side.OFFER), Answer.YES, by=case.provider)
    assert again(case).state == MatchState.INTRODUCED
    assert Mail.objects.filter(kind=MailKind.INTRODUCTION).count() == 1
    assert contacts(again(case).asks.get(side=Side.NEED)) == [case.seeker]


def test_a_broker_with_an_older_page_does_not_ask_again_either(case):
    page_of_the_broker = again(case)
    yes(case)
    assert accept(page_of_the_broker, by=case.broker)
    assert asked(case)["need"] == ("yes", [])


def test_the_second_of_two_clusters_asks_only_the_provider(client, case):
    other = make_user()
    make_cluster(brokers=(other,)).memberships.create(organisation=case.match.offer.organisation, state="approved")
    yes(case)
    assert "the provider is asked after that" in page_of(client, case.broker, case).text
    done = client.post(reverse("match-accept", args=[case.match.pk]), follow=True).text
    assert "decides; the provider is asked after that." in done
    assert not again(case).asks.exists()
    page = page_of(client, case.seeker, case).text
    assert "The provider is asked after that." in page
    assert "Both sides are asked" not in page
    accept(again(case), by=other)
    assert asked(case) == {"need": ("yes", []), "offer": ("", [case.provider])}


def offer_changed(case):
    case.match.offer.description = "Something quite different."
    case.match.offer.save()


def person_left(case):
    case.seeker.memberships.all().delete()


@pytest.mark.parametrize("change", [offer_changed, person_left])
def test_its_side_is_asked_as_usual_where_that_changed_meanwhile(client, case, change):
    colleague = make_user()
    Membership.objects.create(user=colleague, organisation=case.match.need.organisation, state="approved")
    yes(case)
    change(case)
    assert "it is asked again" in page_of(client, case.broker, case).text
    accept(again(case), by=case.broker)
    (said, people) = asked(case)["need"]
    assert said == ""
    assert colleague in people
    assert "Your answer is wanted" in page_of(client, colleague, case).text


def test_its_side_reads_what_happens_now(client, case):
    yes(case)
    page = page_of(client, case.seeker, case).text
    assert "You said you are interested" in page
    assert "If it fits, only the provider is asked" in page
    accept(again(case), by=case.broker)
    page = page_of(client, case.seeker, case).text
    assert "You said you are interested" in page
    assert "If it says yes, too, you are introduced by mail." in page
    assert "both sides asked" not in page
    assert "Would you like to be introduced?" not in page


def test_a_broker_reads_that_only_the_provider_is_asked(client, case):
    yes(case)
    assert "Accept and ask the provider" in page_of(client, case.broker, case).text
    done = client.post(reverse("match-accept", args=[case.match.pk]), follow=True)
    assert "The company said before that it is interested" in done.text
    other = make_match(need=case.match.need, offer=make_offer(), cluster=case.cluster)
    want(Match.objects.get(pk=other.pk), by=case.seeker)
    done = client.post(reverse("queue"), {"match": f"{other.pk}:", "verdict": "accept"}, follow=True)
    assert "Accepted 1 match in which the company is interested." in done.text
    assert "Both sides" not in " ".join(str(one) for one in done.context["messages"])


def test_an_acceptance_is_taken_back_while_its_only_answer_came_before_and_it_stays_wanted(case):
    yes(case)
    accept(again(case), by=case.broker)
    undo(undoable_by(case.broker).get(), by=case.broker)
    assert (again(case).state, again(case).wanted_by) == (MatchState.PROPOSED, case.seeker)
    assert not Ask.objects.exists()
    assert not Mail.objects.exists()
    accept(again(case), by=case.broker)
    answer(again(case).asks.get(side=Side.OFFER), Answer.LATER, by=case.provider)
    assert not undoable_by(case.broker).exists()


def test_a_yes_before_the_question_is_no_new_answer(case):
    yes(case)
    accept(again(case), by=case.broker)
    assert not answered(case.broker).exists()
    assert course(Scope([case.cluster], None))["answered_all"] == 0
    (seen,) = seen_by(case.broker, [again(case)])
    assert [event.words for event in course_of(seen)] == [
        "Proposed", "The side of the need is interested", "Accepted by a broker; the side of the offer asked",
    ]  # fmt: skip
    answer(again(case).asks.get(side=Side.OFFER), Answer.LATER, by=case.provider)
    assert [ask.side for ask in answered(case.broker)] == [Side.OFFER]
    assert course(Scope([case.cluster], None))["answered_all"] == 1


def test_it_teaches_nothing_before_a_broker_decides_and_then_as_much_as_any_yes(case):
    Match.objects.update(components={"agreement": 0.5})
    yes(case)
    assert not judged_matches()
    accept(again(case), by=case.broker)
    other = make_case(components={"agreement": 0.5})
    accept(again(other), by=other.broker)
    answer(again(other).asks.get(side=Side.NEED), Answer.YES, by=other.seeker)
    wanted, said = judgements(judged_matches())
    assert (wanted.weight, said.weight) == (1.5, 1.5)


def test_who_is_erased_no_longer_said_it(case):
    yes(case)
    Membership.objects.create(user=make_user(), organisation=case.match.need.organisation, state="approved")
    User.objects.get(pk=case.seeker.pk).delete()
    assert again(case).wanted_by is None
    accept(again(case), by=case.broker)
    assert asked(case)["need"][0] == ""


# The other side


def test_the_provider_never_learns_of_it_before_it_answers(client, case):
    yes(case)
    assert page_of(client, case.provider, case).status_code == 404
    accept(again(case), by=case.broker)
    page = page_of(client, case.provider, case).text
    assert "Accepted by a broker; both sides asked" in page
    assert "is interested" not in page
    told_one = client.get(f"/api/v1/matches/{case.match.pk}/").json()
    assert (told_one["is_wanted"], told_one["status"]) == (False, "Your answer is wanted")
    assert [one["words"] for one in client.get(f"/api/v1/matches/{case.match.pk}/history/").json()["events"]] == [
        "Proposed", "Accepted by a broker; both sides asked",
    ]  # fmt: skip


def test_a_provider_cannot_look_for_what_is_wanted(client, case):
    yes(case)
    accept(again(case), by=case.broker)
    client.force_login(case.provider)
    for wish in ("true", "false"):
        assert len(client.get(f"/api/v1/matches/?wanted={wish}").json()["results"]) == 1


def test_the_broker_of_a_second_cluster_reads_that_it_is_wanted_but_not_by_whom(case):
    other = make_user()
    second = make_cluster(brokers=(other,))
    yes(case)
    Match.objects.update(second_cluster=second)
    (seen,) = seen_by(other, [again(case)])
    assert [event.who for event in course_of(seen) if event.words == "The side of the need is interested"] == [""]
