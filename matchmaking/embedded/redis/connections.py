"""Connections that make sure first that the embedded Redis is up, also when they have to reconnect.

Settings name two classes where REDIS_URL is unset: `Transport` for Celery, `ConnectionPool` for Django's cache.
"""

from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from kombu.transport import redis as kombu_redis

from matchmaking.embedded.account import EmbeddedServerError
from matchmaking.embedded.redis.program import blueprint
from matchmaking.embedded.server import join


class Joining:
    """For a connection class, before redis-py's own."""

    def _connect(self) -> Any:
        try:
            join(blueprint(Path(settings.VAR_DIR)))
        except EmbeddedServerError as error:
            raise redis.ConnectionError(str(error)) from error
        return super()._connect()


class Connection(Joining, redis.UnixDomainSocketConnection):
    """redis-py's connection, with the embedded server."""


class ConnectionPool(redis.ConnectionPool):
    """For Django's cache: CACHES["default"]["OPTIONS"]["pool_class"]."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"connection_class": Connection})


class Channel(kombu_redis.Channel):
    """kombu's channel, with connections that start the embedded server."""

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        parameters = super()._connparams(asynchronous)
        kombus = parameters["connection_class"]  # in a worker it takes leave of the event loop when it closes
        parameters["connection_class"] = type("Connection", (Joining, kombus), {})
        return parameters


class Transport(kombu_redis.Transport):
    """For Celery: the setting broker_transport, with a broker URL socket:///path/to/redis.sock."""

    Channel = Channel
    can_parse_url = True  # the channel does, from the whole URL
