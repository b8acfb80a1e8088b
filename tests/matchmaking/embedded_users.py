"""Processes that use an embedded server of their own var directory, for the tests of those servers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from matchmaking.embedded.postgres.cluster import ROLE
from matchmaking.embedded.postgres.cluster import blueprint as postgres
from matchmaking.embedded.redis.program import blueprint as redis
from matchmaking.embedded.server import Blueprint

ROOT = Path(__file__).resolve().parent.parent.parent


def embedded(name: str, var_dir: Path, linger: float = 0.5) -> Blueprint:
    make = {"postgres": postgres, "redis": redis}[name]
    return replace(make(var_dir), linger=linger)


#: Joins the server, says so, and goes on using it until its standard input is closed. It is spared the import
#: of the project's Celery application, which takes longer than the server.
USER = """
import os, sys, types
from pathlib import Path
sys.modules["matchmaking"] = types.ModuleType("matchmaking")
sys.modules["matchmaking"].__path__ = ["matchmaking"]
from tests.matchmaking.embedded_users import embedded
from matchmaking.embedded.server import join
join(embedded(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
if "fork" in sys.argv and os.fork():
    os._exit(0)
print("joined", flush=True)
sys.stdin.read()
"""


def user_command(server: Blueprint, *options: str) -> list[str]:
    return [sys.executable, "-c", USER, server.name, str(server.var_dir), str(server.linger), *options]


def start_user(server: Blueprint, *options: str) -> subprocess.Popen:
    return start_command(user_command(server, *options))


def start_command(argv: list[str]) -> subprocess.Popen:
    return subprocess.Popen(  # noqa: S603
        argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@contextmanager
def using(server: Blueprint, *options: str) -> Iterator[subprocess.Popen]:
    with start_user(server, *options) as user:
        assert user.stdout.readline() == "joined\n"
        yield user


def processes_of(server: Blueprint) -> dict[int, str]:
    """Command lines of the keeper and of the server's processes."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        is_server = server.mark in command and Path(server.program).name in command
        if is_server or ("keeper.py" in command and str(server.directory) in command):
            found[int(folder.name)] = command
    return found


def keeper_of(server: Blueprint) -> int:
    return next(pid for pid, command in processes_of(server).items() if "keeper.py" in command)


def leader_of(server: Blueprint) -> int:
    return next(pid for pid, command in processes_of(server).items() if command.startswith(str(server.program)))


def kill(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # PostgreSQL's processes end with the first of them
            os.kill(pid, signal.SIGKILL)


def comes_true(condition: Callable[[], object], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not (is_true := bool(condition())) and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_true


def is_gone(server: Blueprint) -> bool:
    return not processes_of(server) and not server.socket.exists()


def query(server: Blueprint, sql: str) -> list[tuple]:
    place = f"host={server.socket.parent} user={ROLE} dbname={ROLE}"
    import psycopg  # not needed by the users

    with psycopg.connect(place, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []
