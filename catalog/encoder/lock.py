"""Who serves a socket: one process at a time, which holds a lock beside it from before it loads its model.

So a client that finds nobody at the socket can tell a server that is loading from none at all.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.encoder.failures import EncoderError

PREDECESSOR_SECONDS = 10.0


@contextmanager
def only_server(path: Path) -> Iterator[None]:
    """The kernel gives the lock back whenever its holder ends; a predecessor may still be ending."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    patience = time.monotonic() + PREDECESSOR_SECONDS
    with _lock_of(path).open("w") as lock:
        while not _try_lock(lock.fileno(), fcntl.LOCK_EX):
            if time.monotonic() > patience:
                raise EncoderError(f"Another encoder server of this installation serves {path}: stop it first.")
            time.sleep(0.1)
        yield


def has_server(path: Path) -> bool:
    """Whether a process serves the socket, or loads what it will serve there."""
    try:
        with _lock_of(path).open() as lock:
            return not _try_lock(lock.fileno(), fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
