"""Every kind of mail in every language of the interface: its own words, days and plural forms, nothing left in
English but the texts of needs and offers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, override

from accounts.models import Brokership, ClusterMembership, Membership, User
from catalog.clients import Contact
from matchmaking import clients, questions, rewordings
from matchmaking.admissions import announce_admissions
from matchmaking.codes import Answer, Topic
from matchmaking.consent import silence
from matchmaking.expiry import announce_expiry
from matchmaking.follow_ups import ask_how_it_went
from matchmaking.handover import hand_over
from matchmaking.introductions import answer, remind_silent_sides
from matchmaking.message_files import read as read_catalogue
from matchmaking.models import Ask, Introduction, Mail, MailKind, SavedSearch
from matchmaking.models import Case as MatchCase
from matchmaking.reviewing import accept
from matchmaking.saved_searches import open_due_searches, save
from matchmaking.searching import Search
from tests.factories import make_case, make_cluster, make_match, make_need, make_offer, make_organisation, make_user
from tests.matchmaking.mail_reading import html_of, read, text_of
from tests.sampling import sampled

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
ENGLISH_QUOTES = re.compile("“[^„“”]*”")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PAIR = {"need": "Der Teig bleibt übrig.", "offer": "Le logiciel prévoit la demande.", "score": 0.6}
REASONS = [{"code": "shared_words", "params": {"words": ["Teig", "Brot"]}, "weight": 0.5}]
NEED = {"title": "Weniger Teig wegwerfen", "description": PAIR["need"], "language": "de"}
OFFER = {"title": "Prévisions pour boulangeries", "description": PAIR["offer"], "language": "fr"}


@pytest.fixture(params=sampled(LANGUAGES, 1))
def language(request):
    return request.param


def german_case(**overrides):
    return make_case(**({"need": NEED, "offer": OFFER, "bridge": [PAIR], "reasons": REASONS} | overrides))


def owe_every_kind(language):
    """One mail of each kind at least, to people who read `language`."""
    case = german_case(need=NEED | {"valid_until": timezone.localdate() + timedelta(days=3)})
    introduced, silenced = german_case(), german_case()
    lonely = make_match(need=make_need(**NEED), offer=make_offer(**OFFER), cluster=case.cluster)
    User.objects.update(language=language, date_joined=LONG_AGO)
    for match, broker in ((case.match, case.broker), (introduced.match, introduced.broker), (lonely, case.broker)):
        accept(match, by=broker)
    ask_each_other(case)
    Ask.objects.filter(match=case.match).update(remind_at=timezone.now() - timedelta(hours=1))
    remind_silent_sides()
    announce_expiry()
    say_yes(introduced)
    Introduction.objects.update(introduced_at=timezone.now() - timedelta(days=200))
    ask_how_it_went()
    hand_on(introduced, language)
    ask_to_come_in(case, language)
    silence(silenced.seeker.email, "bounce")
    search_for(case, language)
    ask_client(case, language)
    rewordings.propose(case.match.need, {"title": NEED["title"], "description": "Der Teig."}, by=case.broker)
    Mail.objects.create(key=f"digest:{case.broker.pk}:2026-11-24", kind=MailKind.DIGEST, recipient=case.broker)
    Mail.objects.create(key=f"digest:{case.seeker.pk}:2026-11-24", kind=MailKind.DIGEST, recipient=case.seeker)


def ask_each_other(case):
    """One question that is answered and one that waits."""
    asked = [questions.ask(case.match, "need", topic, "", by=case.seeker) for topic in (Topic.COST, Topic.PAYBACK)]
    assert questions.answer(asked[0], "900 € im Monat", by=case.provider)


def say_yes(case):
    for ask in case.match.asks.all():
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)


def hand_on(case, language):
    """To a cluster with which that of the case is linked."""
    near = make_cluster(brokers=(make_user(language=language),), linked=(case.cluster,))
    hand_over(MatchCase.objects.get(match=case.match), near, by=case.broker, seen=0)


def ask_to_come_in(case, language):
    stranger, member = make_user(language=language), make_user(language=language)
    Membership.objects.create(user=stranger, organisation=case.match.need.organisation)
    organisation = make_organisation(people=(member,))
    ClusterMembership.objects.create(organisation=organisation, cluster=case.cluster)
    Brokership.objects.create(user=stranger, cluster=case.cluster)
    announce_admissions()


def search_for(case, language):
    france = Search("offer", "", language, {"country": "FR"})
    save(case.broker, france, "Frankreich", "weekly", {})
    save(case.broker, france, "Frankreich", "weekly", {"client_email": "k@firm.example", "client_language": language})
    SavedSearch.objects.update(created_at=WEDNESDAY - timedelta(days=14))
    new = {
        "created_at": WEDNESDAY - timedelta(days=1),
        "organisation": make_organisation(country="FR", name="Fournil"),
    }
    make_offer(**(OFFER | new))
    open_due_searches(WEDNESDAY)


def ask_client(case, language):
    organisation = make_organisation(name="Fournil", clusters=(case.cluster,))
    draft = make_need(**NEED, organisation=organisation, author=case.broker, state="draft")
    clients.ask(draft, Contact("Karl", "karl@firm.example", language), by=case.broker)


def english_sentences(language):
    """Texts of three words or more that read otherwise in this language."""
    with override(language):
        texts = {message.id for message in read_catalogue(language) if isinstance(message.id, str)}
        return {text for text in texts if len(text.split()) > 2 and "%" not in text and gettext(text) != text}


def test_every_kind_of_mail_speaks_its_reader_s_language(language):
    owe_every_kind(language)
    told, english = set(), english_sentences(language)
    for mail in Mail.objects.select_related("recipient").order_by("pk"):
        message = read(mail)
        if message is None:
            continue
        told.add(mail.kind)
        assert message["Content-Language"] == language
        for words in (message["Subject"], text_of(message), html_of(message)):
            assert not {sentence for sentence in english if sentence in words}, mail.kind
            assert not ENGLISH_QUOTES.search(words), mail.kind
    assert told == set(MailKind.values)


DAYS = {
    "de": "3. Dezember 2027",
    "fr": "3 décembre 2027",
    "es": "3 de diciembre de 2027",
    "it": "3 dicembre 2027",
    "pl": "3 grudnia 2027",
}


def test_days_are_written_out_as_in_the_language(language):
    with override(language):
        assert date_format(datetime(2027, 12, 3, tzinfo=UTC)) == DAYS[language]


PARTNERS = {
    "de": {1: "1 möglicher Partner", 2: "2 mögliche Partner", 5: "5 mögliche Partner"},
    "fr": {1: "1 partenaire possible", 2: "2 partenaires possibles", 5: "5 partenaires possibles"},
    "es": {1: "1 posible socio", 2: "2 posibles socios", 5: "5 posibles socios"},
    "it": {1: "1 possibile partner", 2: "2 possibili partner", 5: "5 possibili partner"},
    "pl": {1: "1 możliwy partner", 2: "2 możliwych partnerów", 5: "5 możliwych partnerów"},
}


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_subject_of_a_digest_counts_as_the_language_does(language, count):
    case = german_case()
    for _number in range(count - 1):
        make_match(need=case.match.need, offer=make_offer(**OFFER), cluster=case.cluster)
    User.objects.update(language=language, date_joined=LONG_AGO)
    mail = Mail.objects.create(
        key=f"digest:{case.seeker.pk}:2026-11-24", kind=MailKind.DIGEST, recipient_id=case.seeker.pk
    )
    assert PARTNERS[language][count] in read(mail)["Subject"]
