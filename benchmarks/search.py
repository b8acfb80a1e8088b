"""The search page's query: by meaning and words over all one may see, as a visitor and as somebody signed in."""

from collections.abc import Iterator
from time import perf_counter

import numpy as np
from django.contrib.auth.models import AnonymousUser

from accounts.models import Membership, Organisation, User
from catalog.models import Need
from matchmaking.searching import Search, find

from .registry import Corpus, Figure, suite

SEARCHES = 30
WARM = 3


@suite("search")
def measure(corpus: Corpus) -> Iterator[Figure]:
    titles = list(Need.objects.embedded().order_by("pk").values_list("title", "language")[: SEARCHES + WARM])
    for name, user in (("a visitor", AnonymousUser()), ("somebody signed in", member())):
        seconds = [_asked(user, Search("offer", title, language)) for title, language in titles][WARM:]
        yield Figure(f"search of {name}: median", float(np.median(seconds)) * 1000, "ms")
        yield Figure(f"  95 of 100 of {name} take at most", float(np.quantile(seconds, 0.95)) * 1000, "ms")
    narrowed = Search("offer", titles[0][0], titles[0][1], {"country": "PT"})
    yield Figure("  narrowed to one country", _asked(AnonymousUser(), narrowed) * 1000, "ms")


def member() -> User:
    """Somebody of an organisation that has texts of its own."""
    person, _made = User.objects.get_or_create(email="search@bench.example")
    organisation = Organisation.objects.order_by("pk").first()
    Membership.objects.get_or_create(user=person, organisation=organisation, state="approved")
    return person


def _asked(user: User | AnonymousUser, search: Search) -> float:
    start = perf_counter()
    find(user, search)
    return perf_counter() - start
