"""Runs of the whole site in a var directory of their own, for the tests of `make run`."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from tests.matchmaking.embedded_users import ROOT, comes_true, kill

RUN = [sys.executable, "manage.py", "run"]


@dataclass
class Site:
    """One checkout's worth of data, the address of its site, and what its last run printed."""

    var_dir: Path
    port: int
    output: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def environment(self) -> dict[str, str]:
        own = {"VAR_DIR": str(self.var_dir), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        unset = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG"}
        return {name: value for name, value in os.environ.items() if name not in unset} | own

    def start(self, argv: list[str] = RUN) -> subprocess.Popen:
        return subprocess.Popen(  # noqa: S603
            argv,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def await_up(self, run: subprocess.Popen) -> None:
        self.output = []
        for line in run.stdout:
            self.output.append(line)
            if "Password of all of them" in line:
                return
        raise AssertionError("".join(self.output))

    def answers(self) -> bool:
        with urllib.request.urlopen(f"{self.address}accounts/login/", timeout=20) as page:  # noqa: S310
            return page.status == 200

    def processes(self) -> list[int]:
        """Everything that works for this var directory."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self.var_dir).encode() in told:
                found.append(int(folder.name))
        return [pid for pid in found if pid != os.getpid()]

    def sockets(self) -> list[Path]:
        return [path for path in self.var_dir.rglob("*") if path.is_socket()]


def make_site(folder: Path) -> Site:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    var_dir = folder / "var"
    var_dir.mkdir()
    (var_dir / "models").symlink_to(settings.VAR_DIR / "models")
    (var_dir / "priors").symlink_to(settings.VAR_DIR / "priors")
    return Site(var_dir, port)


@contextmanager
def running(site: Site, argv: list[str] = RUN) -> Iterator[subprocess.Popen]:
    """The site, up; stopped as by Ctrl-C unless the test has stopped it."""
    run = site.start(argv)
    try:
        site.await_up(run)
        yield run
    finally:
        stop(run)
        if not comes_true(lambda: not site.processes()):
            kill(*site.processes())
            raise AssertionError("processes remained")


def stop(run: subprocess.Popen) -> None:
    """Ctrl-C: the whole foreground group is told."""
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGINT)
    run.communicate(timeout=30)
