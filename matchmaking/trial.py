"""Trying the matching without an account: how often one address may. Nothing of a trial is stored."""

import hashlib

from django.core.cache import cache

TRIALS_AN_HOUR = 20
HOUR = 3600  # seconds


def may_try(address: str) -> bool:
    """Whether this address has trials left in this hour; counts the one that is asked for."""
    key = "trial:" + hashlib.sha256(address.encode()).hexdigest()
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key) <= TRIALS_AN_HOUR
    except ValueError:  # the hour ended between the two calls: a new one begins
        return True
