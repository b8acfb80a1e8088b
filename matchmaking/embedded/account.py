"""Which system account runs the embedded servers, and how a command is started under it.

An ordinary user runs them as itself. Root must not (PostgreSQL refuses, rightly), so for root it is the owner
of var/, or, where root owns it, a user id without a name from the range systemd keeps for such services. It
is not `nobody`, whose other processes could read the data.

Such an id often cannot pass the directories above: a clone under /root lies behind mode 0700. Nothing above
var/ is widened for it. The server is given CAP_DAC_READ_SEARCH instead (CAP_DAC_OVERRIDE where a container
withholds the former), and only then: passing closed directories is all it needs it for. The database role of
the site is no superuser, so no query can reach files through the server.
"""

import contextlib
import os
import pwd
import stat
import subprocess
from collections.abc import Iterable
from pathlib import Path

from matchmaking.embedded.places import checkout_digest

#: Dynamic service users, https://systemd.io/UIDS-GIDS/
FIRST_DYNAMIC_UID, LAST_DYNAMIC_UID = 61184, 65519

#: Bits in the capability masks of /proc/self/status, capabilities(7).
PASSING_CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}

POWERLESS_ROOT = (
    "root without the capabilities CAP_CHOWN, CAP_SETUID and CAP_DAC_OVERRIDE cannot run the embedded servers: "
    "run as an ordinary user, or set DATABASE_URL and REDIS_URL"
)


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot be had; the message names the place and the way out."""


def server_uid(var_dir: Path) -> int:
    """The user id that runs the servers of this var directory, which must exist."""
    if os.geteuid() != 0:
        return os.geteuid()
    owner = var_dir.stat().st_uid
    if owner != 0:
        return owner
    span = LAST_DYNAMIC_UID - FIRST_DYNAMIC_UID + 1
    return FIRST_DYNAMIC_UID + int(checkout_digest(var_dir), 16) % span


def make_private(folder: Path, uid: int) -> None:
    """Make sure that the folder exists, belongs to uid and admits nobody else. Its parent must exist.

    Raises EmbeddedServerError where something else lies there; outside var/ somebody may have put it there.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if os.geteuid() == 0 and folder.lstat().st_uid == 0 and not folder.is_symlink():
        _give(folder, uid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise EmbeddedServerError(
            f"{folder} must be a directory of user id {uid} that is closed to all others (mode 0700): "
            "remove it, or run as its owner"
        )


def _give(folder: Path, uid: int) -> None:
    try:
        os.chown(folder, uid, uid_group(uid))
    except PermissionError as error:
        raise EmbeddedServerError(POWERLESS_ROOT) from error


def client_names(uid: int) -> list[str]:
    """The system users who may connect: root and, where it has a name, the account itself."""
    names = [pwd.getpwuid(0).pw_name]
    if uid != 0 and has_name(uid):
        names.append(pwd.getpwuid(uid).pw_name)
    return names


def has_name(uid: int) -> bool:
    """Whether the user id has an entry in the password database."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def command_as(uid: int, argv: list[str], reaching: Iterable[Path], *options: str) -> list[str]:
    """The command line that runs argv as uid, able to reach the given paths. Raises EmbeddedServerError."""
    prefix = ["setpriv", *options]
    if uid != os.geteuid():
        prefix += [f"--reuid={uid}", f"--regid={uid_group(uid)}", "--clear-groups"]
        prefix += _passing(uid, reaching)
    return [*prefix, "--", *argv] if len(prefix) > 1 else argv


def uid_group(uid: int) -> int:
    """The group a server of this user id runs with."""
    return pwd.getpwuid(uid).pw_gid if has_name(uid) else uid


def _passing(uid: int, reaching: Iterable[Path]) -> list[str]:
    if all(_reaches(uid, path) for path in reaching):
        return ["--bounding-set=-all", "--no-new-privs"]
    kept = f"-all,+{_held_capability()}"
    options = [f"--bounding-set={kept}", f"--inh-caps={kept}", f"--ambient-caps={kept}", "--no-new-privs"]
    # Without this, access(2) ignores capabilities, and PostgreSQL asks it whether it can run its programs.
    return [*options, "--securebits=+no_setuid_fixup"]


def _reaches(uid: int, path: Path) -> bool:
    question = ["setpriv", f"--reuid={uid}", f"--regid={uid_group(uid)}", "--clear-groups", "--"]
    question += ["test", "-x", str(path)]
    return subprocess.run(question, check=False, capture_output=True).returncode == 0  # noqa: S603


def _held_capability() -> str:
    status = Path("/proc/self/status").read_text()
    bounding = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapBnd"))
    for name, bit in PASSING_CAPABILITIES.items():
        if bounding >> bit & 1:
            return name
    raise EmbeddedServerError(POWERLESS_ROOT)
