"""Every text that people read is marked for translation: whatever gettext gives is put into brackets, and what then
stands on a page or in a mail without them must come from the database."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import chain

import pytest
from django.apps import apps
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from django.utils.translation import trans_real

from accounts.codes import Language
from accounts.models import Membership, User
from matchmaking.codes import Answer, MatchState
from matchmaking.expiry import announce_expiry
from matchmaking.introductions import answer, remind_silent_sides
from matchmaking.message_search import PACKAGES
from matchmaking.models import Ask, Mail, MailKind
from matchmaking.pipeline import begun, cluster_of, save
from matchmaking.reviewing import accept
from tests.factories import make_case, make_match, make_need, make_offer, make_user
from tests.matchmaking.mail_reading import html_of, read, text_of
from tests.sampling import sampled

pytestmark = pytest.mark.django_db

INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")
LETTERS = re.compile(r"[^\W\d_]{2,}")
ADDRESS = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+")
REASONS = [
    {"code": "shared_words", "params": {"words": ["dough", "demand"]}, "weight": 0.5},
    {"code": "meaning_across", "params": {"need_language": "de", "offer_language": "fr"}, "weight": 0.4},
    {"code": "same_country", "params": {"country": "DE"}, "weight": 0.1},
]
# Names, not words: of the site, of languages in themselves, of keys, of formats of files.
SHORT = 3  # codes of languages and countries stand in many words
NAMES = {"Pontis", "EN", *Language.labels, "CSV", "Excel", "JSON", "Lines", "Word"}


@pytest.fixture(autouse=True)
def bracketed(monkeypatch):
    """Django speaking a language in which every text is its English in brackets."""

    def one(_catalogue, message):
        return f"⟦{message.rpartition(chr(4))[2]}⟧"

    def counted(catalogue, singular, plural, number):
        return one(catalogue, singular if number == 1 else plural)

    monkeypatch.setattr(trans_real.DjangoTranslation, "gettext", one)
    monkeypatch.setattr(trans_real.DjangoTranslation, "ngettext", counted)


class Words(HTMLParser):
    """What a page says to eyes and ears."""

    SILENT = ("style", "script", "kbd", "option", "iframe", "textarea")  # code, keys, names, and what people write
    SPOKEN = ("aria-label", "title", "placeholder", "alt")

    def __init__(self, page):
        super().__init__()
        self.said, self.attributes, self.silent = [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.silent += tag in self.SILENT
        self.attributes += [value for name, value in attributes if name in self.SPOKEN and value]

    def handle_endtag(self, tag):
        self.silent -= tag in self.SILENT

    def handle_data(self, text):
        if not self.silent:
            self.said.append(text)


def of_the_database():
    """Every text stored, the longest first, and what is shown of them in short."""
    models = [model for model in apps.get_models() if model._meta.app_label in PACKAGES]
    rows = chain.from_iterable(model.objects.values_list() for model in models)
    return sorted({text for text in texts_in(rows) if LETTERS.search(text)}, key=len, reverse=True)


def texts_in(value):
    """Lists and JSON columns hold texts, too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts_in(value.values())
    elif isinstance(value, Iterable):
        yield from chain.from_iterable(map(texts_in, value))


def unmarked(pieces, stored):
    """The words of these pieces of text that are neither in brackets, which may span several, nor stored."""
    text = "\n".join(piece for piece in pieces if not any(piece.strip() in known for known in stored))
    for known in stored:
        text = text.replace(known, "") if len(known) > SHORT else text
    text = ADDRESS.sub("", text)
    while INNERMOST.search(text):
        text = INNERMOST.sub("", text)
    return {word for word in LETTERS.findall(text) if word not in NAMES}


def assert_all_marked(page, stored):
    words = Words(page)
    assert not unmarked(words.said, stored)
    assert not [one for one in words.attributes if unmarked([one], stored)]


@pytest.fixture
def case():
    pair = {"need": "Nobody knows how much to bake.", "offer": "It saved a fifth.", "score": 0.6}
    return make_case(
        need={"description": f"We throw away dough. {pair['need']}", "ecosystems": ["retail"], "sdgs": [12]},
        offer={"description": f"It forecasts demand. {pair['offer']}", "stage": "market", "cost_band": "under_5k"},
        bridge=[pair],
        reasons=REASONS,
        state=MatchState.PROPOSED,
        components={"agreement": 0.61},
    )


OTHERS = ("admin/", "api/", "dev/", "language/", "healthz", "anymail/")  # for operators, machines and developers


def addresses(patterns=None, prefix="/"):
    """Every address of the site without a number or name in it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = str(pattern.pattern)
        if route.startswith(OTHERS) or not re.fullmatch(r"[\w/.-]*", route):
            continue
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, prefix + route)
        else:
            yield prefix + route


def assert_pages_are_marked(person, pages):
    """Those of the pages that this person may see."""
    client, stored, seen = Client(), of_the_database(), 0
    if person:
        client.force_login(person)
    for address in pages:
        page = client.get(address)
        if page.headers.get("Content-Type", "").startswith("text/html") and page.text:
            assert_all_marked(page.text, stored)
            seen += 1
    return seen


@pytest.mark.parametrize("person", ["visitor", "seeker", "broker"])
def test_every_page_reads_marked_texts_only(case, person):
    make_need(organisation=case.match.need.organisation, state="draft")
    Membership.objects.create(user=make_user(), organisation=case.match.need.organisation)
    pages = [address for address in addresses() if "logout" not in address]
    assert {"/", "/needs/new/", "/queue/", "/profile/", "/accounts/login/"} <= set(pages)
    assert assert_pages_are_marked(getattr(case, person, None), [*pages, "/nowhere/"]) > 5


@pytest.mark.parametrize("stage", sampled(["proposed", "asked", "introduced"], 1))
def test_a_case_reads_marked_texts_only_at_every_stage(case, stage):
    if stage != "proposed":
        accept(case.match, by=case.broker)
    if stage == "introduced":
        say_yes(case)
    match, need, offer = case.match, case.match.need, case.match.offer
    seekers = [f"/needs/{need.pk}/", f"/needs/{need.pk}/edit/", f"/organisations/{need.organisation_id}/"]
    seekers.append(f"/organisations/{need.organisation_id}/edit/")
    lists = [f"/queue/?list={name}" for name in ("waiting", "asked", "introduced", "silent", "parked")]
    pages = {case.seeker: seekers, case.provider: [f"/offers/{offer.pk}/", f"/offers/{offer.pk}/edit/"]}
    for person, own in (pages | {case.broker: lists}).items():
        assert assert_pages_are_marked(person, ["/", f"/matches/{match.pk}/", *own]) == 2 + len(own)


def say_yes(case):
    for ask in case.match.asks.all():
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)


def test_what_a_form_complains_about_is_marked(client, case):
    client.force_login(case.seeker)
    pages = [client.post("/needs/new/", {"publish": ""}), client.post("/profile/", {})]
    client.force_login(case.broker)
    pages += [client.post(f"/matches/{case.match.pk}/{what}/", {}) for what in ("reject", "park")]
    for page in pages:
        assert_all_marked(page.text, of_the_database())


def assert_mail_is_marked(mail):
    message, stored = read(mail), of_the_database()
    assert_all_marked(html_of(message), stored)
    assert not unmarked(text_of(message).splitlines(), stored)
    assert not unmarked([message["Subject"]], stored)


def test_every_event_mail_is_marked(case):
    accept(case.match, by=case.broker)
    Ask.objects.update(remind_at=timezone.now() - timedelta(hours=1))
    remind_silent_sides()
    case.match.need.valid_until = timezone.localdate() + timedelta(days=3)
    case.match.need.save(update_fields=["valid_until"])
    announce_expiry()
    mails = list(Mail.objects.filter(kind__in=[MailKind.ASK, MailKind.REMINDER, MailKind.EXPIRY]))
    assert {mail.kind for mail in mails} == {MailKind.ASK, MailKind.REMINDER, MailKind.EXPIRY}
    for mail in mails:
        assert_mail_is_marked(mail)
    say_yes(case)
    assert_mail_is_marked(Mail.objects.get(kind=MailKind.INTRODUCTION))


def test_every_part_of_a_digest_is_marked(case):
    User.objects.update(date_joined=datetime(2026, 1, 1, tzinfo=UTC))
    accept(
        make_match(need=case.match.need, offer=make_offer(), cluster=case.cluster, reasons=REASONS), by=case.broker
    )
    need = make_need(organisation=case.match.need.organisation)
    save(begun(need), [], 0, cluster_of(need))
    for person in (case.seeker, case.provider, case.broker):
        mail = Mail(key=f"digest:{person.pk}:2026-11-24", kind=MailKind.DIGEST, recipient=person)
        mail.save()
        if read(mail):
            assert_mail_is_marked(mail)
