"""What cannot wait: several things that happen to a person become one mail, and each part still has to hold."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Brokership, ClusterMembership, Membership
from catalog.codes import State
from matchmaking.admissions import announce_admissions
from matchmaking.codes import Answer
from matchmaking.consent import leave, silence, speak_again
from matchmaking.expiry import announce_expiry
from matchmaking.introductions import answer
from matchmaking.mailing import queue_due_mails, send
from matchmaking.models import Mail, MailGroup, MailKind, MailState, OptOut, SilencedAddress
from matchmaking.reviewing import accept
from tests.factories import (
    APPROVED,
    make_case,
    make_cluster,
    make_match,
    make_need,
    make_offer,
    make_organisation,
    make_user,
)
from tests.matchmaking.mail_reading import html_of, read, text_of
from tests.matchmaking.mail_server import mail_server

pytestmark = pytest.mark.django_db

TEN = 10


def time_passes(minutes):
    for name in ("not_before", "queued_at"):
        for mail in Mail.objects.exclude(**{name: None}):
            Mail.objects.filter(pk=mail.pk).update(**{name: getattr(mail, name) - timedelta(minutes=minutes)})


def sent_to_all():
    return [send(pk) for pk in queue_due_mails()]


def busy_provider(count=TEN):
    """A provider whose offer is asked about for several needs at once."""
    case = make_case()
    needs = [case.match.need, *(make_need(title=f"Need number {n}") for n in range(1, count))]
    matches = [case.match] + [
        make_match(need=need, offer=case.match.offer, cluster=case.cluster) for need in needs[1:]
    ]
    for match in matches:
        accept(match, by=case.broker)
    return case


def test_ten_events_within_a_quarter_of_an_hour_make_one_mail(settings):
    settings.EVENT_MINUTES = 15
    case = busy_provider()
    assert queue_due_mails() == []
    time_passes(16)
    with mail_server(settings) as server:
        sent_to_all()
    assert server.recipients[case.provider.email] == 1
    message = next(found for found, to in server.received if to == [case.provider.email])
    assert "and 9 more" in message["Subject"]
    assert text_of(message).count("/answer/") == 3 * TEN
    assert Mail.objects.filter(recipient=case.provider, state=MailState.BUNDLED).count() == TEN - 1


def test_what_happens_after_the_mail_went_out_makes_another(settings):
    case = busy_provider(2)
    with mail_server(settings) as server:
        sent_to_all()
        accept(make_match(offer=case.match.offer, cluster=case.cluster), by=case.broker)
        sent_to_all()
    assert server.recipients[case.provider.email] == 2


def test_only_the_first_of_a_person_s_events_is_handed_to_a_worker():
    case = busy_provider(3)
    handed = Mail.objects.filter(pk__in=queue_due_mails(), recipient=case.provider)
    assert handed.count() == 1


def test_a_bundle_leaves_out_what_was_settled_meanwhile(settings):
    case = busy_provider(3)
    first, second, third = case.match.offer.matches.order_by("pk")
    second.need.close(State.MET_ELSEWHERE)
    answer(third.asks.get(side="offer"), Answer.YES, by=case.provider)
    with mail_server(settings) as server:
        sent_to_all()
    (message,) = [found for found, to in server.received if to == [case.provider.email]]
    assert message["Subject"].startswith(first.offer.reference)
    assert "more" not in message["Subject"]
    assert text_of(message).count("/answer/") == 3


def test_a_bundle_of_which_nothing_holds_any_more_is_no_mail(settings):
    case = busy_provider(2)
    case.match.offer.close(State.WITHDRAWN)
    with mail_server(settings) as server:
        sent_to_all()
    assert not server.received
    assert set(Mail.objects.filter(recipient=case.provider).values_list("state", flat=True)) == {"dropped", "bundled"}


def test_a_bundle_that_has_to_wait_goes_out_whole_later(settings):
    case = busy_provider(3)
    with mail_server(settings, busy=9) as server:
        sent_to_all()
        server.busy = 0
        time_passes(10)
        sent_to_all()
    assert server.recipients[case.provider.email] == 1
    (message,) = [found for found, to in server.received if to == [case.provider.email]]
    assert "and 2 more" in message["Subject"]


def test_different_kinds_share_a_mail_that_can_be_left_at_once(settings):
    case = make_case()
    case.match.offer.publish(until=timezone.localdate() + timedelta(days=3))
    accept(case.match, by=case.broker)
    announce_expiry()
    with mail_server(settings) as server:
        sent_to_all()
    (message,) = [found for found, to in server.received if to == [case.provider.email]]
    assert "Do you still offer this?" in text_of(message)
    assert "Would you like to meet this company?" in text_of(message)


def test_a_group_that_was_left_is_left_out_at_the_moment_of_sending(settings):
    case = make_case()
    case.match.offer.publish(until=timezone.localdate() + timedelta(days=3))
    accept(case.match, by=case.broker)
    announce_expiry()
    leave(case.provider, [MailGroup.QUESTIONS])
    message = read(Mail.objects.filter(recipient=case.provider, kind=MailKind.EXPIRY).get())
    assert "Do you still offer this?" in text_of(message)
    assert read(Mail.objects.get(recipient=case.provider, kind=MailKind.ASK)) is None
    OptOut.objects.all().delete()
    assert read(Mail.objects.get(recipient=case.provider, kind=MailKind.ASK))


def test_a_question_that_waited_for_its_reminder_is_told_once(settings):
    case = busy_provider(1)
    question = Mail.objects.get(recipient=case.provider)
    Mail.objects.create(key="r", kind=MailKind.REMINDER, recipient=case.provider, ask=question.ask)
    with mail_server(settings) as server:
        sent_to_all()
    (message,) = [found for found, to in server.received if to == [case.provider.email]]
    assert text_of(message).count("/answer/") == 3
    assert "once more" in text_of(message)


@pytest.mark.parametrize("visibility", ["public", "anonymous"])
def test_a_question_to_a_side_promises_of_names_only_what_it_keeps(visibility):
    """The name of the organisation of a public text stands in the same mail."""
    case = make_case(need={"visibility": visibility})
    accept(case.match, by=case.broker)
    message = text_of(read(Mail.objects.get(kind=MailKind.ASK, recipient=case.provider)))
    assert (case.match.need.organisation.name in message) == (visibility == "public")
    assert "neither side gets the name or e-mail address of a person of the other" in " ".join(message.split())
    assert case.seeker.email not in message


def test_every_event_can_be_left_with_one_click():
    case = busy_provider(1)
    message = read(Mail.objects.get(recipient=case.provider))
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].strip().strip("<>") in text_of(message)


# A side without people


def test_the_broker_is_told_when_a_side_has_nobody_to_be_asked():
    broker = make_user()
    cluster = make_cluster(brokers=(broker,))
    match = make_match(need=make_need(), cluster=cluster)
    accept(match, by=broker)
    warned = Mail.objects.filter(recipient=broker, kind=MailKind.NOBODY)
    assert warned.count() == 2
    message = read(warned.first())
    assert "Nobody there can be asked" in text_of(message)
    assert "INVALID" not in html_of(message)
    somebody = make_user()
    Membership.objects.create(user=somebody, organisation=match.need.organisation, state=APPROVED)
    assert [read(mail) is None for mail in warned.order_by("pk")] == [True, False]


# Requests to join


def approver_and_applicant():
    owner, applicant = make_user(name="Olga Owner"), make_user(name="Anna Applicant")
    organisation = make_organisation(people=(owner,), name="Brezel (demo)")
    request = Membership.objects.create(user=applicant, organisation=organisation)
    return owner, applicant, request


def test_a_request_to_join_is_mailed_to_those_who_can_approve_and_the_decision_to_whoever_asked():
    owner, applicant, request = approver_and_applicant()
    assert [announce_admissions(), announce_admissions()] == [1, 0]
    mail = Mail.objects.get(recipient=owner)
    message = read(mail)
    assert message["Subject"] == "Anna Applicant asks to join Brezel (demo)"
    assert "/admissions/" in text_of(message)
    request.approve(by=owner)
    assert read(mail) is None
    assert announce_admissions() == 1
    assert "You have been let in: Brezel (demo)" in read(Mail.objects.get(recipient=applicant))["Subject"]


def test_a_declined_request_is_told_to_whoever_asked_and_to_nobody_else():
    owner, applicant, request = approver_and_applicant()
    request.decline(by=owner)
    announce_admissions()
    (mail,) = Mail.objects.all()
    assert mail.recipient == applicant
    assert "was declined" in read(mail)["Subject"]


def test_a_founder_is_told_nothing_and_an_old_request_is_no_news():
    founder = make_user()
    make_organisation(people=(founder,))
    _owner, _applicant, request = approver_and_applicant()
    Membership.objects.filter(pk=request.pk).update(requested_at=timezone.now() - timedelta(days=30))
    assert announce_admissions() == 0


def test_a_cluster_s_brokers_are_asked_about_members_and_about_brokers():
    broker, member, applicant = make_user(), make_user(), make_user()
    cluster = make_cluster(brokers=(broker,))
    ClusterMembership.objects.create(organisation=make_organisation(people=(member,)), cluster=cluster)
    Brokership.objects.create(user=applicant, cluster=cluster)
    assert announce_admissions() == 2
    texts = [text_of(read(mail)) for mail in Mail.objects.filter(recipient=broker).order_by("pk")]
    assert "asks to become a member of" in texts[0]
    assert "asks to become a broker of" in texts[1]


def test_a_request_that_nobody_could_decide_goes_to_the_staff():
    staff = make_user(is_staff=True)
    Membership.objects.create(user=make_user(), organisation=make_organisation())
    announce_admissions()
    assert Mail.objects.get().recipient == staff


# Addresses that come back


def test_an_address_the_server_does_not_know_gets_nothing_more_and_the_broker_is_told(settings):
    case = make_case()
    accept(case.match, by=case.broker)
    with mail_server(settings, refused=[case.seeker.email]):
        assert send(Mail.objects.get(recipient=case.seeker).pk) == MailState.FAILED
    assert SilencedAddress.objects.of(case.seeker.email).exists()
    warning = read(Mail.objects.get(kind=MailKind.SILENCED, recipient=case.broker))
    assert case.seeker.email in text_of(warning)
    again = Mail.objects.create(key="again", kind=MailKind.ASK, recipient=case.seeker, ask=case.match.asks.first())
    with mail_server(settings) as server:
        assert send(again.pk) == MailState.DROPPED
    assert not server.received
    assert speak_again(case.seeker.email.upper())
    assert read(Mail.objects.get(kind=MailKind.SILENCED)) is None


def test_a_complaint_is_told_to_the_broker_once():
    case = make_case()
    assert [silence(case.seeker.email, "complaint"), silence(case.seeker.email, "complaint")] == [True, False]
    assert "unwanted" in text_of(read(Mail.objects.get(kind=MailKind.SILENCED)))


def test_the_operator_sees_silenced_addresses_and_lets_one_be_written_to_again(capsys):
    silence("kim@firm.example", "bounce", "550 5.1.1 unknown")
    call_command("mails", silenced=True)
    assert "kim@firm.example  bounce" in capsys.readouterr().out
    call_command("mails", write_again="Kim@firm.example")
    assert not SilencedAddress.objects.exists()
    with pytest.raises(CommandError, match="--silenced"):
        call_command("mails", write_again="Kim@firm.example")


def test_a_new_address_is_written_to():
    case = make_case()
    accept(case.match, by=case.broker)
    silence(case.seeker.email, "bounce")
    mail = Mail.objects.get(recipient=case.seeker)
    assert read(mail) is None
    case.seeker.email = "new@firm.example"
    case.seeker.save()
    assert read(Mail.objects.get(pk=mail.pk))


def test_the_offer_s_own_people_are_not_told_of_what_no_broker_accepted():
    case = make_case(offer={"valid_until": timezone.localdate() + timedelta(days=3)})
    make_offer(organisation=case.match.offer.organisation)
    announce_expiry()
    message = read(Mail.objects.get(recipient=case.provider))
    assert case.match.need.title not in text_of(message)
