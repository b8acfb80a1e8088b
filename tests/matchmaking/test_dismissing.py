"""The author of a need says no to a suggestion before a broker has decided, and may take that back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Consent
from matchmaking.codes import MatchState, Reason
from matchmaking.course import course_of
from matchmaking.disclosure import offers_visible_to
from matchmaking.dismissing import bring_back, dismiss
from matchmaking.lessons import counted, judged_matches, relevance_of
from matchmaking.models import Mail, Match, Scouting
from matchmaking.news import answered, suggestions
from matchmaking.overview import Scope, course
from matchmaking.reviewing import accept, park
from matchmaking.viewer import seen_by
from tests.factories import make_case, make_match, make_offer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case()


def again(case):
    return Match.objects.with_documents().get(pk=case.match.pk)


def no(case, reason=Reason.HAVE_IT, **said):
    return dismiss(again(case), by=case.seeker, reason=reason, **said)


def test_a_dismissed_suggestion_waits_for_no_broker_and_nobody_is_written_to(case):
    assert no(case)
    assert again(case).state == MatchState.DISMISSED
    assert not Match.objects.awaiting_review().exists()
    assert not suggestions(case.seeker).exists()
    assert not Mail.objects.exists()


def test_the_provider_neither_sees_it_nor_reads_more_of_the_need(case):
    no(case)
    assert not Match.objects.visible_to(case.provider).exists()
    hidden = make_case(need={"visibility": "network"})
    no(hidden)
    assert not Match.objects.visible_to(hidden.provider).exists()
    assert offers_visible_to(hidden.seeker).filter(pk=hidden.match.offer_id).exists()


def test_its_broker_reads_who_said_no_and_why(case):
    no(case, note="We bought a press last year.")
    (seen,) = seen_by(case.broker, [again(case)])
    said = course_of(seen)[-1]
    assert (said.words, said.who) == ("The side of the need: no", str(case.seeker))
    assert said.note == "already have it – We bought a press last year."
    assert [ask.reason for ask in answered(case.broker)] == [Reason.HAVE_IT]


@pytest.mark.parametrize(("reason", "fits"), [(Reason.NOT_RELEVANT, False), (Reason.HAVE_IT, None)])
def test_it_teaches_what_its_reason_is_about(case, reason, fits):
    Match.objects.update(components={"agreement": 0.5})
    no(case, reason)
    (match,) = judged_matches()
    assert relevance_of(match) is fits
    assert counted([match]) == {"accepted": 0, reason: 1}


def test_in_the_figures_nobody_was_asked(case):
    no(case)
    told = course(Scope([case.cluster], None))
    assert (told["proposed"], told["asked"], told["accepted"]) == (1, 0, 0)


def test_only_the_side_of_the_need_says_it_and_only_with_a_reason(case):
    for person in (case.provider, case.broker, make_user()):
        with pytest.raises(PermissionDenied):
            dismiss(again(case), by=person, reason=Reason.HAVE_IT)
    with pytest.raises(ValidationError, match="Say why not"):
        no(case, "because")
    assert again(case).state == MatchState.PROPOSED


def test_whoever_is_faster_decides(case):
    page_of_the_author = again(case)
    accept(again(case), by=case.broker)
    assert not dismiss(page_of_the_author, by=case.seeker, reason=Reason.HAVE_IT)
    other = make_case()
    page_of_the_broker = again(other)
    no(other)
    assert not accept(page_of_the_broker, by=other.broker)


def test_brought_back_it_waits_as_before_and_has_taught_nothing(case):
    no(case)
    assert bring_back(again(case), by=case.seeker)
    match = again(case)
    assert (match.state, match.decided_at) == (MatchState.PROPOSED, None)
    assert not match.asks.exists()
    assert accept(match, by=case.broker)
    assert match.asks.count() == 2
    assert list(Consent.objects.order_by("pk").values_list("act", flat=True)) == ["declined", "withdrawn"]


def test_where_nothing_is_left_brokers_are_asked_to_look_around_until_it_is_brought_back(case):
    other = make_match(need=case.match.need, offer=make_offer(), cluster=case.cluster)
    no(case)
    assert not Scouting.objects.exists()
    dismiss(Match.objects.get(pk=other.pk), by=case.seeker, reason=Reason.NOT_RELEVANT)
    assert Scouting.objects.live().get().cluster == case.cluster
    assert bring_back(again(case), by=case.seeker)
    assert not Scouting.objects.live().exists()


def test_a_parked_one_comes_back_parked(case):
    day = timezone.localdate() + timedelta(days=9)
    park(again(case), by=case.broker, until=day)
    no(case)
    assert bring_back(again(case), by=case.seeker)
    assert (again(case).state, again(case).parked_until) == (MatchState.PARKED, day)


def test_only_what_was_dismissed_is_brought_back_and_only_by_its_side(case):
    assert not bring_back(again(case), by=case.seeker)
    no(case)
    for person in (case.provider, case.broker):
        with pytest.raises(PermissionDenied):
            bring_back(again(case), by=person)


def test_on_the_page_of_the_need_it_is_folded_away_and_can_be_brought_back(client, case):
    other = make_match(need=case.match.need, offer=make_offer(title="Another press"), cluster=case.cluster)
    client.force_login(case.seeker)
    address = reverse("match-dismiss", args=[case.match.pk])
    page = client.post(address, {"dismiss-reason": "too_far", "dismiss-note": "In winter."}, follow=True)
    assert page.redirect_chain == [(case.match.need.get_absolute_url(), 302)]
    assert "Turned down. It is not suggested again" in page.content.decode()
    assert [one.pk for one in page.context["matches"]] == [other.pk]
    assert [one.pk for one in page.context["dismissed"]] == [case.match.pk]
    page = client.post(reverse("match-bring-back", args=[case.match.pk]), follow=True)
    assert {one.pk for one in page.context["matches"]} == {case.match.pk, other.pk}
    assert "1 suggestion turned down" not in page.content.decode()


def test_without_a_reason_the_page_says_so_at_the_field(client, case):
    client.force_login(case.seeker)
    page = client.post(reverse("match-dismiss", args=[case.match.pk]), {"dismiss-note": "No."})
    assert page.status_code == 422
    assert "Say why not: choose one of the reasons." in page.content.decode()
    assert again(case).state == MatchState.PROPOSED


def test_a_broker_finds_the_form_of_brokers_and_a_provider_none(client, case):
    client.force_login(case.broker)
    assert "dismiss-reason" not in client.get(reverse("match-detail", args=[case.match.pk])).content.decode()
    client.force_login(case.seeker)
    assert "dismiss-reason" in client.get(reverse("match-detail", args=[case.match.pk])).content.decode()
