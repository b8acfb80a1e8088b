"""Django's cache in Redis, and in this process's memory while Redis is down.

Rate limits, of signing in, of the API and of trials, then still hold within each process, and nobody meets an
error for the want of a counter. What is cached must be such that losing it costs nothing but time.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

log = logging.getLogger(__name__)

SAID_EVERY = 60.0  # seconds; each request would say it again otherwise


class PatientCache(RedisCache):
    """CACHES["default"]["BACKEND"]."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._memory = LocMemCache(f"while {server} is down", {})
        self._said_at = float("-inf")

    def ping(self) -> bool:
        """Whether Redis itself answers. Raises the client's errors."""
        return self._cache.get_client(None, write=False).ping()

    def _patiently(self, operation: str, *args: Any, **options: Any) -> Any:
        try:
            return getattr(super(), operation)(*args, **options)
        except (RedisConnectionError, RedisTimeoutError) as error:
            self._say(error)
            return getattr(self._memory, operation)(*args, **options)

    def _say(self, error: Exception) -> None:
        if time.monotonic() - self._said_at > SAID_EVERY:
            self._said_at = time.monotonic()
            log.warning("The cache does without Redis: %s", type(error).__name__)


def _patient(operation: str) -> Callable[..., Any]:
    def call(self: PatientCache, *args: Any, **options: Any) -> Any:
        return self._patiently(operation, *args, **options)

    call.__name__ = operation
    return call


# Every operation of RedisCache that asks the server; the others are made of these.
for _operation in ("add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many",
                   "delete_many", "clear"):  # fmt: skip
    setattr(PatientCache, _operation, _patient(_operation))
