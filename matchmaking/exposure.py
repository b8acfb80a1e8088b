"""How often each provider is proposed, and what came of it: counted from the matches that are kept."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from accounts.codes import SizeBand
from accounts.models import Organisation, User
from catalog.models import Need, Offer

from .codes import ASKED_STATES, INTRODUCED_STATES, MatchState
from .models import Match


def proposals_of(providers: Iterable[int], *, apart_from: Need) -> dict[int, int]:
    """By organisation: for how many other needs one of its offers was proposed, whatever became of it."""
    others = Match.objects.filter(offer__organisation__in=set(providers)).exclude(state=MatchState.WITHDRAWN)
    counted = others.exclude(need=apart_from.pk).order_by().values_list("offer__organisation")
    return dict(counted.annotate(n=Count("need", distinct=True)))


class Exposure(NamedTuple):
    """How often the offers of a provider, or of all of a size, were proposed, accepted by a broker, introduced."""

    name: str
    size: str
    providers: int
    offers: int
    proposed: int
    accepted: int
    introduced: int


def exposures_for(user: User) -> list[Exposure]:
    """Of the providers whom the person takes care of as a broker, most often proposed first. Two queries."""
    mine = Organisation.objects.all() if user.is_staff else Organisation.objects.brokered_by(user)
    open_offers = Offer.objects.open().filter(organisation=OuterRef("pk")).order_by().values("organisation")
    with_offers = mine.annotate(n=Subquery(open_offers.annotate(n=Count("pk")).values("n")))
    providers = list(with_offers.filter(n__gt=0).order_by("pk"))
    counts = _counts([provider.pk for provider in providers])
    found = [
        Exposure(str(provider), provider.size, 1, provider.n, *counts.get(provider.pk, (0, 0, 0)))
        for provider in providers
    ]
    return sorted(found, key=lambda one: (-one.proposed, one.name.casefold()))


def _counts(providers: list[int]) -> dict[int, tuple[int, int, int]]:
    """By organisation: matches proposed, accepted and introduced so far, whatever became of them then."""
    matches = Match.objects.filter(offer__organisation__in=providers).exclude(state=MatchState.WITHDRAWN).order_by()
    rows = matches.values_list("offer__organisation").annotate(
        proposed=Count("pk"),
        accepted=Count("pk", filter=Q(state__in=(*ASKED_STATES, *INTRODUCED_STATES))),
        introduced=Count("pk", filter=Q(state__in=INTRODUCED_STATES)),
    )
    return {pk: (proposed, accepted, introduced) for pk, proposed, accepted, introduced in rows}


def by_size(found: Iterable[Exposure]) -> list[Exposure]:
    """Sums of each size class that occurs, the smallest first, those without one last."""
    sizes: dict[str, list[Exposure]] = {}
    for one in found:
        sizes.setdefault(one.size, []).append(one)
    order = [size for size in (*SizeBand.values, "") if size in sizes]
    return [_sum(size, sizes[size]) for size in order]


def _sum(size: str, own: list[Exposure]) -> Exposure:
    totals = [sum(column) for column in zip(*(one[2:] for one in own), strict=True)]
    return Exposure(str(SizeBand(size).label) if size else _("size not known"), size, *totals)
