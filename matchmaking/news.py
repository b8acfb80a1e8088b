"""What is new for one person: the pieces a digest is made of, best first, without what was told before.

Each section is a query whose rows carry a `version`; a row is told again only when its version changed. How the
pieces are worded, and when they are sent, is `digest`'s matter.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Case as DatabaseCase
from django.db.models import CharField, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from accounts.models import User, brokered_clusters, own_organisations
from catalog.codes import ENDS
from catalog.models import Need, Offer

from .codes import INTRODUCED_STATES, RUNNING_STATES, Answer, MatchState, Side
from .demand import concepts_in_demand
from .disclosure import offers_visible_to
from .expiry import ending_soon
from .interests import sections_for
from .listing import quoted
from .models import Ask, Case, DigestItem, FollowUp, Mail, Match, Scouting, ScoutingState, Section
from .models.case import IDLE_AFTER
from .progress import WORTH_A_LOOK
from .viewer import Seen, seen_by

OLD_NEWS = timedelta(days=60)  # what became of a case longer ago than this is no news to anybody
ENDED_STATES = (*INTRODUCED_STATES, MatchState.DECLINED, MatchState.LAPSED)


class Piece(NamedTuple):
    """One thing to tell: the ask, match or document, and the match as the person sees it where there is one."""

    section: Section
    row: Any
    seen: Seen | None = None
    side: str = Side.NEED

    @property
    def own(self) -> Any:
        """The need or offer of the person (of a client, for a broker) that this is about; a concept in demand."""
        if self.seen:
            return getattr(self.seen, self.side)
        return self.row.need if isinstance(self.row, Scouting) else self.row

    @property
    def other(self) -> Any:
        return self.seen.offer if self.side == Side.NEED else self.seen.need


class News(NamedTuple):
    pieces: list[Piece]
    more: int  # new, too, but beyond what one mail holds

    def of(self, section: Section) -> list[Piece]:
        return [piece for piece in self.pieces if piece.section == section]


def news_for(person: User, *, besides: Mail | None = None) -> News:
    """What the person was not told yet, at most DIGEST_ITEMS; `besides`: a mail that is being composed again."""
    rows, more, concerned = [], 0, sections_for(person)
    for section, find in FINDERS.items():
        if section not in concerned:
            continue
        fresh = untold(find(person), section, person, besides)
        room = settings.DIGEST_ITEMS - len(rows)
        best = list(fresh[:room])
        more += fresh.count() - len(best) if len(best) == room else 0
        rows += [(section, row) for row in best]
    return News(_pieces(rows, person), more)


def untold(rows: QuerySet, section: Section, person: User, besides: Mail | None) -> QuerySet:
    told = DigestItem.objects.told(besides=besides).filter(
        user=person, section=section, object_id=OuterRef("pk"), version=OuterRef("version")
    )
    return rows.exclude(Exists(told))


def _pieces(rows: list[tuple[Section, Model]], person: User) -> list[Piece]:
    """The rows with their match as the person sees it; a match that is not to be seen is not told."""
    matches = [match for _section, row in rows if (match := _match_of(row))]
    seen = {one.pk: one for one in (seen_by(person, matches) if matches else []) if _is_shown(one)}
    pieces = []
    for section, row in rows:
        match = _match_of(row)
        if match is None:
            pieces.append(Piece(section, row))
        elif match.pk in seen:
            pieces.append(Piece(section, row, seen[match.pk], getattr(row, "side", Side.NEED)))
    return pieces


def _is_shown(seen: Seen) -> bool:
    return not (seen.need.is_none or seen.offer.is_none)


def _match_of(row: Model) -> Match | None:
    return row.match if isinstance(row, Ask | FollowUp) else row if isinstance(row, Match) else None


def main_evidence(seen: Seen) -> str:
    """The two sentences that speak most to each other; "" without any."""
    return f"{quoted(seen.pairs[0].need)} ↔ {quoted(seen.pairs[0].offer)}" if seen.pairs else ""


# One query a section


def asks(person: User) -> QuerySet[Ask]:
    """Questions that wait for an answer; who said "later" is left in peace until the reminder."""
    postponed = Q(answer=Answer.LATER, reminded_at__isnull=True)
    asked = Value("asked", output_field=CharField())
    version = DatabaseCase(When(reminded_at__isnull=True, then=asked), default=_as_text("reminded_at"))
    waiting = Ask.objects.waiting().answerable_by(person).exclude(postponed)
    documents = ("match__need__organisation", "match__offer__organisation", "match__cluster__organisation")
    return waiting.annotate(version=version).select_related(*documents).order_by("asked_at", "pk")


def outcomes(person: User) -> QuerySet[Match]:
    """What became of cases in which the person's side was asked and did not itself say no or fall silent; also where
    the other side closed its text while it was being asked."""
    own = Ask.objects.answerable_by(person).filter(match=OuterRef("pk"), lapsed_at__isnull=True)
    own = own.exclude(answer=Answer.NO)
    introduced = When(state__in=INTRODUCED_STATES, then=Value(MatchState.INTRODUCED.value))
    since = _lately(person)
    ended = Q(state__in=ENDED_STATES, decided_at__gte=since)
    closed = Q(Exists(own.filter(_other_closed(since))), state=MatchState.ACCEPTED)
    version = DatabaseCase(introduced, default=F("state"), output_field=CharField())
    found = Match.objects.filter(ended | closed, Exists(own))
    found = found.annotate(version=version, side=Subquery(own.values("side")[:1]))
    return found.with_documents().order_by("-decided_at", "pk")


def _other_closed(since: datetime) -> Q:
    by_need = Q(side=Side.OFFER, match__need__state__in=ENDS, match__need__closed_at__gte=since)
    return by_need | Q(side=Side.NEED, match__offer__state__in=ENDS, match__offer__closed_at__gte=since)


def suggestions(person: User) -> QuerySet[Match]:
    """Proposals for the person's open needs, as far as the offer may be shown before a broker accepted.

    No broker has looked at them; whether they are told at all is the installation's choice, and long shots are not,
    unless a broker suggested them. The offer's side is never told.
    """
    needs = Need.objects.open().filter(organisation__in=own_organisations(person))
    offers = offers_visible_to(person).open()
    proposed = Match.objects.filter(
        state=MatchState.PROPOSED, need__in=needs.values("pk"), offer__in=offers.values("pk")
    )
    likely = proposed.exclude(probability__lt=WORTH_A_LOOK, suggested_at=None)
    found = likely.annotate(version=F("offer__text_hash")).with_documents().best_first()
    return found if settings.DIGEST_UNREVIEWED else found.none()


def reviews(person: User) -> QuerySet[Match]:
    """Matches that wait for the person's decision as a broker; told again, parked ones too, once the side of the need
    wants one."""
    wish = DatabaseCase(When(wanted_at__isnull=False, then=Value(" wanted")), default=Value(""))
    until = Coalesce(_as_text("parked_until"), Value(""))
    version = Concat("state", Value(" "), until, wish, output_field=CharField())
    waiting = Match.objects.awaiting_review_or_wanted().reviewable_by(person)
    return waiting.annotate(version=version).with_documents().best_first()


def scoutings(person: User) -> QuerySet[Scouting]:
    """Needs of the person's clusters that nothing fits and for which nobody looks around yet."""
    tasks = Scouting.objects.live().filter(state=ScoutingState.OPEN, cluster__in=brokered_clusters(person))
    return tasks.annotate(version=F("text_hash")).with_needs().oldest_first()


def unmet(person: User) -> QuerySet[Scouting]:
    """The person's own needs that nothing fits: once for each text, whoever looks around for it meanwhile."""
    tasks = Scouting.objects.live().filter(need__organisation__in=own_organisations(person))
    return tasks.annotate(version=F("text_hash")).with_needs().oldest_first()


def answered(person: User) -> QuerySet[Ask]:
    """What the two sides answered in the person's cases; of both yes the introduction has told already, and of a yes
    before the question the queue."""
    answers = Ask.objects.given_since().filter(match__in=Match.objects.brokered_by(person).values("pk"))
    answers = answers.exclude(match__state__in=INTRODUCED_STATES)
    lately = answers.filter(answered_at__gte=_lately(person))
    documents = ("match__need__organisation", "match__offer__organisation", "match__cluster__organisation")
    version = Concat("answer", Value(" "), _as_text("answered_at"), output_field=CharField())
    return lately.annotate(version=version).select_related(*documents).order_by("-answered_at", "pk")


def told(person: User) -> QuerySet[FollowUp]:
    """What sides of the person's cases told lately of how it went, and once more when they told otherwise."""
    mine = FollowUp.objects.filter(case__match__in=Match.objects.brokered_by(person).values("pk"))
    lately = mine.filter(answered_at__gte=_lately(person))
    return lately.annotate(version=_as_text("answered_at")).with_documents().order_by("-answered_at", "pk")


def idle(person: User) -> QuerySet[Match]:
    """Cases that nobody else takes care of, of which nothing was heard for some time and nothing is planned
    for a day, or whose next step is late."""
    running = Match.objects.brokered_by(person).filter(state__in=RUNNING_STATES)
    of_others = Case.objects.in_hands().exclude(owner=person)
    mine = running.exclude(pk__in=of_others.values("match"))
    touched = Coalesce("case__touched_at", "decided_at")
    forgotten = Q(touched__lte=timezone.now() - IDLE_AFTER, case__next_step_on=None)
    late = Q(case__next_step_on__lt=timezone.localdate())
    version = Coalesce(_as_text("case__next_step_on"), _as_text("touched"))
    waiting = mine.annotate(touched=touched).filter(forgotten | late).annotate(version=version)
    return waiting.select_related("case").with_documents().order_by("touched", "pk")


def lapsed(person: User) -> QuerySet[Match]:
    """Cases of the person's clusters in which one side did not answer."""
    silent = Match.objects.brokered_by(person).filter(state=MatchState.LAPSED, decided_at__gte=_lately(person))
    return silent.annotate(version=_as_text("decided_at")).with_documents().order_by("-decided_at", "pk")


def ending_needs(person: User) -> QuerySet[Need]:
    return _ending(Need.objects.filter(organisation__in=own_organisations(person)))


def ending_offers(person: User) -> QuerySet[Offer]:
    return _ending(Offer.objects.filter(organisation__in=own_organisations(person)))


def _ending(documents: QuerySet) -> QuerySet:
    return ending_soon(documents).annotate(version=_as_text("valid_until")).select_related("organisation")


def _lately(person: User) -> datetime:
    """Since when something is news to the person."""
    return max(timezone.now() - OLD_NEWS, person.date_joined)


def _as_text(name: str) -> Cast:
    return Cast(name, CharField())


# In the order of reading
FINDERS: dict[Section, Callable[[User], QuerySet]] = {
    Section.ASK: asks,
    Section.OUTCOME: outcomes,
    Section.SUGGESTION: suggestions,
    Section.REVIEW: reviews,
    Section.SCOUTING: scoutings,
    Section.UNMET: unmet,
    Section.ANSWERED: answered,
    Section.TOLD: told,
    Section.LAPSED: lapsed,
    Section.IDLE: idle,
    Section.EXPIRING_NEED: ending_needs,
    Section.EXPIRING_OFFER: ending_offers,
    Section.DEMAND: concepts_in_demand,
}
