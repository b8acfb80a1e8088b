"""Saved searches: what is searched for whom and how often, and which hits each has told already."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import Frequency, Language

from .mail import DELIVERED_STATES, Mail

KEPT = timedelta(days=30)  # after its end, so that a second click on a mail's link still finds it ended


class Kind(models.TextChoices):
    """What is searched."""

    OFFER = "offer", _("offers")
    NEED = "need", _("needs")


class SavedSearchQuerySet(models.QuerySet):
    def of(self, user: models.Model) -> Self:
        """Those the person made, not those that were ended."""
        return self.filter(owner=user, ended_at__isnull=True)

    def for_client(self, address: str) -> Self:
        """Those that go to this client, whoever set them up."""
        return self.filter(client_email__iexact=address) if address else self.none()

    def end(self) -> int:
        """No more mail of these; returns how many were not ended before."""
        return self.filter(ended_at__isnull=True).update(ended_at=timezone.now())

    def with_feed(self) -> Self:
        """Those that may be read as a feed."""
        return self.filter(feed_key__isnull=False, ended_at__isnull=True, owner__is_active=True)

    def forgettable(self) -> Self:
        """Ended for a while, or set up for a client who has not answered as long as the question's link worked."""
        ended = Q(ended_at__lt=timezone.now() - KEPT)
        last = timezone.now() - timedelta(days=settings.ANSWER_LINK_DAYS)
        return self.filter(ended | (~Q(client_email="") & Q(confirmed_at__isnull=True, created_at__lt=last)))

    def active(self) -> Self:
        """Those that may send mail: wanted, not ended, and confirmed where they go to a client."""
        wanted = self.filter(ended_at__isnull=True, owner__is_active=True).exclude(frequency=Frequency.NEVER)
        return wanted.filter(Q(client_email="") | Q(confirmed_at__isnull=False))


class SavedSearch(models.Model):
    """`client_email` is empty where the hits go to the owner. A client has no account and sees what all may see."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("search in"), max_length=5, choices=Kind, default=Kind.OFFER)
    text = models.CharField(_("words"), max_length=400, blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.EN)  # of the text
    filters = models.JSONField(default=dict)  # {"ecosystem": code, "country": code}
    frequency = models.CharField(_("how often"), max_length=8, choices=Frequency, default=Frequency.WEEKLY)
    client_email = models.EmailField(_("e-mail address of the client"), blank=True)
    client_language = models.CharField(_("language of the client"), max_length=2, choices=Language, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    feed_key = models.CharField(max_length=43, null=True, unique=True, editable=False)  # of its Atom feed
    period = models.DateField(null=True)  # the last one for which hits were looked for
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="searches")  # the last one it is told in

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        indexes = [models.Index(fields=["owner"], condition=Q(ended_at=None), name="saved_search_of")]

    def __str__(self) -> str:
        return self.name

    def confirm(self) -> bool:
        """The client wants it; False if it was confirmed or ended before."""
        now = timezone.now()
        waiting = SavedSearch.objects.filter(pk=self.pk, confirmed_at__isnull=True, ended_at__isnull=True)
        return waiting.update(confirmed_at=now) == 1


class SearchHitQuerySet(models.QuerySet):
    def told(self, *, besides: Mail | None = None) -> Self:
        """Those whose mail arrived, or may have; without the ones of the mail being composed again."""
        told = self.filter(Q(mail__isnull=True) | Q(mail__state__in=DELIVERED_STATES))
        return told.exclude(mail=besides) if besides else told


class SearchHit(models.Model):
    """One hit that a search has told. It is never told again."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="hits")
    object_id = models.BigIntegerField()  # of the offer or need
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="hits")

    objects = SearchHitQuerySet.as_manager()

    class Meta:
        verbose_name = _("hit of a saved search")
        constraints = [models.UniqueConstraint(fields=["search", "object_id"], name="search_hit_once")]

    def __str__(self) -> str:
        return f"{self.search}: {self.object_id}"
