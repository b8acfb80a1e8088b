"""What a provider's catalogue meets: needs it could serve, what is asked for beside it, how its offers fare, and why
companies said no. One query for each subject; everything about others is what this person may see."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncQuarter
from django.utils import timezone

from accounts.models import Organisation, User
from catalog.models import Concept, Need, NeedConcept, Offer, OfferConcept

from .codes import ASKED_STATES, INTRODUCED_STATES, UNDECIDED_STATES, Answer, MatchState, Side
from .demand import SEVERAL
from .disclosure import needs_visible_to, offers_visible_to
from .models import Ask, Match, Opening

QUARTERS = 6


class Catalogue(NamedTuple):
    """The offers of some organisations, as one person sees what they meet."""

    person: User
    organisations: Sequence[Organisation]

    @property
    def offers(self) -> QuerySet[Offer]:
        return Offer.objects.filter(organisation__in=self.organisations)

    @property
    def matches(self) -> QuerySet[Match]:
        return Match.objects.filter(offer__organisation__in=self.organisations).exclude(state=MatchState.WITHDRAWN)

    @property
    def needs_of_others(self) -> QuerySet[Need]:
        return needs_visible_to(self.person).open().exclude(organisation__in=self.organisations)


# Needs


def servable(catalogue: Catalogue, limit: int) -> list[Need]:
    """Open needs for which an open offer of the catalogue is good enough and nobody has decided, the most probable
    first; each with `offer`, the key of the offer that fits it best."""
    open_offers = catalogue.offers.open().values("pk")
    fitting = catalogue.matches.filter(state__in=UNDECIDED_STATES, offer__in=open_offers)
    best = fitting.filter(need=OuterRef("pk")).order_by("-score", "pk")
    about = set(
        fitting.values_list("need", flat=True)
    )  # few of all: what of them may be shown is asked of these alone
    needs = catalogue.needs_of_others.filter(pk__in=about).annotate(
        offer=Subquery(best.values("offer")[:1]), likely=Subquery(best.values("probability")[:1])
    )
    return list(
        needs.without_vectors()
        .select_related("organisation")
        .order_by(F("likely").desc(nulls_last=True), "-pk")[:limit]
    )


def gaps(catalogue: Catalogue, limit: int) -> list[Concept]:
    """Concepts that several open needs speak of and no open offer of the catalogue does: with `needs`, `others` (open
    offers of others) and `near`, whether one step away from what the catalogue offers; those first."""
    used = OfferConcept.objects.standing()
    own = used.filter(document__in=catalogue.offers.open().values("pk")).values("concept")
    foreign = offers_visible_to(catalogue.person).open().exclude(organisation__in=catalogue.organisations)
    uses = NeedConcept.objects.standing().filter(document__in=catalogue.needs_of_others.values("pk"))
    concepts = Concept.objects.active().exclude(pk__in=own).annotate(
        needs=_documents_about(uses),
        others=_documents_about(used.filter(document__in=foreign.values("pk"))),
        near=Exists(Concept.objects.filter(Q(narrower__in=own) | Q(broader__in=own), pk=OuterRef("pk"))),
    )  # fmt: skip
    return list(concepts.filter(needs__gte=SEVERAL).order_by("-near", "-needs", "pk")[:limit])


def _documents_about(uses: QuerySet) -> Subquery:
    counted = uses.filter(concept=OuterRef("pk")).order_by().values("concept").annotate(n=Count("document"))
    return Subquery(counted.values("n"), output_field=IntegerField())


# Offers


class Fared(NamedTuple):
    """How often an offer was opened by others, proposed, accepted by a broker, wanted by the company, introduced."""

    title: str
    opened: int
    proposed: int
    accepted: int
    wanted: int
    introduced: int


def fared(catalogue: Catalogue, limit: int) -> list[Fared]:
    """Of the open offers, most often proposed first; those never proposed stand last."""
    yes = Ask.objects.filter(match__offer=OuterRef("pk"), side=Side.NEED, answer=Answer.YES)
    yes = yes.exclude(
        match__state=MatchState.ACCEPTED
    )  # while it is asked, a provider does not know the other answer
    rows = with_course(catalogue.offers.open()).annotate(said_yes=_number(yes, "match__offer"))
    columns = ("title", "opened", "proposed", "accepted", "said_yes", "met")
    found = rows.order_by(F("proposed").desc(nulls_last=True), "pk").values_list(*columns)[:limit]
    return [Fared(title, *(count or 0 for count in counts)) for title, *counts in found]


def with_course(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """Each offer with how often it was `opened` by others, `proposed`, `accepted` by a broker, and `met` a company;
    None for never."""
    of_offer = Match.objects.filter(offer=OuterRef("pk")).exclude(state=MatchState.WITHDRAWN)
    return offers.annotate(
        opened=Opening.objects.of_outer(),
        proposed=_number(of_offer, "offer"),
        accepted=_number(of_offer.filter(state__in=(*ASKED_STATES, *INTRODUCED_STATES)), "offer"),
        met=_number(of_offer.filter(state__in=INTRODUCED_STATES), "offer"),
    )


def _number(rows: QuerySet, of: str) -> Subquery:
    counted = rows.order_by().values(of).annotate(n=Count("pk")).values("n")
    return Subquery(counted, output_field=IntegerField())


# Declines


def declines(catalogue: Catalogue) -> dict[datetime, Counter[str]]:
    """By quarter, the latest last: how often companies that were asked gave which reason for a no. What they turned
    down before a broker saw it the provider never hears of."""
    since = quarters()[0]
    asks = Ask.objects.filter(match__in=catalogue.matches.values("pk"), side=Side.NEED, answer=Answer.NO)
    asks = asks.exclude(match__state=MatchState.DISMISSED)
    said = asks.filter(answered_at__gte=since).exclude(reason="").order_by()
    rows = said.annotate(quarter=TruncQuarter("answered_at")).values("quarter", "reason").annotate(n=Count("pk"))
    found: dict[datetime, Counter[str]] = {quarter: Counter() for quarter in quarters()}
    for row in rows:
        found[row["quarter"]][row["reason"]] = row["n"]
    return found


def quarters() -> list[datetime]:
    """The first moments of the last quarters, with the present one, in the time zone in use."""
    today = timezone.localtime()
    number = today.year * 4 + (today.month - 1) // 3
    firsts = [divmod(number - back, 4) for back in range(QUARTERS - 1, -1, -1)]
    zone = timezone.get_current_timezone()
    return [datetime(year, quarter * 3 + 1, 1, tzinfo=zone) for year, quarter in firsts]
