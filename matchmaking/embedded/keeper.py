"""The small detached process that owns one embedded server: starts it, and stops it after its last user.

It runs as a script of the standard library alone (10 MB, 20 ms), with the number of the lock's descriptor as
its first argument (the second says in a list of processes whose keeper it is) and a plan as JSON on standard
input:

    command      the server's command line          directory   its working directory
    program      its executable, for recognising    mark        text in its processes' titles, and their uid
    socket       where it answers                   ask, answer bytes that tell a ready server (hexadecimal)
    stop_signal  its fast shutdown                  litter      files a killed server leaves behind
    users        file every user process holds a shared lock on; the kernel lets go of it at any death
    keeper       file whose exclusive lock, inherited as the given descriptor, says that a keeper is alive
    log          where the server writes            patience    seconds a start or a stop may take
    runtime      folders outside var/, to remove    linger      seconds the server stays without users

Who holds the keeper's lock is the only one to start or stop the server. `ready` is written into that file
once the server answers. SIGTERM asks the keeper not to linger; it never stops a server somebody uses.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

POLL_SECONDS = 0.25
LONGEST_LOG = 1_000_000


def main(plan: dict, lock: int) -> None:
    """Serve until the last user has gone or the server has ended."""
    hurry: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: hurry.append(number))
    clear_remains(plan)
    server = start(plan)
    try:
        if became_ready(plan, server):
            os.pwrite(lock, b"ready %d\n" % os.getpid(), 0)
            wait_for_last_user(plan, server, hurry)
    finally:
        os.ftruncate(lock, 0)
        stop(plan, server)
        clear_remains(plan)
        for folder in plan["runtime"]:
            with contextlib.suppress(OSError):  # not empty: somebody else's file, which is not ours to remove
                Path(folder).rmdir()


def start(plan: dict) -> subprocess.Popen:
    """Start the server with a log of its own, kept from growing for ever."""
    with os.fdopen(os.open(plan["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        if os.geteuid() == 0:
            os.fchown(log.fileno(), plan["uid"], -1)
        if log.tell() > LONGEST_LOG:
            log.truncate(0)
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        return subprocess.Popen(plan["command"], cwd=plan["directory"], env=environment, **streams)  # noqa: S603


def became_ready(plan: dict, server: subprocess.Popen) -> bool:
    """Whether the server answers in time; a crashed one may be replaying its log for a while."""
    deadline = time.monotonic() + plan["patience"]
    while time.monotonic() < deadline and server.poll() is None:
        if answers(plan):
            return True
        time.sleep(0.02)
    return False


def answers(plan: dict) -> bool:
    """Whether the server on the socket is ready for work."""
    with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
        client.settimeout(2)
        client.connect(plan["socket"])
        client.sendall(bytes.fromhex(plan["ask"]))
        expected = bytes.fromhex(plan["answer"])
        return client.recv(len(expected)) == expected
    return False


def wait_for_last_user(plan: dict, server: subprocess.Popen, hurry: list[int]) -> None:
    """Return when nobody has held the users' lock for a while, keeping it so that nobody joins a stop."""
    users = os.open(plan["users"], os.O_RDWR)
    unused_since = None
    while not ended(server) and Path(plan["users"]).exists():
        if not taken(users):
            unused_since = None
            hurry.clear()
            continue
        unused_since = unused_since or time.monotonic()
        if hurry or time.monotonic() - unused_since >= plan["linger"]:
            return
        fcntl.flock(users, fcntl.LOCK_UN)


def ended(server: subprocess.Popen) -> bool:
    """Whether the server has ended, noticed at once; otherwise after one poll."""
    try:
        server.wait(timeout=POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def taken(descriptor: int) -> bool:
    """Take the exclusive lock if nobody holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def stop(plan: dict, server: subprocess.Popen) -> None:
    """Shut the server down, politely first."""
    if server.poll() is None:
        server.send_signal(plan["stop_signal"])
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(timeout=plan["patience"])


def clear_remains(plan: dict) -> None:
    """End processes a killed keeper or server left behind, and remove the files that would stop a start."""
    deadline = time.monotonic() + plan["patience"]
    while remains := [process for process in Path("/proc").iterdir() if is_ours(process, plan)]:
        for process in remains:
            end(process, plan, by_force=time.monotonic() > deadline)
        time.sleep(0.1)
    for path in plan["litter"]:
        Path(path).unlink(missing_ok=True)


def is_ours(process: Path, plan: dict) -> bool:
    """Whether a folder of /proc is a process of this very server. Only what everybody may read is asked."""
    try:
        return (
            process.name.isdigit()
            and process.stat().st_uid == plan["uid"]
            and (process / "comm").read_text().strip() == Path(plan["program"]).name
            and plan["mark"] in (process / "cmdline").read_text(errors="replace")
        )
    except OSError:  # it has ended meanwhile
        return False


def end(process: Path, plan: dict, by_force: bool) -> None:
    """Signal a left-over process. The stop signal means something else to PostgreSQL's own children, which
    end by themselves when their parent has; they carry a title in place of a command line."""
    with contextlib.suppress(OSError):
        is_leader = (process / "cmdline").read_text(errors="replace").startswith(plan["program"])
        if by_force or is_leader:
            os.kill(int(process.name), signal.SIGKILL if by_force else plan["stop_signal"])


def detach() -> None:
    """Leave the starter's session and become nobody's child, so that it need not wait for us."""
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir("/")


if __name__ == "__main__":
    the_plan, the_lock = json.load(sys.stdin), int(sys.argv[1])
    detach()
    main(the_plan, the_lock)
