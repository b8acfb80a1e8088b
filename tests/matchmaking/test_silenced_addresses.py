"""Who hears of a side whose people get no mail. How an address is silenced: `test_bounces.py`, `test_events.py`."""

import pytest

from matchmaking.consent import silence, speak_again
from matchmaking.gaps import unanswerable_sides, with_gaps
from matchmaking.models import Mail, MailKind, Match
from matchmaking.reviewing import accept
from tests.factories import APPROVED, make_case, make_cluster, make_user
from tests.matchmaking.mail_reading import read, text_of

pytestmark = pytest.mark.django_db


def unanswerable(case):
    return unanswerable_sides(with_gaps(Match.objects).get(pk=case.match.pk))


def test_the_broker_is_told_of_a_side_that_is_asked_in_vain_because_nobody_of_it_gets_mail():
    case = make_case()
    silence(case.seeker.email, "bounce")
    assert unanswerable(case) == ["need"]
    accept(case.match, by=case.broker)
    warning = Mail.objects.get(kind=MailKind.NOBODY, recipient=case.broker)
    assert f"Nobody at {case.match.need.organisation} can be asked" in read(warning)["Subject"]
    assert speak_again(case.seeker.email)
    assert unanswerable(case) == []
    assert read(warning) is None


def test_a_colleague_whose_address_works_is_asked():
    case = make_case()
    colleague = make_user()
    case.match.need.organisation.memberships.create(user=colleague, state=APPROVED)
    silence(case.seeker.email, "complaint")
    accept(case.match, by=case.broker)
    asked = Mail.objects.filter(kind=MailKind.ASK).values_list("recipient", flat=True)
    assert set(asked) == {colleague.pk, case.provider.pk}
    assert not Mail.objects.filter(kind=MailKind.NOBODY).exists()


def test_the_default_cluster_hears_of_an_address_whose_organisation_is_in_no_cluster():
    case, broker = make_case(), make_user()
    make_cluster(brokers=(broker,), is_default=True)
    silence(case.provider.email, "bounce")
    warning = Mail.objects.get(kind=MailKind.SILENCED)
    assert warning.recipient == broker
    assert case.provider.email in text_of(read(warning))
