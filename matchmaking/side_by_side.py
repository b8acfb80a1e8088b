"""The suggestions to one need or offer as one person sees them, and up to four of them side by side."""

from collections.abc import Collection
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from accounts.models import User
from catalog.models import Need

from .codes import MatchState
from .models import Match
from .viewer import Seen, seen_by
from .weighing import Weight

LISTED = 20  # of one document, best first
MOST = 4  # fit side by side


class Line(NamedTuple):
    """One line of the cards: what it is about, and every suggestion with what it says there."""

    topic: str
    label: str
    said: list[tuple[Seen, Weight]]


class Compared(NamedTuple):
    seen: list[Seen]
    is_cut: bool  # more were chosen than fit

    @property
    def lines(self) -> list[Line]:
        cards = [one.weights for one in self.seen]
        rows = zip(*cards, strict=True)
        return [Line(row[0].topic, row[0].label, list(zip(self.seen, row, strict=True))) for row in rows]


def suggestions(user: User | AnonymousUser, matches: QuerySet[Match]) -> list[Seen]:
    """Those of the matches that the person sees, best first; before them what waits for an answer, after them what
    the side of the need turned down."""
    visible = matches.filter(pk__in=Match.objects.visible_to(user).values("pk")).with_documents()
    is_dismissed = ExpressionWrapper(Q(state=MatchState.DISMISSED), BooleanField())
    seen = seen_by(user, visible.order_by(is_dismissed, "-score", "pk")[:LISTED])
    return sorted(seen, key=lambda one: not one.owes_answer)


def compared(user: User, need: Need, chosen: Collection[int]) -> Compared:
    """The chosen matches of the need; without any, the best."""
    matches = Match.objects.filter(need=need).exclude(state=MatchState.DISMISSED)
    seen = suggestions(user, matches.filter(pk__in=chosen) if chosen else matches)
    return Compared(seen[:MOST], is_cut=bool(chosen) and len(seen) > MOST)
