"""Trying the matching, or searching, without an account: how often one address may. Nothing of it is stored."""

import hashlib

from django.core.cache import cache

TRIALS_AN_HOUR = 20
SEARCHES_AN_HOUR = 120
HOUR = 3600  # seconds


def may_try(address: str) -> bool:
    """Whether this address has trials left in this hour; counts the one that is asked for."""
    return _count("trial", address) <= TRIALS_AN_HOUR


def may_search(address: str) -> bool:
    """The same for searches."""
    return _count("search", address) <= SEARCHES_AN_HOUR


def _count(what: str, address: str) -> int:
    key = f"{what}:" + hashlib.sha256(address.encode()).hexdigest()
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key)
    except ValueError:  # the hour ended between the two calls: a new one begins
        return 1
