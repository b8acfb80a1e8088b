"""Pages that list, opened by those who use them: with all offers of this size and a match for every ten of them, as
many times as long as at the smallest size, where matches are enough to fill each list's page.

Of each page the quickest of several openings counts, so that what else the machine does weighs little.
"""

from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

import numpy as np
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog.models import Need, Offer
from matchmaking import pipeline
from matchmaking.codes import MatchState
from matchmaking.demo.history import load_history
from matchmaking.demo.loading import BROKERS, LOGINS
from matchmaking.models import Case, Match

from .registry import Corpus, Figure, at_most, suite

OPENINGS = 10
MOST_TIMES = 3.0
OFFERS = 10  # to a match
FULL = 800  # matches that fill a page of each list
REAL = 20  # needs whose matches are found by the engine; the others have the same parts
STATES = {MatchState.PROPOSED: 0.7, MatchState.PARKED: 0.1, MatchState.ACCEPTED: 0.1, MatchState.INTRODUCED: 0.1}
PAGES = {
    "": ["/"],
    LOGINS[0].email: ["/", "/needs/", "/search/?text=waste+heat"],
    LOGINS[1].email: ["/offers/", "/demand/"],
    next(iter(BROKERS)): [
        *(f"/queue/?list={name}" for name in ("waiting", "elsewhere", "asked", "introduced", "parked")),
        "/queue/?order=best&country=DE",
        "/queue/nothing-fits/",
        "/needs/",
        "/offers/",
        "/offers/?page=20",
        "/cases/",
        "/clients/",
        "/admissions/",
        "/concepts/",
        "/overview/",
        "/exposure/",
    ],
    LOGINS[-1].email: [
        "/queue/",
        "/cases/",
        "/admin/catalog/offer/",
        "/admin/catalog/offer/?q=heat",
        "/admin/matchmaking/match/",
    ],
}
_first: dict[tuple[str, str], float] = {}  # milliseconds at the smallest size


@suite("pages")
def measure(corpus: Corpus) -> Iterator[Figure]:
    call_command("collectstatic", interactive=False, verbosity=0)
    load_history()
    _add_matches(max(corpus.offers // OFFERS, FULL))
    _vacuum()
    for email, addresses in PAGES.items():
        client = Client(headers={"host": "127.0.0.1"})
        if email:
            client.force_login(User.objects.get(email=email))
        who = email.partition("@")[0] or "a visitor"
        for address in addresses:
            took = min(_opened(client, address) for _ in range(OPENINGS)) * 1000
            first = _first.setdefault((email, address), took)
            yield Figure(f"{address} as {who}", took, "ms")
            if took != first:
                yield at_most("  times as long as with the fewest offers", took / first, "x", MOST_TIMES)


def _opened(client: Client, address: str) -> float:
    start = perf_counter()
    answer = client.get(address)
    seconds = perf_counter() - start
    if answer.status_code != 200:
        raise RuntimeError(f"{address} was answered with {answer.status_code}")
    return seconds


def _add_matches(wanted: int) -> None:
    """Between needs and offers drawn at random, in the states of open ones, with parts that the engine found."""
    for need in Need.objects.open().embedded().order_by("pk").select_related("organisation", "cluster")[:REAL]:
        pipeline.match_need(need)
    random, parts = np.random.default_rng(3), list(Match.objects.exclude(bridge=[])[:200])
    needs = list(Need.objects.open().order_by("pk").select_related("organisation", "cluster").without_vectors())
    offers = list(Offer.objects.open().order_by("pk").values_list("pk", flat=True))
    made = []
    for state, share in STATES.items():
        for _ in range(int(share * wanted) - Match.objects.filter(state=state).count()):
            need, offer, like = (rows[random.integers(len(rows))] for rows in (needs, offers, parts))
            made.append(_match(need, offer, like, state, days=float(random.uniform(0, 60))))
    Match.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)
    begun = Match.objects.filter(state=MatchState.INTRODUCED, case=None)
    Case.objects.bulk_create(Case(match=match) for match in begun)


def _vacuum() -> None:
    """As autovacuum does, some time after so many rows came in."""
    with connection.cursor() as cursor:
        for model in (Offer, Need, Match, Case):
            cursor.execute(f"VACUUM (ANALYZE) {model._meta.db_table}")


def _match(need: Need, offer: int, like: Match, state: str, days: float) -> Match:
    """Proposed so many days ago, with the parts of another."""
    shown = ("score", "probability", "components", "reasons", "bridge", "run_id", "rank")
    return Match(
        need=need,
        offer_id=offer,
        cluster=pipeline.cluster_of(need),
        state=state,
        parked_until=timezone.localdate() + timedelta(days=9) if state == MatchState.PARKED else None,
        created_at=timezone.now() - timedelta(days=days),
        **{name: getattr(like, name) for name in shown},
    )
