"""How long offers, needs and imported files are kept. The periods are settings; who calls, is not decided here."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from .attachments import sweep, sweep_folder
from .codes import ENDS, State
from .erasing import delete_in_batches
from .import_jobs import FOLDER
from .models import Document, ImportJob, Need, Offer

WRITING = (State.DRAFT, State.SUBMITTED, State.QUESTIONED)


def apply() -> dict[str, int]:
    """Delete and archive what is due; how many of each."""
    both = (Need, Offer)
    return {
        "drafts deleted": sum(delete_in_batches(forgotten_drafts(model)) for model in both),
        "archived documents deleted": sum(delete_in_batches(outlived_archive(model)) for model in both),
        "documents archived": sum(ended(model).update(state=State.ARCHIVED) for model in both),
        "imports forgotten": forget_imports(),
        "files swept": sweep(),
    }


def forgotten_drafts(model: type[Document]) -> QuerySet:
    """Never published, and not touched for long."""
    return model.objects.filter(state__in=WRITING, published_at__isnull=True, updated_at__lt=_ago("drafts"))


def ended(model: type[Document]) -> QuerySet:
    """Closed or expired long ago: time for the archive."""
    return model.objects.filter(_ended_before(_ago("ended")), state__in=(*ENDS, State.EXPIRED))


def outlived_archive(model: type[Document]) -> QuerySet:
    """In the archive for its whole time, which follows on the time after the end."""
    before = _ago("ended") - timedelta(days=settings.RETENTION_DAYS["archived"])
    return model.objects.filter(_ended_before(before), state=State.ARCHIVED)


def _ended_before(moment: datetime) -> Q:
    return Q(closed_at__lt=moment) | Q(closed_at__isnull=True, valid_until__lt=moment.date())


def _ago(what: str) -> datetime:
    return timezone.now() - timedelta(days=settings.RETENTION_DAYS[what])


def forget_imports() -> int:
    """Files that nobody settled the columns of, and the memory of what ended long ago; how many jobs."""
    unsettled = ImportJob.objects.filter(state=ImportJob.State.CHECKING, created_at__lt=_ago("trials"))
    ended = ImportJob.objects.filter(ended_at__lt=_ago("runs"))
    count = unsettled.delete()[0] + ended.delete()[0]
    names = ImportJob.objects.values_list("file", "report")
    sweep_folder(FOLDER, {name for pair in names for name in pair if name}, timedelta(days=1))
    return count
