"""What the mails about one case say, to whom, in which language, and what they must not tell."""

import struct
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.codes import State
from catalog.models import Need
from matchmaking import expiry
from matchmaking.codes import Answer, Reason
from matchmaking.expiry import announce_expiry
from matchmaking.introductions import answer, remind_silent_sides
from matchmaking.models import Ask, Mail, MailKind
from matchmaking.reviewing import accept
from tests.factories import make_case, make_need, make_organisation, make_user
from tests.matchmaking.mail_reading import html_of, link_to, read, text_of

pytestmark = pytest.mark.django_db

BRIDGE = [
    {"need": "We throw away a third of the dough.", "offer": "Our software forecasts the demand.", "score": 0.6},
    {"need": "Nobody knows how much to bake.", "offer": "Brezel & Sohn GmbH saved 12 %.", "score": 0.5},
]


@pytest.fixture(autouse=True)
def no_invalid_variable(settings):
    """A template that asks for what is not there shows it."""
    settings.TEMPLATES = [
        template | {"OPTIONS": template["OPTIONS"] | {"string_if_invalid": "INVALID(%s)"}}
        for template in settings.TEMPLATES
    ]


@pytest.fixture
def three_languages(settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]


def asked_case(**overrides):
    case = make_case(**overrides)
    accept(case.match, by=case.broker)
    return case


def mail_to(person, kind=MailKind.ASK):
    return Mail.objects.get(recipient=person, kind=kind)


def introduced_case(**overrides):
    case = asked_case(**overrides)
    for ask in case.match.asks.all():
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    return case


def test_a_question_shows_the_other_side_why_and_three_answers():
    case = asked_case(bridge=BRIDGE[:1])
    message = read(mail_to(case.seeker))
    assert message["Subject"].startswith(f"{case.match.need.reference}: ")
    for part in (text_of(message), html_of(message)):
        assert case.match.offer.title in part
        assert BRIDGE[0]["need"] in part
        assert BRIDGE[0]["offer"] in part
        assert part.count("/answer/") == 3
        assert "INVALID" not in part


@pytest.mark.parametrize("visibility", ["anonymous", "network"])
def test_a_question_names_nobody_while_both_sides_are_anonymous(visibility):
    name = "Brezel & Sohn GmbH"
    organisation = make_organisation(name=name, website="https://brezel.example")
    offer = {
        "visibility": visibility,
        "organisation": organisation,
        "title": "Forecasts by Brezel & Sohn",
        "description": "Brezel & Sohn GmbH forecasts. See www.brezel.example or call +49 40 1234567.",
    }
    case = asked_case(offer=offer, bridge=BRIDGE)
    message = read(mail_to(case.seeker))
    whole = message.as_string() + text_of(message) + html_of(message)
    for secret in ("Brezel", "brezel.example", "1234567", case.provider.email):
        assert secret not in whole


def test_each_side_is_written_to_in_its_language(three_languages):
    case = make_case()
    case.provider.language = "de"
    case.provider.save()
    accept(case.match, by=case.broker)
    german, english = read(mail_to(case.provider)), read(mail_to(case.seeker))
    assert (german["Content-Language"], english["Content-Language"]) == ("de", "en")
    assert 'lang="de"' in html_of(german)


def test_a_person_whose_language_the_interface_lacks_gets_the_installation_s_own():
    case = make_case()
    case.provider.language = "mt"
    case.provider.save()
    accept(case.match, by=case.broker)
    assert read(mail_to(case.provider))["Content-Language"] == "en"


def test_a_language_changed_while_the_mail_waits_counts(three_languages):
    case = asked_case()
    case.seeker.language = "fr"
    case.seeker.save()
    assert read(mail_to(case.seeker))["Content-Language"] == "fr"


def test_a_mail_carries_what_other_mail_programs_expect():
    case = asked_case()
    first, again = read(mail_to(case.seeker)), read(mail_to(case.seeker))
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == again["Message-ID"]
    assert first["Date"]
    assert first.get_content_type() == "multipart/alternative"
    assert [part.get_content_charset() for part in first.iter_parts()] == ["utf-8", "utf-8"]


@pytest.mark.parametrize(
    "evil", ["Dough\r\nBcc: victim@firm.example", "Dough\nX-Evil: 1\n\nbody", "Dough\x0b\u2028Bcc: a@b.example"]
)
def test_no_header_can_be_smuggled_in_through_a_title_or_a_name(evil):
    case = make_case(need={"title": evil})
    case.seeker.name = evil
    case.seeker.save()
    accept(case.match, by=case.broker)
    message = read(mail_to(case.seeker))
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert [address.addr_spec for address in message["To"].addresses] == [case.seeker.email]


def test_an_endless_title_makes_no_endless_subject():
    case = asked_case(need={"title": "ä" * 256})
    assert len(read(mail_to(case.seeker))["Subject"]) <= 150


def test_a_reminder_stands_below_the_question_it_repeats():
    case = asked_case()
    Ask.objects.update(remind_at=timezone.now() - timedelta(hours=1))
    remind_silent_sides()
    question, reminder = read(mail_to(case.seeker)), read(mail_to(case.seeker, MailKind.REMINDER))
    assert reminder["In-Reply-To"] == question["Message-ID"]
    assert "once more" in text_of(reminder)


def test_an_introduction_goes_to_both_sides_with_the_broker_in_copy_and_a_reply_reaches_all():
    case = introduced_case()
    message = read(Mail.objects.get(kind=MailKind.INTRODUCTION))
    both = {case.seeker.email, case.provider.email}
    assert {address.addr_spec for address in message["To"].addresses} == both
    assert [address.addr_spec for address in message["Cc"].addresses] == [case.broker.email]
    assert {address.addr_spec for address in message["Reply-To"].addresses} == both | {case.broker.email}
    assert case.match.need.reference in message["Subject"]
    assert case.match.offer.reference in message["Subject"]
    for part in (text_of(message), html_of(message)):
        assert case.match.need.organisation.name in part
        assert case.match.offer.organisation.name in part
        assert "INVALID" not in part


def write_catalogue(folder, words):
    """A compiled catalogue as gettext reads it: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html"""
    pairs = sorted(({"": "Content-Type: text/plain; charset=UTF-8\n"} | words).items())
    texts = [text.encode() for pair in zip(*pairs, strict=True) for text in pair]
    tables, at = b"", 28 + 8 * len(texts)
    for text in texts:
        tables += struct.pack("<II", len(text), at)
        at += len(text) + 1
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(header + tables + b"".join(text + b"\0" for text in texts))


def introduction_of_a_german_and_an_english_side():
    case = make_case()
    case.provider.language = "de"
    case.provider.save()
    accept(case.match, by=case.broker)
    for ask in case.match.asks.all():
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    return case, read(Mail.objects.get(kind=MailKind.INTRODUCTION))


def test_an_introduction_repeats_nothing_where_both_languages_read_the_same(three_languages, settings):
    settings.LOCALE_PATHS = []
    case, message = introduction_of_a_german_and_an_english_side()
    assert text_of(message).count(case.provider.email) == 1
    assert html_of(message).count(f"mailto:{case.provider.email}") == 1


def test_an_introduction_speaks_the_languages_of_both_sides(three_languages, settings, tmp_path):
    write_catalogue(tmp_path / "de" / "LC_MESSAGES", {"Who is who": "Wer ist wer"})
    settings.LOCALE_PATHS = [tmp_path]
    _case, message = introduction_of_a_german_and_an_english_side()
    for part in (text_of(message), html_of(message)):
        assert part.index("Who is who") < part.index("Wer ist wer")


def test_an_introduction_carries_what_the_broker_wrote():
    case = asked_case()
    case.match.introduction.rewrite("Meet <b>on Thursday</b> & bring samples.")
    for ask in case.match.asks.all():
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    message = read(Mail.objects.get(kind=MailKind.INTRODUCTION))
    assert "Meet <b>on Thursday</b> & bring samples." in text_of(message)
    assert "Meet &lt;b&gt;on Thursday&lt;/b&gt; &amp; bring samples." in html_of(message)


@pytest.mark.parametrize("end", [State.MET_ELSEWHERE, State.WITHDRAWN, State.UNMET])
def test_an_introduction_is_not_sent_once_nobody_wants_it_any_more(end):
    case = introduced_case()
    case.match.need.close(end)
    assert read(Mail.objects.get(kind=MailKind.INTRODUCTION)) is None


@pytest.mark.parametrize("end", [State.MET_HERE, State.EXPIRED, State.PAUSED])
def test_an_introduction_to_which_both_agreed_is_sent_though_the_need_is_not_open_any_more(end):
    introduced_case()
    Need.objects.update(state=end)
    assert read(Mail.objects.get(kind=MailKind.INTRODUCTION))


# Notices of expiry


def need_ending_in(days, **overrides):
    person = make_user()
    organisation = make_organisation(people=(person,))
    until = timezone.localdate() + timedelta(days=days)
    return make_need(organisation=organisation, valid_until=until, **overrides), person


def test_a_notice_comes_once_before_the_end_and_again_only_for_another_end():
    need, person = need_ending_in(10)
    need_ending_in(60)
    assert [announce_expiry(), announce_expiry()] == [1, 0]
    message = read(mail_to(person, MailKind.EXPIRY))
    assert message["Subject"].startswith(f"{need.reference}: ")
    assert "INVALID" not in text_of(message) + html_of(message)
    need.publish(until=timezone.localdate() + timedelta(days=12))
    assert read(mail_to(person, MailKind.EXPIRY)) is None
    assert announce_expiry() == 1


def test_what_ends_together_is_announced_some_at_a_time(monkeypatch):
    monkeypatch.setattr(expiry, "BATCH", 2)
    people = [need_ending_in(10)[1] for _ in range(5)]
    make_need(valid_until=timezone.localdate() + timedelta(days=10))  # of nobody who could prolong it
    assert announce_expiry() == 6
    assert all(mail_to(person, MailKind.EXPIRY) for person in people)
    assert announce_expiry() == 1
    assert Mail.objects.filter(kind=MailKind.EXPIRY).count() == 5


def test_no_notice_is_sent_of_a_need_that_was_closed_or_whose_person_left():
    need, person = need_ending_in(10)
    announce_expiry()
    mail = mail_to(person, MailKind.EXPIRY)
    person.memberships.update(state="declined")
    assert read(mail) is None
    person.memberships.update(state="approved")
    need.close(State.UNMET)
    assert read(Mail.objects.get(pk=mail.pk)) is None


# Answering from the mail


def test_following_a_link_changes_nothing_and_the_button_acts(client):
    case = asked_case()
    path = link_to(read(mail_to(case.seeker)), "/answer/")
    page = client.get(path)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert Ask.objects.filter(answer="").count() == 2
    assert client.post(path).status_code == 200
    assert Ask.objects.get(side="need").answer == Answer.YES
    assert client.get(path).status_code == 410


def test_a_no_asks_for_its_reason(client):
    case = asked_case()
    path = "/" + text_of(read(mail_to(case.seeker))).split("because…")[1].split("//")[1].split("/", 1)[1].split()[0]
    assert client.post(path).status_code == 422
    assert client.post(path, {"reason": Reason.TOO_FAR, "note": "Too far"}).status_code == 200
    assert Ask.objects.get(side="need").reason == Reason.TOO_FAR


def test_an_answer_page_needs_its_cookie(case_client):
    case = asked_case()
    path = link_to(read(mail_to(case.seeker)), "/answer/")
    assert case_client.post(path).status_code == 403


@pytest.fixture
def case_client():
    from django.test import Client

    return Client(enforce_csrf_checks=True)


def test_old_broken_and_settled_links_say_so_kindly(client, settings):
    case = asked_case()
    path = link_to(read(mail_to(case.seeker)), "/answer/")
    assert client.get(path[:-4] + "xyz/").status_code == 404
    settings.ANSWER_LINK_DAYS = -1
    assert client.get(path).status_code == 410
    settings.ANSWER_LINK_DAYS = 45
    case.match.need.close(State.MET_HERE)
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410


def test_a_link_of_somebody_who_left_does_nothing(client):
    case = asked_case()
    path = link_to(read(mail_to(case.seeker)), "/answer/")
    case.seeker.memberships.all().delete()
    assert client.post(path).status_code == 410
    case.seeker.is_active = False
    case.seeker.save()
    assert client.get(path).status_code == 410
    assert Ask.objects.filter(answer="").count() == 2


def test_a_link_for_one_purpose_serves_no_other(client):
    case = asked_case()
    token = link_to(read(mail_to(case.seeker)), "/answer/").split("/")[2]
    assert client.post(f"/unsubscribe/{token}/").status_code == 404
