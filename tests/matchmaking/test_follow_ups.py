"""Six and twelve months after an introduction: who is asked, what a side tells, what was achieved and may be told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Consent
from matchmaking import cases, erasure
from matchmaking.codes import MatchState, Reason
from matchmaking.follow_ups import Told, ask_how_it_went, months_before, record, tell
from matchmaking.models import Achievement, FollowUp, Introduction, Mail, MailKind
from tests.factories import make_user
from tests.matchmaking.digests import LONG_AGO, told
from tests.matchmaking.mail_reading import html_of, link_to, read, text_of
from tests.matchmaking.test_cases import current, introduced

pytestmark = pytest.mark.django_db

GOOD = {"kind": "commercial", "jobs": 2, "savings": 12000, "green_effect": "A third less dough", "quote": "Do it."}


@pytest.fixture
def scene():
    """Introduced seven months ago; both sides were asked how it went."""
    found = introduced()
    time_passes(days=215)
    assert ask_how_it_went() == 2
    found.of_need, found.of_offer = FollowUp.objects.order_by("side")
    return found


def time_passes(days):
    Introduction.objects.update(introduced_at=timezone.now() - timedelta(days=days))


def asked(scene):
    return sorted(FollowUp.objects.filter(case=scene.case).values_list("side", "months"))


def test_both_sides_are_asked_once_after_six_months_and_once_after_twelve():
    scene = introduced()
    time_passes(days=150)
    assert ask_how_it_went() == 0
    time_passes(days=190)
    assert (ask_how_it_went(), ask_how_it_went()) == (2, 0)
    time_passes(days=370)
    assert (ask_how_it_went(), ask_how_it_went()) == (2, 0)
    assert asked(scene) == [("need", 6), ("need", 12), ("offer", 6), ("offer", 12)]
    people = list(Mail.objects.filter(kind=MailKind.FOLLOW_UP).values_list("recipient", flat=True))
    assert sorted(people) == sorted([scene.seeker.pk, scene.provider.pk] * 2)


def test_after_a_standstill_only_the_latest_question_is_asked_and_none_when_it_is_too_late():
    scene = introduced()
    time_passes(days=800)
    assert ask_how_it_went() == 0
    time_passes(days=400)
    assert ask_how_it_went() == 2
    assert asked(scene) == [("need", 12), ("offer", 12)]


def test_nobody_is_asked_about_a_case_without_agreement_or_again_after_nothing_came_of_it(scene):
    assert tell(scene.of_need, Told("nothing", Reason.TOO_EXPENSIVE), by=scene.seeker, seen=None)
    time_passes(days=370)
    assert ask_how_it_went() == 1
    assert FollowUp.objects.get(months=12).side == "offer"
    other = introduced()
    cases.move(other.case, MatchState.NO_AGREEMENT, by=other.broker, seen=0, reason=Reason.TOO_FAR)
    time_passes(days=190)
    ask_how_it_went()
    assert asked(other) == []


def test_months_are_those_of_the_calendar():
    assert months_before(datetime(2026, 8, 31, tzinfo=UTC), 6) == datetime(2026, 2, 28, tzinfo=UTC)
    assert months_before(datetime(2024, 2, 29, tzinfo=UTC), 12) == datetime(2023, 2, 28, tzinfo=UTC)


def test_an_answer_keeps_what_was_achieved_and_logs_the_consent_to_publish(scene):
    assert tell(scene.of_need, Told("together", achieved=GOOD | {"may_publish": True}), by=scene.seeker, seen=None)
    found = Achievement.objects.get()
    assert (found.side, found.jobs, found.savings, found.may_publish) == ("need", 2, 12000, True)
    consent = Consent.objects.get(subject="publication")
    assert (consent.person, consent.act, consent.about) == (scene.seeker, "agreed", str(scene.match))
    seen = scene.of_need.answered_at
    assert tell(scene.of_need, Told("talking"), by=scene.seeker, seen=seen)
    assert not Achievement.objects.get().may_publish
    assert Consent.objects.filter(subject="publication").latest("pk").act == "withdrawn"


def test_of_two_answers_at_once_the_second_changes_nothing(scene):
    late = FollowUp.objects.get(pk=scene.of_need.pk)
    assert tell(scene.of_need, Told("talking"), by=scene.seeker, seen=None)
    assert not tell(late, Told("together", achieved=GOOD), by=scene.seeker, seen=None)
    assert not Achievement.objects.exists()
    assert FollowUp.objects.get(pk=late.pk).progress == "talking"


def test_only_the_side_itself_answers_and_nothing_needs_a_reason(scene):
    for person in (scene.provider, scene.broker, make_user()):
        with pytest.raises(PermissionDenied):
            tell(scene.of_need, Told("talking"), by=person, seen=None)
    for said in (Told("nothing"), Told("maybe"), Told("nothing", "nonsense")):
        with pytest.raises(ValidationError):
            tell(scene.of_need, said, by=scene.seeker, seen=None)


def test_a_broker_records_figures_but_never_the_consent_of_a_side(scene):
    record(scene.case, "offer", GOOD, by=scene.broker)
    assert not Achievement.objects.get().may_publish
    tell(scene.of_offer, Told("together", achieved=GOOD | {"may_publish": True}), by=scene.provider, seen=None)
    record(scene.case, "offer", {"jobs": 2}, by=scene.broker)
    assert Achievement.objects.get().may_publish
    record(scene.case, "offer", {"jobs": 3}, by=scene.broker)
    found = Achievement.objects.get()
    assert (found.may_publish, found.quote) == (False, "Do it."), "the side has not read this figure"
    with pytest.raises(PermissionDenied):
        record(scene.case, "offer", GOOD, by=scene.seeker)


# Mail and pages


def mail_to(person):
    return read(Mail.objects.get(kind=MailKind.FOLLOW_UP, recipient=person))


def test_a_side_answers_from_the_mail_without_signing_in_and_only_by_the_button(client, scene):
    message = mail_to(scene.seeker)
    assert "how did it go with" in message["Subject"]
    assert "6 months ago" in text_of(message)
    path = link_to(message, "/answer/follow-up/")
    page = client.get(path)
    assert "We work together" in page.text
    assert not FollowUp.objects.exclude(answered_at=None).exists()
    assert client.post(path, {"progress": "nothing"}).status_code == 422
    form = {"progress": "together", **GOOD, "may_publish": "on", "note": "Thank you", "seen": ""}
    assert "Thank you" in client.post(path, form).text
    assert Achievement.objects.get().quote == "Do it."
    assert Consent.objects.get(subject="publication").door == "mail"
    assert client.get(path).status_code == 410
    assert read(Mail.objects.get(kind=MailKind.FOLLOW_UP, recipient=scene.seeker)) is None


def test_a_wrong_or_foreign_link_shows_nothing(client, scene):
    path = link_to(mail_to(scene.seeker), "/answer/follow-up/")
    assert client.get(path[:-3] + "xx/").status_code == 404
    scene.match.need.organisation.memberships.all().delete()
    assert client.get(path).status_code == 410


def test_what_was_told_stands_on_the_page_and_can_be_changed_there(client, scene):
    client.force_login(scene.provider)
    match_page = reverse("match-detail", args=[scene.match.pk])
    address = reverse("follow-up", args=[scene.of_offer.pk])
    assert address in client.get(match_page).text
    client.post(address, {"progress": "talking", "seen": ""})
    assert "we are still talking" in client.get(match_page).text
    page = client.get(address)
    seen = page.context["form"]["seen"].value()
    client.post(address, {"progress": "together", "jobs": "4", "seen": seen})
    assert Achievement.objects.get().jobs == 4
    assert client.post(address, {"progress": "talking", "seen": seen}).status_code == 410
    assert client.get(reverse("follow-up", args=[scene.of_need.pk])).status_code == 404
    assert client.post(address, {"progress": "together", "savings": "9" * 12, "seen": seen}).status_code == 422


def test_the_other_side_does_not_read_what_one_told_and_the_broker_does(client, scene):
    tell(scene.of_need, Told("together", "", "Slow at first", GOOD), by=scene.seeker, seen=None)
    match_page = reverse("match-detail", args=[scene.match.pk])
    client.force_login(scene.provider)
    assert "Slow at first" not in client.get(match_page).text
    client.force_login(scene.broker)
    page = client.get(match_page).text
    for words in ("Slow at first", "A third less dough", "12,000"):
        assert words in page


def test_a_broker_records_on_the_page_what_one_side_said(client, scene):
    client.force_login(scene.broker)
    address = reverse("case-record", args=[scene.case.pk])
    assert client.post(address, {"heard-jobs": "1"}).status_code == 422
    assert client.post(address, {"heard-side": "need", "heard-jobs": "1"}).status_code == 302
    assert (Achievement.objects.get().side, Achievement.objects.get().told_by) == ("need", scene.broker)


def test_the_broker_s_digest_tells_each_answer_once(scene):
    type(scene.broker).objects.update(date_joined=LONG_AGO)
    tell(scene.of_need, Told("nothing", Reason.TOO_FAR, "Too many hours"), by=scene.seeker, seen=None)
    message = told(scene.broker, "2026-12-01")
    assert "Too many hours" in text_of(message)
    assert "INVALID" not in html_of(message)
    assert "nothing came of it" in text_of(message)
    assert told(scene.broker, "2026-12-08") is None


def test_erasing_a_person_takes_the_words_but_not_the_figures(scene):
    tell(scene.of_need, Told("together", "", "Marie says hello", GOOD), by=scene.seeker, seen=None)
    erasure.erase(scene.seeker)
    found = Achievement.objects.get()
    assert (found.jobs, found.quote, found.green_effect, found.may_publish) == (2, "", "", False)
    assert FollowUp.objects.get(side="need").note == ""
    assert current(scene).match.state == MatchState.INTRODUCED
