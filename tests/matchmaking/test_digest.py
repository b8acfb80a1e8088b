"""The digest: what is new, never the same twice, nothing new no mail."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from catalog.codes import State
from matchmaking.codes import Answer, MatchState, Reason
from matchmaking.digest import open_due_digests
from matchmaking.introductions import answer
from matchmaking.mailing import send
from matchmaking.models import Ask, DigestItem, Mail, MailKind, MailState, Match
from matchmaking.reviewing import accept, park
from tests.factories import make_match, make_need, make_offer
from tests.matchmaking.digests import digest_of, no_invalid_variable, old_case, told  # noqa: F401 - a fixture
from tests.matchmaking.mail_reading import html_of, link_to, read, text_of
from tests.matchmaking.mail_server import mail_server

pytestmark = pytest.mark.django_db

WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)  # people's default moment is Tuesday at eight


# What is new


def test_a_suggestion_is_told_once_with_its_reason_and_that_nobody_reviewed_it():
    reasons = [{"code": "meaning", "params": {}, "weight": 1.0}]
    case = old_case(offer={"visibility": "anonymous"}, reasons=reasons)
    message = told(case.seeker)
    assert message["Subject"].startswith(f"{case.match.need.reference}: 1 possible partner")
    for part in (text_of(message), html_of(message)):
        assert case.match.offer.title in part
        assert case.match.offer.organisation.name not in part
        assert "not yet reviewed by a broker" in part
        assert f"/matches/{case.match.pk}/?dismiss=1#dismiss" in part
        assert "INVALID" not in part
    assert told(case.seeker, "2026-12-01") is None


def test_a_suggestion_is_told_again_when_its_offer_says_something_else():
    case = old_case()
    told(case.seeker)
    case.match.offer.description = "Something quite different."
    case.match.offer.save()
    assert told(case.seeker, "2026-12-01")


@pytest.mark.parametrize(("probability", "is_told"), [(0.05, False), (0.2, True), (None, True)])
def test_a_long_shot_that_no_broker_has_seen_is_not_mailed(probability, is_told):
    case = old_case(probability=probability)
    assert (told(case.seeker) is not None) == is_told


def test_a_long_shot_that_a_broker_suggested_is_mailed():
    case = old_case(probability=0.05, suggested_at=timezone.now())
    assert told(case.seeker) is not None


def test_network_only_offers_and_closed_ones_are_not_suggested():
    network = old_case(offer={"visibility": "network"})
    closed = old_case(offer={"state": State.PAUSED})
    expired = old_case(need={"valid_until": date(2026, 1, 1)})
    assert [told(case.seeker) for case in (network, closed, expired)] == [None, None, None]


def test_nothing_new_is_no_mail(settings):
    case = old_case()
    Match.objects.update(state=MatchState.REJECTED)
    open_due_digests(WEDNESDAY)
    with mail_server(settings) as server:
        states = {send(mail.pk) for mail in Mail.objects.filter(kind=MailKind.DIGEST)}
    assert states == {MailState.DROPPED}
    assert not server.received
    assert not DigestItem.objects.filter(user=case.seeker).exists()


def test_a_side_is_told_of_questions_and_what_became_of_them():
    case = old_case()
    accept(case.match, by=case.broker)
    asked = told(case.provider)
    assert "1 question for you" in asked["Subject"]
    assert text_of(asked).count("/answer/") == 3
    answer(case.match.asks.get(side="offer"), Answer.YES, by=case.provider)
    assert told(case.provider, "2026-12-01") is None
    answer(case.match.asks.get(side="need"), Answer.NO, by=case.seeker, reason=Reason.TOO_FAR, note="secret note")
    ended = told(case.provider, "2026-12-08")
    assert "The other side said no" in text_of(ended)
    assert "secret note" not in text_of(ended) + html_of(ended)
    assert "INVALID" not in html_of(ended)
    assert told(case.seeker, "2026-12-08") is None  # knows its own no


def test_the_side_that_waited_is_told_that_the_other_s_text_was_closed():
    case = old_case()
    accept(case.match, by=case.broker)
    answer(case.match.asks.get(side="offer"), Answer.YES, by=case.provider)
    case.match.need.close(State.MET_ELSEWHERE)
    ended = told(case.provider)
    assert "closed its text" in text_of(ended)
    assert told(case.provider, "2026-12-01") is None
    assert told(case.seeker, "2026-12-01") is None


def test_a_reminded_question_is_told_again_and_a_postponed_one_is_not():
    case = old_case()
    accept(case.match, by=case.broker)
    told(case.seeker)
    Ask.objects.update(reminded_at=timezone.now())
    assert told(case.seeker, "2026-12-01")
    answer(case.match.asks.get(side="need"), Answer.LATER, by=case.seeker)
    assert told(case.seeker, "2026-12-08") is None


def test_both_sides_are_told_of_an_introduction_by_name():
    case = old_case(offer={"visibility": "anonymous"}, need={"visibility": "anonymous"})
    accept(case.match, by=case.broker)
    answer(case.match.asks.get(side="offer"), Answer.YES, by=case.provider)
    answer(case.match.asks.get(side="need"), Answer.YES, by=case.seeker)
    for person, own, other in (
        (case.seeker, case.match.need, case.match.offer),
        (case.provider, case.match.offer, case.match.need),
    ):
        message = told(person)
        assert own.reference in message["Subject"]
        assert other.title in text_of(message)


def test_a_broker_is_told_what_waits_and_what_fell_silent():
    case = old_case()
    make_match(need=case.match.need, cluster=case.cluster, score=0.5)
    message = told(case.broker)
    assert "2 matches to review" in message["Subject"]
    assert "2 matches wait" in text_of(message)
    assert "INVALID" not in html_of(message)
    Match.objects.filter(pk=case.match.pk).update(state=MatchState.LAPSED, decided_at=timezone.now())
    again = told(case.broker, "2026-12-01")
    assert "1 case without answer" in again["Subject"]
    assert "to review" not in again["Subject"]


def test_a_parked_match_is_news_again_on_its_day():
    case = old_case()
    told(case.broker)
    park(case.match, by=case.broker, until=timezone.localdate() + timedelta(days=3))
    assert told(case.broker, "2026-12-01") is None
    Match.objects.update(parked_until=timezone.localdate())
    assert told(case.broker, "2026-12-08")


def test_own_texts_that_end_soon_are_told_once_per_end():
    case = old_case(state=MatchState.REJECTED)
    case.match.offer.publish(until=timezone.localdate() + timedelta(days=5))
    message = told(case.provider)
    assert "1 text that ends soon" in message["Subject"]
    assert "INVALID" not in html_of(message)
    assert told(case.provider, "2026-12-01") is None
    assert told(case.seeker) is None


def test_a_mail_holds_the_best_ones_and_says_how_many_more_there_are(settings):
    settings.DIGEST_ITEMS = 3
    case = old_case()
    for place in range(5):
        make_match(need=case.match.need, offer=make_offer(title=f"Offer number {place}"), score=place / 10)
    message = told(case.seeker)
    assert "And 3 more" in text_of(message)
    assert "Offer number 4" in text_of(message)
    assert "Offer number 1" not in text_of(message)
    later = told(case.seeker, "2026-12-01")
    assert "Offer number 1" in text_of(later)
    assert "Nothing else" in text_of(later)


def test_a_full_digest_asks_the_database_as_often_as_one_of_two_lines(django_assert_max_num_queries):
    case = old_case()
    make_match(need=case.match.need)
    mail = digest_of(case.seeker)
    for _ in range(8):
        make_match(need=make_need(organisation=case.match.need.organisation), score=5.0)
    with django_assert_max_num_queries(25):
        read(Mail.objects.get(pk=mail.pk))


def test_suggestions_stand_below_their_need():
    case = old_case()
    other = make_need(organisation=case.match.need.organisation, title="Less heat lost")
    make_match(need=other, score=2.0)
    make_match(need=case.match.need, score=3.0)
    make_match(need=other, score=0.5)
    text = text_of(told(case.seeker))
    assert text.index("2 possible partners for " + case.match.need.reference) < text.index(
        "2 possible partners for " + other.reference
    )


def test_a_broker_is_told_each_answer_once_with_its_reason():
    case = old_case()
    accept(case.match, by=case.broker)
    answer(case.match.asks.get(side="offer"), Answer.LATER, by=case.provider)
    message = told(case.broker)
    assert "1 answer" in message["Subject"]
    assert "The side of the offer: later" in text_of(message)
    assert told(case.broker, "2026-12-01") is None
    answer(case.match.asks.get(side="need"), Answer.NO, by=case.seeker, reason=Reason.TOO_FAR, note="another sea")
    again = told(case.broker, "2026-12-08")
    assert "another sea" in text_of(again)
    assert "INVALID" not in html_of(again)


def test_a_broker_is_told_of_introductions_without_a_next_step():
    case = old_case(state=MatchState.INTRODUCED, decided_at=timezone.now() - timedelta(days=10))
    assert told(case.broker) is None
    Match.objects.update(decided_at=timezone.now() - timedelta(days=40))
    message = told(case.broker, "2026-12-01")
    assert "1 case without a next step" in message["Subject"]
    assert "INVALID" not in html_of(message)
    assert told(case.broker, "2026-12-08") is None


def test_an_installation_can_keep_what_no_broker_has_looked_at_out_of_digests(settings):
    case = old_case()
    settings.DIGEST_UNREVIEWED = False
    assert told(case.seeker) is None
    assert told(case.broker)
    settings.DIGEST_UNREVIEWED = True
    assert told(case.seeker, "2026-12-01")


def test_the_offer_s_side_is_never_told_of_what_no_broker_accepted():
    case = old_case()
    assert told(case.provider) is None


# Failing and being in doubt


def test_what_a_failed_digest_held_is_told_in_the_next():
    case = old_case()
    mail = digest_of(case.seeker)
    assert read(mail)
    Mail.objects.update(state=MailState.FAILED)
    assert told(case.seeker, "2026-12-01")


def test_what_a_digest_in_doubt_held_is_not_told_again_unless_the_operator_drops_it():
    case = old_case()
    mail = digest_of(case.seeker)
    read(mail)
    Mail.objects.update(state=MailState.IN_DOUBT)
    assert told(case.seeker, "2026-12-01") is None
    call_command("mails", drop=mail.key, stdout=StringIO())
    assert told(case.seeker, "2026-12-08")


def test_a_second_attempt_tells_what_is_true_then():
    case = old_case()
    other = make_match(need=case.match.need)
    mail = digest_of(case.seeker)
    read(mail)
    case.match.move(MatchState.WITHDRAWN, expected=(MatchState.PROPOSED,))
    read(mail)
    assert [item.object_id for item in DigestItem.objects.all()] == [other.pk]


def test_consent_withdrawn_while_it_waits_counts():
    case = old_case()
    mail = digest_of(case.seeker)
    case.seeker.change_digest("never")
    assert read(Mail.objects.get(pk=mail.pk)) is None


# Unsubscribing


def test_one_click_unsubscribing_works_without_cookies_and_following_the_link_changes_nothing():
    case = old_case()
    message = told(case.seeker)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link_to(message, "/unsubscribe/")
    assert path in message["List-Unsubscribe"]
    mail_program = Client(enforce_csrf_checks=True)
    assert mail_program.get(path).status_code == 200
    case.seeker.refresh_from_db()
    assert case.seeker.digest_frequency == "weekly"
    assert mail_program.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    case.seeker.refresh_from_db()
    assert case.seeker.digest_frequency == "never"
