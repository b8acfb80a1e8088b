"""Where the files and sockets of the embedded servers lie. Pure path arithmetic: nothing is created here."""

import hashlib
import os
import re
from pathlib import Path

#: sun_path holds 108 bytes with its closing zero (unix(7)).
LONGEST_SOCKET = 107

#: Not tempfile.gettempdir(): every process of a checkout must find the same folder, whatever its TMPDIR is,
#: and /run/user/<uid> vanishes when the user logs out although the site may go on running.
SHORT_RUNTIME = Path("/tmp")  # noqa: S108 - the folder in it is private and its owner is verified

#: A comma separates hosts for libpq, and a URL would need quoting for the rest.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")

POSTGRES_SOCKET = ".s.PGSQL.5432"
REDIS_SOCKET = "redis.sock"


def checkout_digest(var_dir: Path) -> str:
    """Sixteen hexadecimal digits that stand for one var directory, the same in every process."""
    return hashlib.sha256(os.fsencode(var_dir.resolve())).hexdigest()[:16]


def server_dir(var_dir: Path, name: str) -> Path:
    """Everything of one server but, in a deep checkout, its socket."""
    return var_dir.resolve() / name


def socket_path(var_dir: Path, name: str, socket_name: str) -> Path:
    """The socket under var/, or in a short runtime folder where that path is too long or odd for clients."""
    usual = server_dir(var_dir, name) / "socket" / socket_name
    if len(os.fsencode(usual)) <= LONGEST_SOCKET and PLAIN_PATH.fullmatch(str(usual)):
        return usual
    return SHORT_RUNTIME / f"matchmaking-{checkout_digest(var_dir)}-{name}" / socket_name


def redis_url(var_dir: Path) -> str:
    """Celery's broker URL of the embedded Redis, for our Transport; asking for it starts nothing."""
    return f"socket://{socket_path(Path(var_dir), 'redis', REDIS_SOCKET)}"


def redis_cache_url(var_dir: Path) -> str:
    """The same server for redis-py and Django's cache, in database 1 so that clearing it spares the queue."""
    return f"unix://{socket_path(Path(var_dir), 'redis', REDIS_SOCKET)}?db=1"
