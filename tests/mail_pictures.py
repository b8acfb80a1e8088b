"""`python tests/mail_pictures.py`: every kind of mail as a picture, phone and desktop width, under var/screenshots/.

Needs no running site: what the mails are about is made in a transaction of the database that is taken back.
With `--docs` each mail, phone beside desktop, goes into docs/screenshots/, in few colours.
"""

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaking.settings")
os.environ.setdefault("EVENT_MINUTES", "0")
django.setup()

from django.db import transaction  # noqa: E402 - models need settings
from django.utils import timezone  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from accounts.models import Membership, User  # noqa: E402
from catalog import installations  # noqa: E402
from catalog.clients import Contact  # noqa: E402
from catalog.models import Offer  # noqa: E402
from matchmaking import clients, federation, rewordings  # noqa: E402
from matchmaking.accords import Said, hear  # noqa: E402
from matchmaking.admissions import announce_admissions  # noqa: E402
from matchmaking.cases import plan  # noqa: E402
from matchmaking.codes import Answer, Side, Topic, Word  # noqa: E402
from matchmaking.composing import compose  # noqa: E402
from matchmaking.consent import silence  # noqa: E402
from matchmaking.expiry import announce_expiry  # noqa: E402
from matchmaking.follow_ups import ask_how_it_went  # noqa: E402
from matchmaking.handover import hand_over  # noqa: E402
from matchmaking.introductions import answer  # noqa: E402
from matchmaking.models import (  # noqa: E402
    Accord,
    Ask,
    Introduction,
    Mail,
    MailKind,
    MailState,
    Peer,
    SavedSearch,
)
from matchmaking.questions import answer as reply  # noqa: E402
from matchmaking.questions import ask as put_question  # noqa: E402
from matchmaking.reviewing import accept  # noqa: E402
from matchmaking.saved_searches import open_due_searches, save  # noqa: E402
from matchmaking.searching import Search  # noqa: E402
from tests.browsing import CHROMIUM, FLAGS  # noqa: E402
from tests.factories import (  # noqa: E402
    APPROVED,
    Case,
    make_case,
    make_cluster,
    make_match,
    make_need,
    make_offer,
    make_organisation,
    make_user,
)
from tests.matchmaking.accords.speaking import THEM  # noqa: E402
from tests.matchmaking.test_federation import TEASER  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
OUT, DOCS = ROOT / "var" / "screenshots", ROOT / "docs" / "screenshots"
WIDTHS, THEMES = (390, 1280), ("light", "dark")
COLOURS = 48
NEED = {
    "title": "Less dough thrown away in the evening",
    "description": "We bake for eleven branches and throw away a third of the dough. Nobody knows how many customers "
    "will come. We tried a spreadsheet; it helped for a month.",
}
OFFER = {
    "title": "Demand forecasting per branch and day",
    "description": "Our software forecasts the demand of each branch from sales, weather and holidays. Bakeries "
    "order and bake for the customers who come; the first project takes six weeks.",
    "visibility": "anonymous",
}
BRIDGE = [
    {
        "need": "We bake for eleven branches and throw away a third of the dough.",
        "offer": "Bakeries order and bake for the customers who come; the first project takes six weeks.",
        "score": 0.7,
    },
    {
        "need": "Nobody knows how many customers will come.",
        "offer": "Our software forecasts the demand of each branch from sales, weather and holidays.",
        "score": 0.6,
    },
]
REASONS = [{"code": "meaning", "params": {}, "weight": 1.0}]


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with transaction.atomic():
        mails = dict(every_mail())
        transaction.set_rollback(True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, html in mails.items():
            for width in WIDTHS:
                for theme in THEMES:
                    picture(browser, name, html, width, theme)
            if "--docs" in sys.argv:
                keep(name)
            sys.stdout.write(f"{name}\n")
        browser.close()


def every_mail() -> Iterator[tuple[str, str]]:
    """(name, HTML) of a mail of each kind."""
    case = bakery()
    yield "digest", html_of(Mail(key="picture 1", kind=MailKind.DIGEST, recipient=case.seeker))
    yield "digest-broker", html_of(Mail(key="picture 2", kind=MailKind.DIGEST, recipient=case.broker))
    accept(case.match, by=case.broker)
    question = Mail.objects.get(kind=MailKind.ASK, recipient=case.seeker)
    yield "ask", html_of(question)
    yield "reminder", html_of(Mail(key="picture 3", kind=MailKind.REMINDER, recipient=case.seeker, ask=question.ask))
    ends_soon(case)
    yield "expiry", html_of(Mail.objects.filter(kind=MailKind.EXPIRY, recipient=case.seeker).first())
    yield "bundle", html_of(bundle(question))
    yield from questions(case)
    yield "introduction", html_of(introduction(case))
    yield "handover", html_of(handed_over(case))
    Introduction.objects.update(introduced_at=timezone.now() - timedelta(days=200))
    ask_how_it_went()
    yield "follow-up", html_of(Mail.objects.get(kind=MailKind.FOLLOW_UP, recipient=case.seeker))
    better = {"title": NEED["title"], "description": NEED["description"] + " A day has eleven deliveries."}
    rewordings.propose(case.match.need, better, by=case.broker, note="A figure helps providers.")
    yield "rewording", html_of(Mail.objects.get(kind=MailKind.REWORDING, recipient=case.seeker))
    yield from searches(case)
    yield from across(case)
    yield from about_people(case)


def html_of(mail: Mail) -> str:
    with transaction.atomic():
        if mail._state.adding:
            mail.state = MailState.DROPPED
            mail.save()
        message = compose(mail)
    return message.alternatives[0].content


def bakery() -> Case:
    case = make_case(need=NEED, offer=OFFER, bridge=BRIDGE, reasons=REASONS)
    names = {case.match.need: "Backhaus Ahrens (demo)", case.match.offer: "Prognos Lyon (demo)"}
    for document, name in names.items():
        document.organisation.name = name
        document.organisation.save()
    cluster = case.cluster.organisation
    cluster.name = "Food cluster North (demo)"
    cluster.save()
    for person, name in ((case.seeker, "Sonja Ahrens"), (case.provider, "Paul Petit"), (case.broker, "Bea Broker")):
        User.objects.filter(pk=person.pk).update(name=name)
        person.refresh_from_db()
    long_ago = timezone.now() - timedelta(days=90)
    User.objects.filter(pk__in=[case.seeker.pk, case.provider.pk, case.broker.pk]).update(date_joined=long_ago)
    make_match(need=case.match.need, offer=make_offer(title="Bread from yesterday as flour"), score=0.5)
    return case


def ends_soon(case: Case) -> None:
    case.match.need.publish(until=timezone.localdate() + timedelta(days=9))
    announce_expiry()


def bundle(question: Mail) -> Mail:
    question.bundle()
    return question


def questions(case: Case) -> Iterator[tuple[str, str]]:
    """One from the side of the need, and its answer."""
    case.match.refresh_from_db()
    words = "We have eleven branches. What does it cost a month?"
    asked = put_question(case.match, Side.NEED, Topic.COST, words, by=case.seeker)
    yield "question", html_of(Mail.objects.get(kind=MailKind.QUESTION, recipient=case.provider))
    reply(asked, "Between 40 and 60 euros a branch, and a trial of four weeks is free.", by=case.provider)
    yield "reply", html_of(Mail.objects.get(kind=MailKind.REPLY, recipient=case.seeker))


def introduction(case: Case) -> Mail:
    case.match.introduction.rewrite(case.match.introduction.message, timezone.now() + timedelta(days=4))
    for ask in Ask.objects.filter(match=case.match):
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    return Mail.objects.get(kind=MailKind.INTRODUCTION, introduction__match=case.match)


def handed_over(case: Case) -> Mail:
    """From the broker of the bakery to a colleague, who gets the history."""
    colleague = make_user(name="Carlo Collega")
    case.cluster.brokerships.create(user=colleague, state=APPROVED)
    case.match.refresh_from_db()
    running = case.match.case
    plan(
        running, "Ask both how the first talk went", timezone.localdate() + timedelta(days=6), by=case.broker, seen=0
    )
    hand_over(running, colleague, by=case.broker, seen=1, note="Sonja prefers a call in the morning.")
    return Mail.objects.get(kind=MailKind.HANDOVER, recipient=colleague)


def searches(case: Case) -> Iterator[tuple[str, str]]:
    before = timezone.now() - timedelta(days=9)
    Offer.objects.filter(organisation__country="PT").update(created_at=before, published_at=before)
    found = Search("offer", "", "en", {"country": "PT"})
    save(case.seeker, found, "Partners in Portugal", "daily", {})
    client = {"client_email": "client@firm.example", "client_language": "en"}
    save(case.broker, found, "For the bakery", "weekly", client)
    firm = make_organisation(name="Boulangerie Dupont (demo)", clusters=(case.cluster,))
    draft = make_need(**NEED, organisation=firm, author=case.broker, state="draft")
    clients.ask(draft, Contact("Marie Dupont", "marie@firm.example", "en"), by=case.broker)
    yield "client", html_of(Mail.objects.filter(kind=MailKind.CLIENT).latest("pk"))  # the demo has one, too
    yield "search-confirm", html_of(Mail.objects.get(kind=MailKind.CONFIRM))
    make_offer(**OFFER | {"title": "Dynamic baking plans"}, organisation=make_organisation(country="PT"))
    SavedSearch.objects.filter(owner=case.seeker).update(created_at=timezone.now() - timedelta(days=3))
    open_due_searches()
    yield "search", html_of(Mail.objects.get(kind=MailKind.SEARCH, recipient=case.seeker))


def across(case: Case) -> Iterator[tuple[str, str]]:
    """About a need here and an offer of another installation, of which both brokers and both sides say yes."""
    peer, _key = federation.link("Alpine technology network", "https://alpine.example", "AT", "desk@alpine.example")
    Peer.objects.filter(pk=peer.pk).update(token="theirs")
    installations.keep(peer.cluster, "offer", 7, TEASER | OFFER, federation.lasting("offer"))
    pulled = Offer.objects.get(organisation__origin=peer.name)
    match = make_match(need=case.match.need, offer=pulled, cluster=case.cluster, bridge=BRIDGE, reasons=REASONS)
    accept(match, by=case.broker)
    said = Said(Accord.objects.get(match=match).pk, match.need_id, 7, Side.OFFER, Word.ACCEPTED)
    hear(peer, said)
    asked = Ask.objects.get(match=match, side=Side.NEED)
    yield "ask-across", html_of(Mail.objects.get(kind=MailKind.ASK, ask=asked, recipient=case.seeker))
    answer(asked, Answer.YES, by=case.seeker)
    hear(peer, said._replace(word=Word.INTRODUCED, identity=THEM))
    yield "introduction-across", html_of(Mail.objects.get(kind=MailKind.INTRODUCTION, introduction__match=match))


def about_people(case: Case) -> Iterator[tuple[str, str]]:
    applicant = make_user(name="Anna Applicant")
    request = Membership.objects.create(user=applicant, organisation=case.match.need.organisation)
    announce_admissions()
    yield "request", html_of(Mail.objects.get(kind=MailKind.MEMBER, recipient=case.seeker, object_id=request.pk))
    request.approve(by=case.seeker)
    announce_admissions()
    yield "decided", html_of(Mail.objects.get(kind=MailKind.MEMBER, recipient=applicant))
    silence(case.seeker.email, "bounce", "550 5.1.1 mailbox unknown")
    yield "silenced", html_of(Mail.objects.get(kind=MailKind.SILENCED, recipient=case.broker))
    broker = make_user()
    lonely = make_match(need=make_need(**NEED), cluster=make_cluster(brokers=(broker,)))
    accept(lonely, by=broker)
    yield "nobody", html_of(Mail.objects.filter(kind=MailKind.NOBODY, recipient=broker).first())


def picture(browser: Browser, name: str, html: str, width: int, theme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 400}, color_scheme=theme)
    page = context.new_page()
    page.set_content(html)
    page.screenshot(path=path_of(name, width, theme), full_page=True)
    context.close()


def path_of(name: str, width: int, theme: str) -> Path:
    return OUT / f"mail-{name}-{width}-{theme}.png"


def keep(name: str) -> None:
    """Phone beside desktop, of which the empty margins are cut off."""
    phone, desktop = (Image.open(path_of(name, width, "light")) for width in WIDTHS)
    margin = (desktop.width - 680) // 2
    desktop = desktop.crop((margin, 0, desktop.width - margin, desktop.height))
    both = Image.new("RGB", (phone.width + 24 + desktop.width, max(phone.height, desktop.height)), "#c9c5bb")
    both.paste(phone, (0, 0))
    both.paste(desktop, (phone.width + 24, 0))
    both.quantize(COLOURS, dither=Image.Dither.NONE).save(DOCS / f"mail-{name}.png", optimize=True)


if __name__ == "__main__":
    main()
