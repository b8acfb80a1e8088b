"""Sending what the platform owes: one mail at a time, claimed before the SMTP dialogue, its end written after.

Nothing is ever sent twice by us. Who dies between claim and end leaves one mail that stays `sending`; after
`CLAIM_LASTS` it is declared in doubt and waits for the operator. `composing` says what a mail contains, `failures`
what an error of the mail server means.
"""

import logging
import random
import smtplib
from datetime import timedelta
from email.utils import parseaddr

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from .composing import compose
from .consent import silence
from .failures import is_no_address, is_permanent, is_unknown
from .letters import message_id
from .models import EVENT_KINDS, Mail, MailState, Pace, SilencedAddress
from .models.mail import MailQuerySet
from .smtp import DeliveryUnknown

log = logging.getLogger(__name__)

# Longer than a sending task may run (its hard time limit): a claim older than this has no living owner.
TASK_LASTS = timedelta(minutes=10)
CLAIM_LASTS = timedelta(minutes=15)

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=1)


def queue_due_mails(limit: int = 2000) -> list[int]:
    """Mark the mails that are due as handed to workers, and return their ids, longest waiting first.

    Of one person's events only the first: it takes the others along. No more at workers than the pace lets pass in
    two minutes, however often this is called: all other work waits behind them.
    """
    if settings.MAILS_A_MINUTE:
        limit = max(min(limit, 2 * settings.MAILS_A_MINUTE - Mail.objects.due().queued().count()), 0)
    first = Mail.objects.untouched_events().filter(recipient=OuterRef("recipient"), pk__lt=OuterRef("pk"))
    later_events = Q(kind__in=EVENT_KINDS) & Exists(first)
    with transaction.atomic():
        waiting = Mail.objects.due().unqueued().exclude(later_events).order_by("not_before")
        waiting = waiting.select_for_update(skip_locked=True, of=("self",))
        ids = list(waiting.values_list("pk", flat=True)[:limit])
        Mail.objects.filter(pk__in=ids).update(queued_at=timezone.now())
    return ids


def declare_doubts() -> int:
    """Give up on claims without a living owner: whether these mails went out is for the operator to say."""
    abandoned = Mail.objects.abandoned(timezone.now() - CLAIM_LASTS)
    return abandoned.update(state=MailState.IN_DOUBT, error="the process ended while sending")


def send(mail_id: int) -> str:
    """Send one mail if it is still due; returns the state it is in afterwards, "" if it is gone."""
    mail = Mail.objects.filter(pk=mail_id).select_related("recipient").first()
    if mail is None:
        return ""
    if mail.claim(message_id(mail)):
        _send_claimed(mail)
    return mail.state


def _send_claimed(mail: Mail) -> None:
    if mail.kind in EVENT_KINDS:
        mail.bundle()
    try:
        message = compose(mail)
    except Exception as error:  # nothing has left the house: try again, and let the operator see the error
        _try_again(mail, f"could not be composed: {type(error).__name__}")
        raise
    if message is None:
        mail.settle(MailState.DROPPED)
    elif Pace.take():
        _hand_over(mail, message)
    else:
        mail.defer(timezone.now() + FIRST_RETRY * _jitter())
    log.info("Mail %s: %s", mail.pk, mail.state, extra={"mail_kind": mail.kind, "attempts": mail.attempts})


def _hand_over(mail: Mail, message: EmailMessage) -> None:
    try:
        message.send()
    except DeliveryUnknown as error:
        mail.settle(MailState.IN_DOUBT, error=str(error))
    except (smtplib.SMTPException, AnymailError, OSError) as error:
        _refused(mail, error)
    else:
        refused = getattr(message, "refused", {})
        mail.settle(MailState.SENT, error=f"refused: {refused}" if refused else "")
        _silence(refused)


def _refused(mail: Mail, error: Exception) -> None:
    if is_unknown(error):
        mail.settle(MailState.IN_DOUBT, error=str(error))
    elif is_permanent(error):
        mail.settle(MailState.FAILED, error=str(error))
        _silence(getattr(error, "recipients", {}))
    else:
        _try_again(mail, str(error))


def _silence(refused: dict[str, tuple[int, bytes]]) -> None:
    """Addresses that the server says do not exist, by recipient ("Name <address>")."""
    for recipient, (code, words) in refused.items():
        if is_no_address(code, words):
            silence(parseaddr(recipient)[1], SilencedAddress.Why.BOUNCE, f"{code} {words.decode(errors='replace')}")


def _try_again(mail: Mail, error: str) -> None:
    """Back to due, after a while that doubles with each attempt, for a day at most."""
    again = timezone.now() + delay(mail.attempts)
    if again > mail.first_claimed_at + GIVE_UP_AFTER:
        mail.settle(MailState.FAILED, error=f"given up after a day: {error}")
    else:
        mail.postpone(again, error=error)


def delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return min(FIRST_RETRY * 2 ** (min(attempts, 12) - 1), LONGEST_RETRY) * _jitter()


def _jitter() -> float:
    """Keeps a crowd from coming back in one moment."""
    return random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing


# What the operator decides on mails in doubt: on the one of this key, or all whose keys begin with what is before a *


def resend(key: str) -> int:
    """They did not arrive, says the operator: due again. How many."""
    again = {"state": MailState.DUE, "not_before": timezone.now(), "queued_at": None, "first_claimed_at": None}
    return _in_doubt(key).update(**again)


def drop(key: str) -> int:
    """They are not to be sent again; what a digest told comes in the next one. How many."""
    return _in_doubt(key).update(state=MailState.DROPPED, settled_at=timezone.now())


def confirm(key: str) -> int:
    """They did arrive, says the operator. How many."""
    return _in_doubt(key).update(state=MailState.SENT, settled_at=timezone.now())


def _in_doubt(key: str) -> MailQuerySet:
    is_many = key.endswith("*")
    return Mail.objects.in_doubt().filter(**({"key__startswith": key[:-1]} if is_many else {"key": key}))
