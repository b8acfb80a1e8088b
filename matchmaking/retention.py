"""What the installation forgets, daily: see RETENTION_DAYS in the settings for the periods.

Offers and needs are `catalog`'s matter, people `accounts'`; runs are deleted here. All of it is queries, so a
job that was killed goes on where it ended.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone
from knox.models import AuthToken

from accounts.joining import forget_kept_texts, forget_unconfirmed
from accounts.models import ClusterMembership, KeptAnswer, Organisation
from catalog import retention as documents
from catalog.models import ClientText

from . import changes
from .models import Accord, Delivery, Mail, Run, SavedSearch

log = logging.getLogger(__name__)


def apply() -> dict[str, int]:
    """Forget everything that is due; how many of each, for the log."""
    counts = documents.apply() | {
        "runs deleted": _forget_old_runs(),
        "unconfirmed people deleted": _forget_unconfirmed_people(),
        "kept texts deleted": forget_kept_texts(settings.RETENTION_DAYS["trials"]),
        "saved searches deleted": SavedSearch.objects.forgettable().delete()[1].get(SavedSearch._meta.label, 0),
        "texts of clients forgotten": ClientText.objects.forget(),
        "ended agreements deleted": Accord.objects.forgettable().delete()[1].get(Accord._meta.label, 0),
        "changes forgotten": changes.compact(),
        "deliveries deleted": Delivery.objects.forgettable().delete()[0],
        "empty digests deleted": _forget_empty_digests(),
        "sessions deleted": Session.objects.filter(expire_date__lt=timezone.now()).delete()[0],
        "kept answers deleted": _forget_kept_answers(),
        "tokens deleted": AuthToken.objects.filter(expiry__lt=timezone.now()).delete()[0],
    }
    log.info("retention applied", extra={"counts": counts})
    return counts


def _forget_old_runs() -> int:
    """But never the newest of a need: without it the need would be matched again."""
    before = timezone.now() - timedelta(days=settings.RETENTION_DAYS["runs"])
    newer = Run.objects.filter(need=OuterRef("need"), pk__gt=OuterRef("pk"))
    return Run.objects.filter(Exists(newer), created_at__lt=before).delete()[1].get(Run._meta.label, 0)


def _forget_empty_digests() -> int:
    before = timezone.now() - timedelta(days=settings.RETENTION_DAYS["deliveries"])
    return Mail.objects.empty_digests(before).delete()[0]


def _forget_kept_answers() -> int:
    """Those with which a repeated request of the API is answered."""
    before = timezone.now() - timedelta(days=settings.RETENTION_DAYS["kept_answers"])
    return KeptAnswer.objects.filter(created_at__lt=before).delete()[0]


def _forget_unconfirmed_people() -> int:
    """Who tried the site and never confirmed an address, with the text that waited for that in the session."""
    member = ClusterMembership.objects.approved().filter(organisation=OuterRef("pk"))
    empty = Organisation.objects.filter(~Exists(member), needs__isnull=True, offers__isnull=True)
    return forget_unconfirmed(settings.RETENTION_DAYS["trials"], empty=empty)
