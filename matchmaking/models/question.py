"""What one side of a match asks the other before both decide, and the answer. Neither learns who the other is by it.

How much of the words somebody reads is told in `questions.py` of the package; here are the rows and their moves.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Need, Offer

from ..codes import MatchState, Side, Topic
from .match import Match

LONGEST = 1000  # characters of a question or an answer

# Where a side may ask: the need's own from the suggestion on, the offer's once it knows of the match.
ASKABLE_STATES = {
    Side.NEED: (MatchState.PROPOSED, MatchState.PARKED, MatchState.ACCEPTED, MatchState.LAPSED),
    Side.OFFER: (MatchState.ACCEPTED, MatchState.LAPSED),
}
PASSED_ON_STATES = (MatchState.ACCEPTED, MatchState.LAPSED)  # where the other side has the question


class QuestionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Those of the matches that the person sees."""
        return self.filter(match__in=Match.objects.visible_to(user).values("pk"))

    def waiting(self) -> Self:
        """With the other side, not answered, while both texts are open."""
        return self.filter(
            answered_at__isnull=True,
            match__state__in=PASSED_ON_STATES,
            match__need__in=Need.objects.open().values("pk"),
            match__offer__in=Offer.objects.open().values("pk"),
        )


class Question(models.Model):
    match = models.ForeignKey(Match, models.CASCADE, related_name="questions")
    side = models.CharField(_("who asks"), max_length=5, choices=Side)
    topic = models.CharField(_("question"), max_length=16, choices=Topic)
    text = models.CharField(_("in your words"), max_length=LONGEST, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answer = models.CharField(_("answer"), max_length=LONGEST, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question between the sides")
        verbose_name_plural = _("questions between the sides")
        constraints = [
            models.UniqueConstraint(
                fields=["match", "side", "topic"], condition=~Q(topic=Topic.OTHER), name="question_once_a_topic"
            )
        ]

    def __str__(self) -> str:
        return f"{self.match}: {self.get_topic_display()}"

    @property
    def answering_side(self) -> Side:
        return Side.OFFER if self.side == Side.NEED else Side.NEED

    @property
    def was_passed_on(self) -> bool:
        return self.match.state not in (MatchState.PROPOSED, MatchState.PARKED)

    def document_of(self, side: str) -> Need | Offer:
        return self.match.need if side == Side.NEED else self.match.offer

    def write_answer(self, answer: str, *, by: User) -> bool:
        """False if it was answered before, or the case is closed."""
        said = {"answer": answer, "answered_at": timezone.now(), "answered_by": by}
        if Question.objects.waiting().filter(pk=self.pk).update(**said) == 0:
            return False
        for name, value in said.items():
            setattr(self, name, value)
        return True
