"""What mail providers tell us afterwards (django-anymail): mail that came back, readers who complain or leave.

The library speaks by a Django signal. Mail servers of one's own say it in the dialogue, see `mailing`.
"""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver

from accounts.models import Door, User

from .consent import leave, silence
from .models import MailGroup, SilencedAddress
from .saved_searches import end_for_client

# A full mailbox or a server that is down for a day is no reason to write nothing for ever.
LASTING = {RejectReason.INVALID, RejectReason.BOUNCED, None}
BOUNCES = {EventType.BOUNCED, EventType.REJECTED}


@receiver(tracking, dispatch_uid="matchmaking.bounces")
def heed(event: AnymailTrackingEvent, **kwargs: Any) -> None:
    """Follow what a provider tells of one mail to one address."""
    address, why = event.recipient or "", event.reject_reason
    if event.event_type == EventType.COMPLAINED or why == RejectReason.SPAM:
        silence(address, SilencedAddress.Why.COMPLAINT, event.mta_response or event.description or "")
    elif event.event_type == EventType.UNSUBSCRIBED or why == RejectReason.UNSUBSCRIBED:
        _let_go(address)
    elif event.event_type in BOUNCES and why in LASTING:
        silence(address, SilencedAddress.Why.BOUNCE, event.mta_response or event.description or "")


def _let_go(address: str) -> None:
    """Somebody left by the provider's own link: everything that can be left."""
    person = User.objects.filter(email=address.lower()).first()
    if person:
        leave(person, MailGroup.values, Door.PROVIDER)
    end_for_client(address, Door.PROVIDER)
