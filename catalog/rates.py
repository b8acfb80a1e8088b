"""How often one person or address may ask something that costs the encoder."""

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

MINUTE = 60  # seconds
ASKS_A_MINUTE = 40  # about a text that is being written: somebody who types pauses less often


def may_ask(request: HttpRequest, what: str, a_minute: int) -> bool:
    """Whether this person, or visitor's address, has asked less often in this minute; counts the one asked for."""
    who = str(request.user.pk or get_adapter(request).get_client_ip(request))
    key = f"{what}:" + hashlib.sha256(who.encode()).hexdigest()
    cache.add(key, 0, MINUTE)
    try:
        return cache.incr(key) <= a_minute
    except ValueError:  # the minute ended between the two calls: a new one begins
        return True
