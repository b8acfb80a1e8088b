"""Cases after an introduction: moved, planned, taken care of, with their history; who is reminded of which."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from matchmaking import cases, erasure
from matchmaking.codes import Answer, MatchState, Reason
from matchmaking.introductions import answer
from matchmaking.lessons import judgements_of, reasons_of
from matchmaking.models import Case, CaseEvent, Match
from matchmaking.reviewing import accept
from tests.factories import APPROVED, make_case, make_cluster, make_user
from tests.matchmaking.digests import LONG_AGO, told
from tests.matchmaking.mail_reading import html_of, text_of

pytestmark = pytest.mark.django_db


def introduced(**overrides):
    """A match that went all the way to its introduction, with its `case`."""
    scene = make_case(**overrides)
    accept(scene.match, by=scene.broker)
    answer(scene.match.asks.get(side="need"), Answer.YES, by=scene.seeker)
    answer(scene.match.asks.get(side="offer"), Answer.YES, by=scene.provider)
    scene.case = current(scene)
    return scene


def current(scene):
    return Case.objects.select_related("match", "owner").get(match=scene.match)


def history(scene):
    return [(event.kind, event.state or event.text, event.by) for event in CaseEvent.objects.all()]


def test_an_introduction_opens_a_case_of_the_broker_who_accepted():
    scene = introduced()
    assert (scene.case.owner, scene.case.match.state) == (scene.broker, MatchState.INTRODUCED)
    assert history(scene) == [("taken", "", scene.broker)]


def test_a_case_is_moved_to_its_end_and_every_step_is_kept_with_who_and_when():
    scene = introduced()
    assert cases.plan(scene.case, "Call both", None, by=scene.broker, seen=0)
    assert cases.move(current(scene), MatchState.IN_CONTACT, by=scene.broker, seen=1)
    assert cases.move(current(scene), MatchState.AGREEMENT, by=scene.broker, seen=2, note="Signed")
    case = current(scene)
    assert (case.match.state, case.next_step, case.is_running) == (MatchState.AGREEMENT, "", False)
    assert history(scene)[1:] == [
        ("planned", "Call both", scene.broker),
        ("moved", "in_contact", scene.broker),
        ("moved", "agreement", scene.broker),
    ]
    assert cases.move(case, MatchState.NEGOTIATING, by=scene.broker, seen=3), "an end can be taken back"


def test_two_brokers_never_move_a_case_unknowingly():
    scene = introduced()
    deputy = make_user()
    scene.cluster.brokerships.create(user=deputy, state=APPROVED)
    first, second = current(scene), current(scene)
    assert cases.move(first, MatchState.NEGOTIATING, by=scene.broker, seen=first.version)
    assert not cases.move(second, MatchState.NO_AGREEMENT, by=deputy, seen=second.version, reason=Reason.TOO_FAR)
    assert not cases.plan(second, "Call", None, by=deputy, seen=0)
    assert not cases.take(second, by=deputy, seen=0)
    assert current(scene).match.state == MatchState.NEGOTIATING
    assert CaseEvent.objects.count() == 2


def test_a_note_that_is_sent_twice_is_one_and_may_be_written_again_later():
    scene = introduced()
    for text in ("Called both.", "Called both.", "They meet on Monday.", "Called both."):
        cases.note(scene.case, text, by=scene.broker)
    noted = [text for kind, text, _by in history(scene) if kind == "noted"]
    assert noted == ["Called both.", "They meet on Monday.", "Called both."]


def test_a_match_that_moved_without_its_case_leaves_the_case_as_it_was():
    scene = introduced()
    Match.objects.update(state=MatchState.IN_CONTACT, decided_at=timezone.now())
    assert not cases.move(scene.case, MatchState.AGREEMENT, by=scene.broker, seen=0)
    assert (current(scene).version, current(scene).match.state) == (0, MatchState.IN_CONTACT)


def test_no_agreement_needs_a_reason_and_only_a_state_that_can_come_next_comes():
    scene = introduced()
    with pytest.raises(ValidationError):
        cases.move(scene.case, MatchState.NO_AGREEMENT, by=scene.broker, seen=0)
    for state in (MatchState.INTRODUCED, MatchState.PROPOSED, "nonsense"):
        with pytest.raises(ValidationError):
            cases.move(scene.case, state, by=scene.broker, seen=0)
    assert cases.move(scene.case, MatchState.NO_AGREEMENT, by=scene.broker, seen=0, reason=Reason.TOO_EXPENSIVE)
    with pytest.raises(ValidationError):
        cases.plan(current(scene), "Call", None, by=scene.broker, seen=1)


def test_only_brokers_of_the_case_touch_it():
    scene = introduced()
    for person in (scene.seeker, scene.provider, make_user()):
        with pytest.raises(PermissionDenied):
            cases.move(scene.case, MatchState.IN_CONTACT, by=person, seen=0)
        with pytest.raises(PermissionDenied):
            cases.note(scene.case, "Hello", by=person)
        assert not Case.objects.visible_to(person).exists()


def test_why_nothing_came_of_it_teaches_what_that_reason_is_about():
    scene = introduced(components={"agreement": 0.5, "wish_budget": 0.1})
    cases.move(scene.case, MatchState.NO_AGREEMENT, by=scene.broker, seen=0, reason=Reason.TOO_EXPENSIVE)
    match = Match.objects.get()
    assert reasons_of(match) == [Reason.TOO_EXPENSIVE]
    good, about_budget = judgements_of(match)
    assert (good.is_good, about_budget.is_good, about_budget.teaches) == (True, False, {"wish_budget"})


def at(scene, *, touched=0, **changes):
    """As if nobody had touched the case for so many days."""
    Case.objects.update(touched_at=timezone.now() - timedelta(days=touched), **changes)
    type(scene.broker).objects.update(date_joined=LONG_AGO)


def test_the_owner_is_told_of_a_case_without_a_next_step_once():
    scene = introduced()
    deputy = make_user()
    scene.cluster.brokerships.create(user=deputy, state=APPROVED)
    at(scene, touched=40)
    assert told(deputy, "2026-12-01") is None
    message = told(scene.broker, "2026-12-01")
    assert "1 case without a next step" in message["Subject"]
    assert "nothing heard since" in text_of(message)
    assert told(scene.broker, "2026-12-08") is None
    at(scene, touched=35, owner=None)
    assert told(deputy, "2026-12-08"), "nobody's case is everybody's"


def left(scene):
    type(scene.broker).objects.filter(pk=scene.broker.pk).update(is_active=False)


def went_to_another_cluster(scene):
    scene.cluster.brokerships.filter(user=scene.broker).delete()


@pytest.mark.parametrize("go", [left, went_to_another_cluster])
def test_the_case_of_a_broker_who_is_gone_is_everybody_s(go):
    scene = introduced()
    deputy = make_user()
    scene.cluster.brokerships.create(user=deputy, state=APPROVED)
    at(scene, touched=40)
    go(scene)
    assert "1 case without a next step" in told(deputy)["Subject"]
    assert list(Case.objects.without_owner()) == [scene.case]


def test_staff_and_brokers_of_either_cluster_keep_their_cases():
    scene, second = introduced(), make_cluster(brokers=(make_user(),))
    Match.objects.update(second_cluster=second)
    for owner in (scene.broker, second.brokers.get(), make_user(is_staff=True)):
        Case.objects.update(owner=owner)
        assert not Case.objects.without_owner().exists()
    Case.objects.update(owner=make_user())
    assert Case.objects.without_owner().exists()


def test_a_step_whose_day_has_passed_is_told_and_a_planned_one_is_not():
    scene = introduced()
    today = timezone.localdate()
    at(scene, touched=90, next_step="Call both", next_step_on=today)
    assert told(scene.broker, "2026-12-01") is None
    at(scene, next_step_on=today - timedelta(days=1))
    message = told(scene.broker, "2026-12-08")
    assert "Call both: was due on" in text_of(message)
    assert "INVALID" not in html_of(message)


def test_a_step_without_a_day_is_no_plan_for_ever():
    scene = introduced()
    at(scene, touched=20, next_step="Call both")
    assert told(scene.broker, "2026-12-01") is None
    assert not Case.objects.without_next_step().exists()
    at(scene, touched=40)
    message = told(scene.broker, "2026-12-08")
    assert "Call both · nothing heard since" in text_of(message)
    assert "INVALID" not in html_of(message)
    assert Case.objects.without_next_step().exists()


def test_erasing_a_side_takes_the_words_of_its_case():
    scene = introduced()
    cases.plan(scene.case, "Call Marie", None, by=scene.broker, seen=0)
    cases.note(scene.case, "Marie is away", by=scene.broker)
    erasure.erase(scene.seeker)
    case = Case.objects.get()
    assert case.next_step == ""
    assert set(case.events.values_list("text", flat=True)) == {""}
