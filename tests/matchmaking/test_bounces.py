"""Mail through a provider: what its errors mean, and what it tells of bounces and complaints."""

import base64
import json

import pytest
import requests
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused, AnymailRequestsAPIError
from anymail.signals import AnymailTrackingEvent, tracking
from urllib3.exceptions import ProtocolError

from matchmaking import mailing
from matchmaking.consent import left_groups
from matchmaking.failures import is_no_address, is_permanent, is_unknown
from matchmaking.mailing import send
from matchmaking.models import Mail, MailKind, MailState, SilencedAddress
from matchmaking.reviewing import accept
from tests.factories import make_case

pytestmark = pytest.mark.django_db

SECRET = "postmark:a-long-secret"
BOUNCE = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "TypeCode": 1,
    "Email": "",
    "ID": 1,
    "MessageID": "00000000-0000-0000-0000-000000000000",
    "BouncedAt": "2026-11-23T03:00:00Z",
    "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    "Details": "550 5.1.1 no such user",
}


def tell(**fields):
    defaults = {"event_type": "bounced", "reject_reason": None, "mta_response": "550 5.1.1"}
    tracking.send(object, event=AnymailTrackingEvent(**(defaults | fields)), esp_name="Test")


def post(client, address, secret):
    headers = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}
    body = json.dumps(BOUNCE | {"Email": address})
    return client.post("/anymail/postmark/tracking/", body, content_type="application/json", headers=headers)


def test_a_bounce_told_by_a_provider_silences_the_address_and_tells_the_broker(client, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    case = make_case()
    assert post(client, case.seeker.email.upper(), SECRET).status_code == 200
    assert SilencedAddress.objects.get().address == case.seeker.email
    assert Mail.objects.get(kind=MailKind.SILENCED).recipient == case.broker


def test_nobody_without_the_secret_silences_an_address(client):
    case = make_case()
    assert post(client, case.seeker.email, SECRET).status_code == 400
    assert not SilencedAddress.objects.exists()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"event_type": "bounced", "reject_reason": "bounced"}, "bounce"),
        ({"event_type": "rejected", "reject_reason": "invalid"}, "bounce"),
        ({"event_type": "complained"}, "complaint"),
        ({"event_type": "rejected", "reject_reason": "spam"}, "complaint"),
        ({"event_type": "deferred"}, None),
        ({"event_type": "bounced", "reject_reason": "timed_out"}, None),
        ({"event_type": "delivered"}, None),
        ({"event_type": "opened"}, None),
    ],
)
def test_only_what_lasts_silences(told, why):
    case = make_case()
    tell(recipient=case.seeker.email, **told)
    assert list(SilencedAddress.objects.values_list("why", flat=True)) == ([why] if why else [])


def test_leaving_by_the_provider_s_own_link_is_leaving():
    case = make_case()
    tell(event_type="unsubscribed", recipient=case.seeker.email)
    case.seeker.refresh_from_db()
    assert "digest" in left_groups(case.seeker)
    assert not SilencedAddress.objects.exists()


def answer_of(status):
    response = requests.Response()
    response.status_code = status
    return response


def broken_off():
    error = type("Broken", (AnymailRequestsAPIError, requests.ConnectionError), {})("broken off")
    error.__cause__ = requests.ConnectionError(ProtocolError("Connection aborted."))
    return error


def silent():
    return type("Silent", (AnymailRequestsAPIError, requests.ReadTimeout), {})("no answer")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (AnymailRequestsAPIError("no", response=answer_of(422)), MailState.FAILED),
        (AnymailRequestsAPIError("too many", response=answer_of(429)), MailState.DUE),
        (AnymailRequestsAPIError("wrong key", response=answer_of(401)), MailState.DUE),
        (AnymailRequestsAPIError("down", response=answer_of(500)), MailState.DUE),
        (AnymailRequestsAPIError("gateway", response=answer_of(504)), MailState.IN_DOUBT),
        (AnymailRecipientsRefused(), MailState.FAILED),
        (silent(), MailState.IN_DOUBT),
        (broken_off(), MailState.IN_DOUBT),
        (type("Refused", (AnymailRequestsAPIError, requests.ConnectTimeout), {})("no line"), MailState.DUE),
    ],
    ids=["422", "429", "401", "500", "504", "recipients", "silent", "broken off", "no line"],
)
def test_a_provider_s_error_decides_whether_it_is_tried_again(monkeypatch, error, state):
    case = make_case()
    accept(case.match, by=case.broker)

    def fail(self):
        raise error

    monkeypatch.setattr(mailing.EmailMessage, "send", fail)
    assert send(Mail.objects.get(recipient=case.seeker).pk) == state


def test_a_full_mailbox_is_an_address_and_an_unknown_one_is_not():
    assert is_no_address(550, b"5.1.1 no such user")
    assert is_no_address(550, b"No such user here")
    assert not is_no_address(552, b"5.2.2 mailbox full")
    assert not is_no_address(550, b"5.7.1 we do not like you")
    assert not is_no_address(451, b"4.3.0 later")


def test_other_errors_are_neither():
    assert not is_permanent(AnymailAPIError("no answer at all"))
    assert not is_unknown(OSError("no route"))
