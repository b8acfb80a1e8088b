"""Joining an embedded server: hold its users' lock, start it if it is down, wait until it answers.

Processes forked from a user share its lock; commands it starts do not. keeper.py is the other side, and says
what the two lock files mean.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matchmaking.embedded.account import EmbeddedServerError, command_as, make_private, server_uid
from matchmaking.embedded.places import SHORT_RUNTIME, server_dir

KEEPER = Path(__file__).with_name("keeper.py")

#: Seconds a server may take to come up (it may replay its log after a crash) or to write everything down.
PATIENCE_SECONDS = 120
PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Blueprint:
    """One kind of server for one var directory: everything in which PostgreSQL and Redis differ."""

    name: str
    var_dir: Path
    socket: Path
    program: Path
    arguments: list[str]
    work_dir: Path
    #: What tells that it is ready for work: bytes sent, and the beginning of the bytes received.
    ask: bytes
    answer: bytes
    stop_signal: signal.Signals
    #: Text that the titles of this very server's processes contain.
    mark: str
    litter: list[Path]
    #: Makes what the server needs before it starts; called with the user id it will run under.
    prepare: Callable[[int], None]
    #: Seconds it stays without users, so that two commands one after the other share a start.
    linger: float = 3.0

    @property
    def directory(self) -> Path:
        """Its folder under var/."""
        return server_dir(self.var_dir, self.name)

    def file(self, name: str) -> Path:
        """One of the files that join() and the keeper share."""
        return self.directory / name


#: Lock files of the servers this process uses, with the descriptors that hold them.
_held: dict[Path, int] = {}
_one_thread = threading.Lock()


def join(server: Blueprint) -> None:
    """Return with the server up, to stay so until this process and its forks have ended.

    Costs well under a millisecond when it is up already. Raises EmbeddedServerError.
    """
    with _one_thread:
        deadline = time.monotonic() + PATIENCE_SECONDS
        server.var_dir.mkdir(parents=True, exist_ok=True)
        make_private(server.directory, server_uid(server.var_dir))
        _hold(server, deadline)
        while not _is_up(server):
            _pause(server, deadline)


def leave(server: Blueprint) -> None:
    """Stop using the server and, if nobody else does, wait until it is gone (some tenths of a second)."""
    with _one_thread:
        if (held := _held.pop(server.file("users.lock"), None)) is None:
            return
        os.close(held)  # not unlocked: a fork of this process may go on using the server
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _is_kept(server) and not _is_used(server):
            _hurry(server)
            _pause(server, deadline)


def _hold(server: Blueprint, deadline: float) -> None:
    path = server.file("users.lock")
    if path in _held and _is_same_file(_held[path], path):
        return
    descriptor = _open(path, server)
    while not _locked(descriptor, fcntl.LOCK_SH):  # a keeper is stopping the server just now
        _pause(server, deadline)
    _held[path] = descriptor


def _is_same_file(descriptor: int, path: Path) -> bool:
    """Whether the file was not replaced meanwhile, as after `rm -r var`."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _is_up(server: Blueprint) -> bool:
    """Whether the server accepts connections. Who finds it without a keeper starts it."""
    descriptor = _open(server.file("keeper.lock"), server)
    try:
        if is_starter := _locked(descriptor, fcntl.LOCK_EX):
            _start(server, descriptor)
    finally:
        os.close(descriptor)  # from here on the keeper alone holds the lock
    if is_starter:
        _await_keeper(server)
    return _is_ready(server) and _accepts(server.socket)


def _await_keeper(server: Blueprint) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_ready(server):
        if not _is_kept(server):
            raise _failure(server, "could not be started")
        _pause(server, deadline)


def _is_ready(server: Blueprint) -> bool:
    return server.file("keeper.lock").read_bytes().startswith(b"ready")


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def _is_kept(server: Blueprint) -> bool:
    """Whether a keeper is alive."""
    descriptor = _open(server.file("keeper.lock"), server)
    try:
        return not _locked(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _is_used(server: Blueprint) -> bool:
    """Whether some process shares the users' lock; a keeper that stops the server holds it alone."""
    descriptor = _open(server.file("users.lock"), server)
    try:
        return _locked(descriptor, fcntl.LOCK_SH) and not _locked(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def _open(path: Path, server: Blueprint) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0:
        os.fchown(descriptor, server_uid(server.var_dir), -1)
    return descriptor


def _locked(descriptor: int, kind: int) -> bool:
    """Take the lock of this kind if nobody is in the way."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pause(server: Blueprint, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise _failure(server, f"did not get ready in {PATIENCE_SECONDS} s")
    time.sleep(PAUSE_SECONDS)


def _failure(server: Blueprint, what: str) -> EmbeddedServerError:
    log = server.file("server.log")
    said = log.read_text(errors="replace").splitlines()[-3:] if log.exists() else []
    return EmbeddedServerError(
        f"The embedded {server.name} {what} (see {log} and {server.file('keeper.log')}): {' | '.join(said)}"
    )


def _hurry(server: Blueprint) -> None:
    """Ask the keeper not to linger."""
    words = server.file("keeper.lock").read_bytes().split()
    if len(words) == 2:
        try:
            os.kill(int(words[1]), signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            return  # it is gone, or root's: then it lingers its three seconds


def _start(server: Blueprint, lock: int) -> None:
    """Start the keeper, which inherits the lock. It holds it as long as it lives."""
    os.ftruncate(lock, 0)
    uid = server_uid(server.var_dir)
    make_private(server.socket.parent, uid)
    server.prepare(uid)
    keeper = [sys.executable, "-I", "-S", str(KEEPER), str(lock), str(server.directory)]
    with os.fdopen(_open(server.file("keeper.log"), server), "wb") as log:
        log.truncate()
        plan = json.dumps(_plan(server, uid)).encode()
        subprocess.run(keeper, input=plan, pass_fds=[lock], stdout=log, stderr=log, check=True)  # noqa: S603


def _plan(server: Blueprint, uid: int) -> dict:
    """What keeper.py is told; it explains the keys."""
    argv = [str(server.program), *server.arguments]
    reaching = [server.program, server.work_dir, server.socket.parent]
    runtime = [str(server.socket.parent)] if server.socket.parent.parent == SHORT_RUNTIME else []
    return {
        "command": command_as(uid, argv, reaching, "--pdeathsig", server.stop_signal.name),
        "program": str(server.program),
        "mark": server.mark,
        "uid": uid,
        "directory": str(server.work_dir),
        "socket": str(server.socket),
        "ask": server.ask.hex(),
        "answer": server.answer.hex(),
        "stop_signal": int(server.stop_signal),
        "litter": [str(path) for path in [server.socket, *server.litter]],
        "runtime": runtime,
        "users": str(server.file("users.lock")),
        "log": str(server.file("server.log")),
        "patience": PATIENCE_SECONDS,
        "linger": server.linger,
    }
