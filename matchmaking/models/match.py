"""A run of the engine for one need, and the matches it proposed with everything that speaks for them."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Brokership, Organisation, User, brokered_clusters, own_organisations
from catalog.models import Need, Offer
from catalog.models.space import VECTOR_FIELDS

from ..codes import INTRODUCED_STATES, UNDECIDED_STATES, MatchState
from .peer import Peer


class Run(models.Model):
    """One passage of a need through the engine. An empty run is an answer, too: nothing fits yet."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="runs")
    fingerprint = models.CharField(max_length=160)  # of the need's vector and of the engine
    created_at = models.DateTimeField(default=timezone.now)
    candidates = models.PositiveIntegerField()
    proposed = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("run")
        indexes = [models.Index(fields=["need", "fingerprint", "-created_at"], name="run_latest")]

    def __str__(self) -> str:
        return f"{self.need} ({self.created_at:%Y-%m-%d %H:%M})"


class MatchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """What a person sees: a broker those of the own cluster or brought before it, a side its own.

        The need's side sees unreviewed suggestions, also those it turned down; the offer's side learns of a match
        once a broker accepted it.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self.all()
        own = own_organisations(user)
        hidden_from_need = (MatchState.REJECTED, MatchState.WITHDRAWN)
        hidden_from_offer = (*hidden_from_need, *UNDECIDED_STATES, MatchState.DISMISSED)
        need_side = Q(need__organisation__in=own) & ~Q(state__in=hidden_from_need)
        offer_side = Q(offer__organisation__in=own) & ~Q(state__in=hidden_from_offer)
        return self.filter(_brokered(user) | need_side | offer_side)

    def brokered_by(self, user: User) -> Self:
        """Those of the clusters the person is a broker of, alone or together with another one: the own work, which
        the mails tell of."""
        return self.filter(_brokered(user))

    def decided_by(self, user: User) -> Self:
        """Those the person decides on, now or at another time: all for staff."""
        return self.all() if user.is_staff else self.brokered_by(user)

    def led_by(self, user: User) -> Self:
        """Those of `decided_by` that are of the person's own cluster, which knows the need in full; not those only
        brought before it."""
        return self.all() if user.is_staff else self.filter(cluster__in=brokered_clusters(user))

    def reviewable_by(self, user: User) -> Self:
        """Undecided ones that wait for this person: once the first cluster has agreed, for the second alone, unless
        that has lost its brokers. What lies with the brokers of another installation waits for nobody here."""
        here = Q(second_cluster__isnull=True) | Q(second_cluster__organisation__origin="")
        undecided = self.filter(here, state__in=UNDECIDED_STATES)
        if user.is_authenticated and user.is_staff:
            return undecided
        mine = brokered_clusters(user)
        others = Brokership.objects.approved().filter(cluster=OuterRef("second_cluster"), user__is_active=True)
        return undecided.filter(Q(cluster__in=mine) & ~Exists(others) | Q(second_cluster__in=mine))

    def awaiting_review(self) -> Self:
        """Proposed, or parked until a day that has come, while need and offer are still open and the provider takes
        introductions."""
        return self._to_be_introduced().filter(_awaits_review())

    def awaiting_review_or_wanted(self) -> Self:
        """The same, and those that are parked, but the side of the need has wanted them since."""
        wanted = Q(state=MatchState.PARKED, wanted_at__gt=F("decided_at"))
        return self._to_be_introduced().filter(_awaits_review() | wanted)

    def _to_be_introduced(self) -> Self:
        return self.of_open_texts().exclude(offer__organisation__in=Organisation.objects.resting().values("pk"))

    def of_open_texts(self) -> Self:
        return self.filter(need__in=Need.objects.open().values("pk"), offer__in=Offer.objects.open().values("pk"))

    def introduced(self) -> Self:
        return self.filter(state__in=INTRODUCED_STATES)

    def with_documents(self) -> Self:
        """With what a page shows of both sides, without their vectors."""
        heavy = [f"{side}__{name}" for side in ("need", "offer") for name in VECTOR_FIELDS]
        clusters = ("cluster__organisation", "second_cluster__organisation")
        return self.select_related("need__organisation", "offer__organisation", *clusters).defer(*heavy)

    def best_first(self) -> Self:
        return self.order_by("-score", "pk")


def _awaits_review() -> Q:
    return Q(state=MatchState.PROPOSED) | Q(state=MatchState.PARKED, parked_until__lte=timezone.localdate())


def _brokered(user: User) -> Q:
    mine = brokered_clusters(user)
    return Q(cluster__in=mine) | Q(second_cluster__in=mine)


class Match(models.Model):
    need = models.ForeignKey(Need, models.CASCADE, related_name="matches")
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="matches")
    cluster = models.ForeignKey(
        "accounts.Cluster", models.SET_NULL, null=True, related_name="matches"
    )  # whose brokers decide
    second_cluster = models.ForeignKey(
        "accounts.Cluster", models.SET_NULL, null=True, blank=True, related_name="+"
    )  # whose brokers decide, too; set when those of the first have accepted
    state = models.CharField(_("state"), max_length=12, choices=MatchState, default=MatchState.PROPOSED)
    parked_until = models.DateField(null=True, blank=True)

    # What the engine found, at the latest run
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="matches")
    rank = models.PositiveSmallIntegerField(default=0)
    score = models.FloatField(_("score"), default=0.0)
    probability = models.FloatField(null=True)  # calibrated; None where no calibration exists
    components = models.JSONField(default=dict)  # {name: value}, every part of the score
    reasons = models.JSONField(default=list)  # [{"code", "params", "weight"}], strongest first
    bridge = models.JSONField(default=list)  # [{"need": sentence, "offer": sentence, "score", …}], best first
    similar = models.JSONField(default=list)  # offers that say almost the same and are not proposed themselves

    # A broker has found it by hand, or the side of the need wants it: no run takes it back
    suggested_at = models.DateTimeField(null=True)
    suggested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    wanted_at = models.DateTimeField(null=True)
    wanted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [models.UniqueConstraint(fields=["need", "offer"], name="match_once")]
        indexes = [models.Index(fields=["state", "-score"], name="match_queue")]

    def __str__(self) -> str:
        return f"{self.need.reference} ↔ {self.offer.reference}"

    def move(self, new: MatchState, *, expected: tuple[str, ...], **fields: Any) -> bool:
        """Compare-and-set of the state as this instance has seen it; False if somebody else was faster.

        `fields` are written with it.
        """
        changes = {"state": new, "decided_at": timezone.now(), **fields}
        unchanged = Match.objects.filter(pk=self.pk, state__in=expected, decided_at=self.decided_at)
        if unchanged.update(**changes) == 0:
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        return True

    @property
    def stamp(self) -> str:
        """Of what a page shows: another one once somebody has decided."""
        return self.decided_at.isoformat() if self.decided_at else ""

    @property
    def origin(self) -> str:
        """The installation that one side was pulled from, by name; empty where both are of this one. Its own brokers
        ask that side."""
        return self.need.organisation.origin or self.offer.organisation.origin

    @cached_property
    def peer(self) -> Peer | None:
        """What is known of `origin`; read once."""
        linked = Peer.objects.select_related("account", "cluster__organisation")
        return linked.filter(name=self.origin).first() if self.origin else None

    @property
    def waiting_for(self) -> timedelta:
        return timezone.now() - self.created_at


@receiver(pre_delete, sender=Need)
@receiver(pre_delete, sender=Offer)
def take_turns(instance: Need | Offer, **_signal: object) -> None:
    """What hangs on a match goes before it does. Whoever decides or answers locks the match first, so this does, too:
    else the two would wait for each other."""
    matches = Match.objects.filter(**{instance._meta.model_name: instance.pk})
    list(matches.order_by("pk").select_for_update().values_list("pk"))
