"""Headers of every mail: whole and harmless, whatever people have written into names, titles and searches."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from catalog.models import Need, Offer
from matchmaking.codes import Answer
from matchmaking.composing import compose
from matchmaking.expiry import announce_expiry
from matchmaking.introductions import answer
from matchmaking.letters import Letter, Reader, message_of
from matchmaking.models import Mail, MailKind
from matchmaking.reviewing import accept
from tests.factories import make_case, make_match
from tests.matchmaking.mail_reading import read

pytestmark = pytest.mark.django_db

EVIL = "Dough\r\nBcc: victim@firm.example\r\n\r\n<script>"
ALLOWED = {
    "subject", "from", "to", "cc", "reply-to", "date", "message-id", "mime-version", "content-type", "auto-submitted",
    "content-language", "list-unsubscribe", "list-unsubscribe-post", "in-reply-to", "references",
}  # fmt: skip


def sent(subject, name):
    """A mail to somebody of this name, as it would go over the wire."""
    letter = Letter("introduction", subject, INTRODUCTION, [Reader(name, "sam@firm.example")])
    mail = Mail(pk=1, key="fuzz", kind=MailKind.INTRODUCTION, created_at=timezone.now())
    return message_of(letter, mail).message().as_bytes(linesep="\r\n")


INTRODUCTION = {"introduction": type("Draft", (), {"message": "Hello", "match": None}), "broker": None, "blocks": []}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.text(max_size=300), st.text(max_size=120))
@example(EVIL, EVIL)
@example("a" * 998, "ä" * 120)
@example("\u2028\u2029\x0b\x0c\x1c\x1d\x1e\x85 Bcc: a@b.example", '"; <x@y.example>, ')
@example("=?utf-8?q?=0D=0ABcc:_a@b.example?=", "=?utf-8?q?=0D=0ABcc:_a@b.example?=")
def test_no_text_of_a_person_makes_or_breaks_a_header(subject, name):
    raw = sent(subject, name)
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))  # RFC 5322, 2.1.1
    assert head.isascii()
    message = message_from_bytes(raw, policy=default)
    assert {key.lower() for key in message} <= ALLOWED
    assert len(message.keys()) == len(set(message.keys()))
    assert [one.addr_spec for one in message["To"].addresses] == ["sam@firm.example"]
    assert message["Bcc"] is None
    assert not message.defects


def evil_case():
    """Everything that a person may write says something evil."""
    case = make_case(need={"title": EVIL}, offer={"title": EVIL})
    User.objects.update(name=EVIL)
    for organisation in (case.match.need.organisation, case.match.offer.organisation):
        organisation.name = f"{EVIL} {organisation.pk}"
        organisation.save()
    return case


def every_mail():
    """A mail of every kind that is about a case."""
    case = evil_case()
    accept(case.match, by=case.broker)
    for model in (Need, Offer):
        model.objects.update(valid_until=timezone.localdate())
    announce_expiry()
    for ask in case.match.asks.all():
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    make_match(need=case.match.need, cluster=case.cluster)
    for person in (case.seeker, case.broker):
        Mail.objects.create(key=f"digest:{person.pk}:2026-11-24", kind=MailKind.DIGEST, recipient=person)
    return [message for mail in Mail.objects.all() if (message := read(mail))]


def test_every_kind_of_mail_has_its_headers_once_and_nobody_else_s():
    messages = every_mail()
    assert len(messages) >= 4
    for message in messages:
        assert {key.lower() for key in message} <= ALLOWED
        assert message["Bcc"] is None
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Date"].datetime
        assert message["Message-ID"].strip().endswith("@localhost>")
        assert message["MIME-Version"] == "1.0"
        for part in message.walk():
            if part.get_content_maintype() == "text":
                assert part.get_content_charset() == "utf-8"
        assert "<script>" not in message.get_body(("html",)).get_content()


def test_every_mail_but_the_introduction_can_be_left():
    for message in every_mail():
        is_introduction = message["Cc"] is not None
        assert ("List-Unsubscribe" in message) != is_introduction
        assert ("List-Unsubscribe-Post" in message) != is_introduction


def test_an_introduction_stands_below_the_questions_of_its_case():
    case = make_case()
    accept(case.match, by=case.broker)
    questions = {read(mail)["Message-ID"].strip() for mail in Mail.objects.filter(kind=MailKind.ASK)}
    for ask in case.match.asks.all():
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    introduction = read(Mail.objects.get(kind=MailKind.INTRODUCTION))
    assert set(introduction["References"].split()) == questions
    assert introduction["In-Reply-To"].strip() in questions


def test_the_message_id_stays_the_same_for_every_attempt():
    case = make_case()
    accept(case.match, by=case.broker)
    mail = Mail.objects.first()
    ids = {compose(mail).extra_headers["Message-ID"] for _ in range(2)}
    assert len(ids) == 1
    assert isinstance(compose(mail), EmailMessage)
