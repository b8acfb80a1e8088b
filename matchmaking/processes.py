"""The processes of the Procfile on a developer's machine, under honcho's manager.

What honcho does not do is added here: whoever dies takes its processes along, even by SIGKILL, and the site's
address is printed when it answers. The steps before that are in the command `run`.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Message, Printer
from honcho.process import Process

#: prctl(2)
PR_SET_PDEATHSIG = 1

#: What gunicorn says once the application is loaded and its port is open.
WEB_IS_LISTENING = b"Listening at: "


class FollowingProcess(Process):
    """One line of the Procfile. Its command ends when this small process does, and that when the manager does."""

    def run(self, *args: Any, **kwargs: Any) -> None:
        """Start the command and pass its output on."""
        die_with_parent(signal.SIGKILL)
        self.cmd = f"exec setpriv --pdeathsig TERM -- {self.cmd}"
        super().run(*args, **kwargs)


class AnnouncingPrinter(Printer):
    """Prints what the processes say, and calls `announce` when the web server is listening."""

    def __init__(self, announce: Callable[[], None]) -> None:
        super().__init__(sys.stdout)
        self.announce = announce

    def write(self, message: Message) -> None:
        """Print one message."""
        super().write(message)
        if message.name == "web" and isinstance(message.data, bytes) and WEB_IS_LISTENING in message.data:
            self.announce()


def die_with_parent(number: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent has died."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number))


def run_all(procfile: Path, environment: Mapping[str, str], announce: Callable[[], None]) -> int:
    """Run every process of the Procfile until one ends or we are told to stop; return the exit status.

    SIGINT and SIGTERM stop all of them within about five seconds, by force if need be.
    """
    manager = Manager(AnnouncingPrinter(announce))
    manager._process_ctor = FollowingProcess
    for name, command in parse_procfile(procfile.read_text()).processes.items():
        manager.add_process(name, command, env=dict(environment), cwd=str(procfile.parent))
    try:
        manager.loop()
    finally:
        # A signal in the first moments, before all have started, leaves the loop by an exception.
        for process in multiprocessing.active_children():
            process.kill()
    return int(manager.returncode or 0)


def development_environment(port: int) -> dict[str, str]:
    """The environment of the processes on a developer's machine: what may be convenient and quick to stop."""
    programs = str(Path(sys.executable).parent)
    return os.environ | {
        "DEBUG": "true",
        "PORT": str(port),
        "EVENT_MINUTES": os.environ.get("EVENT_MINUTES", "0"),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),  # else each minute's tasks scroll the address away
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "GUNICORN_CMD_ARGS": "--graceful-timeout 2",
        "REMAP_SIGTERM": "SIGQUIT",  # a task that is cut short here is found again by its query
    }


def answers(address: str) -> bool:
    """Whether something speaks HTTP there and does not fail."""
    try:
        with urllib.request.urlopen(address, timeout=20):  # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError as refusal:
        return refusal.code < 500
    except OSError:
        return False
