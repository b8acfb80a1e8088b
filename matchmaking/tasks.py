"""What workers do for `matchmaking`: each task asks the database what is pending, and may run twice or die midway."""

from time import monotonic

from celery import shared_task
from celery.signals import task_postrun

from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents

from . import (
    admissions,
    digest,
    expiry,
    federation,
    follow_ups,
    health,
    introductions,
    mailing,
    retention,
    saved_searches,
    telling,
    webhooks,
)
from .due import match_due_needs as match_some
from .due import raise_together
from .models.peer import SYNC_LASTS

PATIENCE = 50  # seconds; the schedule wakes the next one after a minute
AT_ONCE = 500  # needs: the more, the cheaper is looking for their nearest offers together; 30 s on a quiet machine


@shared_task
def match_due_needs() -> None:
    """A need that was just written is encoded first: it would not be due otherwise. On the first day nothing is
    known of the corpus yet; a match made before would have to be made again."""
    end, failed = monotonic() + PATIENCE, {}
    embed_stale_documents()
    refresh_if_grown()
    match_some(10, failed)  # somebody may be waiting for these
    while match_some(AT_ONCE, failed) and monotonic() < end:
        pass
    raise_together(failed)


@shared_task
def send_due_digests() -> int:
    return digest.open_due_digests()


@shared_task
def send_due_searches() -> int:
    return saved_searches.open_due_searches()


@shared_task
def send_due_mails() -> int:
    """One task a mail, so that no mail waits for another one's slow server."""
    mailing.declare_doubts()
    waiting = mailing.queue_due_mails()
    for mail_id in waiting:
        send_mail.delay(mail_id)
    return len(waiting)


@shared_task(time_limit=mailing.TASK_LASTS.total_seconds())
def send_mail(mail_id: int) -> str:
    return mailing.send(mail_id)


@shared_task
def remind_silent_sides() -> tuple[int, int]:
    return introductions.remind_silent_sides()


@shared_task
def ask_how_it_went() -> int:
    return follow_ups.ask_how_it_went()


@shared_task
def announce_expiry() -> int:
    return expiry.announce_expiry()


@shared_task
def announce_admissions() -> int:
    return admissions.announce_admissions()


@shared_task(time_limit=240)
def send_due_webhooks() -> int:
    webhooks.queue_deliveries()
    return webhooks.send_due(PATIENCE)


@shared_task(time_limit=SYNC_LASTS.total_seconds())
def sync_peers() -> int:
    return federation.sync_due()


@shared_task(time_limit=240)
def tell_peers() -> int:
    return telling.tell_due(PATIENCE)


@shared_task
def beat_heart() -> None:
    health.beat()


@task_postrun.connect
def beat_after_every_task(**kwargs: object) -> None:
    """Where many tasks wait, the heartbeats among them are over before their turn comes."""
    health.beat()


@shared_task
def apply_retention() -> dict[str, int]:
    return retention.apply()
