"""What two installations have told each other about a match of both, and whose names were given to the other.

Nothing that is to be told is stored: it follows from the match and the answer of the own side, so that a word is owed
however the match came there. What the words do is said in `accords.py` of the package.
"""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Need, Offer

from ..codes import INTRODUCED_STATES, REFUSED_STATES, UNDECIDED_STATES, Answer, MatchState, Side, Word
from .ask import Ask
from .match import Match
from .peer import Peer

CLAIM_LASTS = timedelta(minutes=5)  # longer than one message may take; an older claim has no living owner
OVER_STATES = (*REFUSED_STATES, MatchState.WITHDRAWN)


def _own_answer() -> Subquery:
    asks = Ask.objects.filter(match=OuterRef("match"), side=OuterRef("side"))
    return Subquery(asks.values("answer")[:1])


def _word() -> Case:
    """What is true now; "" while there is nothing to tell."""
    theirs = Exists(Ask.objects.filter(match=OuterRef("match"), answer=Answer.YES).exclude(side=OuterRef("side")))
    accepted = Q(match__state=MatchState.ACCEPTED)
    introduced = Q(match__state__in=INTRODUCED_STATES)
    is_open = Q(match__need__in=Need.objects.open().values("pk"), match__offer__in=Offer.objects.open().values("pk"))
    may_name = Q(told=Word.INTRODUCED) | is_open  # a text that went meanwhile takes its yes back
    here_first = Q(side=Side.NEED, match__state__in=UNDECIDED_STATES, match__second_cluster__isnull=False)
    return Case(
        When(Q(match=None) | Q(match__state__in=OVER_STATES), then=Value(Word.ENDED)),
        When((introduced | accepted & Q(theirs, own_answer=Answer.YES)) & may_name, then=Value(Word.INTRODUCED)),
        When((introduced | accepted) & Q(own_answer=Answer.YES), then=Value(Word.YES)),
        When(accepted & Q(own_answer=Answer.LATER), then=Value(Word.LATER)),
        When(accepted | here_first, then=Value(Word.ACCEPTED)),
        default=Value(""),
        output_field=models.CharField(),
    )


class AccordQuerySet(models.QuerySet):
    def with_word(self) -> Self:
        """Each with `word`, what is true now, and `people`, of how many the name was given."""
        known = self.annotate(own_answer=_own_answer(), people=Count("handings"))
        return known.annotate(word=_word())

    def due(self) -> Self:
        """Those of which the other installation does not know yet what is true now."""
        live = Peer.objects.live().exclude(token="").values("pk")
        owed = self.with_word().filter(peer__in=live, not_before__lte=timezone.now()).exclude(heard=Word.ENDED)
        gone = Q(word=Word.INTRODUCED) & ~Q(told_people=F("people"))
        return owed.exclude(word="").filter(~Q(told=F("word")) | gone)

    def begun(self) -> Self:
        """Those of which the other installation was told something, or may have been."""
        return self.exclude(told="", attempts=0)

    def forgettable(self) -> Self:
        """Those without a match of which nothing is to be told any more."""
        return self.filter(Q(heard=Word.ENDED) | Q(peer__ended_at__isnull=False), match=None)

    def unsettled(self) -> Self:
        """Those on which nobody has decided yet, and those whose match is gone, until that was told."""
        return self.filter(Q(match=None) | Q(match__state__in=UNDECIDED_STATES))


class Accord(models.Model):
    """`number` is the row of the installation that has the need; `side` is the one that is asked here."""

    peer = models.ForeignKey(Peer, models.CASCADE, related_name="accords")
    side = models.CharField(_("side"), max_length=5, choices=Side)
    number = models.BigIntegerField(null=True)  # null for the moment in which the row gets one
    match = models.OneToOneField(Match, models.SET_NULL, null=True, related_name="accord")
    heard = models.CharField(_("heard"), max_length=10, choices=Word, blank=True)
    told = models.CharField(_("told"), max_length=10, choices=Word, blank=True)
    told_people = models.PositiveSmallIntegerField(default=0)
    identity = models.JSONField(default=dict)  # who the other side is, once both brokers and both sides said yes
    opened_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)

    objects = AccordQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement with a linked installation")
        verbose_name_plural = _("agreements with linked installations")
        constraints = [models.UniqueConstraint(fields=["peer", "side", "number"], name="accord_once")]

    def __str__(self) -> str:
        return f"{self.peer} {self.number}"

    @property
    def other_side(self) -> Side:
        return Side.OFFER if self.side == Side.NEED else Side.NEED

    def claim(self) -> bool:
        """Compare-and-set: False if another worker was faster."""
        later = timezone.now() + CLAIM_LASTS
        unchanged = Accord.objects.filter(pk=self.pk, not_before=self.not_before)
        if unchanged.update(not_before=later, attempts=F("attempts") + 1) == 0:
            return False
        self.not_before = later
        return True

    def settle(self, told: str, people: int) -> None:
        self._end_claim(told=told, told_people=people, not_before=timezone.now(), attempts=0, error="")

    def postpone(self, again: datetime, error: str) -> None:
        self._end_claim(not_before=again, error=error[:200])

    def _end_claim(self, **changes: Any) -> None:
        """Only as long as the claim is this one: whoever took too long does not undo another's work."""
        Accord.objects.filter(pk=self.pk, not_before=self.not_before).update(**changes)


class Handing(models.Model):
    """The name and the address of a person that were given to the other installation. It is told when they go."""

    accord = models.ForeignKey(Accord, models.CASCADE, related_name="handings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("name given to a linked installation")
        verbose_name_plural = _("names given to linked installations")
        constraints = [models.UniqueConstraint(fields=["accord", "person"], name="handing_once")]

    def __str__(self) -> str:
        return f"{self.accord}: {self.person}"
