"""The embedded servers live exactly as long as somebody uses them, whoever is killed meanwhile."""

import shutil
from pathlib import Path

import pytest

from matchmaking.embedded.account import EmbeddedServerError
from matchmaking.embedded.postgres import cluster
from matchmaking.embedded.server import Blueprint, join, leave
from tests.matchmaking.embedded_users import (
    comes_true,
    embedded,
    is_gone,
    keeper_of,
    kill,
    leader_of,
    processes_of,
    query,
    start_user,
    using,
)


@pytest.fixture(scope="session")
def made_cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database cluster to copy, so that not every test waits for the making of one."""
    server = embedded("postgres", tmp_path_factory.mktemp("made") / "var")
    join(server)
    query(server, "CREATE TABLE kept (word text)")
    query(server, "INSERT INTO kept VALUES ('kept')")
    leave(server)
    assert is_gone(server)
    return server.work_dir


@pytest.fixture(params=["postgres", "redis"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Blueprint:
    return made_server(request, tmp_path)


@pytest.fixture(params=["redis", pytest.param("postgres", marks=pytest.mark.long)])
def either_server(request: pytest.FixtureRequest, tmp_path: Path) -> Blueprint:
    """For what the two share to the letter."""
    return made_server(request, tmp_path)


def made_server(request: pytest.FixtureRequest, tmp_path: Path) -> Blueprint:
    if request.param == "redis":
        return embedded("redis", tmp_path / "var")
    return copied(request.getfixturevalue("made_cluster"), tmp_path / "var")


@pytest.fixture
def postgres(tmp_path: Path, made_cluster: Path) -> Blueprint:
    return copied(made_cluster, tmp_path / "var")


def copied(cluster_dir: Path, var_dir: Path) -> Blueprint:
    server = embedded("postgres", var_dir)
    server.directory.mkdir(parents=True, mode=0o700)
    shutil.copytree(cluster_dir, server.work_dir)
    return server


def test_a_server_comes_with_its_first_user_and_goes_after_its_last(server):
    assert is_gone(server)
    with using(server):
        assert server.socket.is_socket()
    assert comes_true(lambda: is_gone(server))


def test_two_users_share_one_server(either_server):
    with using(either_server):
        leader = leader_of(either_server)
        with using(either_server):
            assert leader_of(either_server) == leader
        assert leader_of(either_server) == leader


def test_users_that_start_at_the_same_moment_get_one_server(either_server):
    users = [start_user(either_server) for _ in range(4)]
    try:
        assert [user.stdout.readline() for user in users] == ["joined\n"] * 4
        assert sum("keeper.py" in command for command in processes_of(either_server).values()) == 1
    finally:
        for user in users:
            user.communicate()
    assert comes_true(lambda: is_gone(either_server))


def test_a_fork_goes_on_using_the_server_after_its_parent_has_ended(either_server):
    with using(either_server, "fork") as parent:
        parent.wait()
        leader = leader_of(either_server)
        assert not comes_true(lambda: is_gone(either_server), seconds=1.5)  # longer than it lingers
        assert leader_of(either_server) == leader
    assert comes_true(lambda: is_gone(either_server))


def test_a_killed_user_does_not_keep_the_server(server):
    with using(server) as user:
        kill(user.pid)
    assert comes_true(lambda: is_gone(server))


def test_a_killed_keeper_takes_the_server_along_and_the_next_user_gets_another(server):
    with using(server):
        kill(keeper_of(server))
        with using(server):
            assert server.socket.is_socket()
    assert comes_true(lambda: is_gone(server))


def test_a_killed_server_comes_back_when_it_is_needed(server):
    with using(server):
        kill(leader_of(server))
        with using(server):
            assert server.socket.is_socket()
    assert comes_true(lambda: is_gone(server))


def test_data_survive_when_everything_is_killed_at_once(postgres):
    with using(postgres) as user:
        query(postgres, "INSERT INTO kept VALUES ('just committed')")
        kill(user.pid, *processes_of(postgres))
    with using(postgres):
        assert query(postgres, "SELECT word FROM kept") == [("kept",), ("just committed",)]
    assert comes_true(lambda: is_gone(postgres))


def test_leaving_as_the_last_user_waits_until_the_server_is_gone(either_server):
    join(either_server)
    leave(either_server)
    assert is_gone(either_server)


def test_leaving_does_not_disturb_the_other_users(either_server):
    with using(either_server):
        join(either_server)
        leader = leader_of(either_server)
        leave(either_server)
        assert leader_of(either_server) == leader


def test_a_removed_var_directory_ends_its_server_and_a_new_one_starts(either_server):
    with using(either_server):
        assert comes_true(lambda: is_removed(either_server.var_dir))
        assert comes_true(lambda: not processes_of(either_server))
    join(either_server)
    leave(either_server)


def is_removed(folder: Path) -> bool:
    """Like `rm -r`, again where the ending server was quicker with a file."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def test_an_interrupted_making_of_a_cluster_is_begun_anew(tmp_path):
    server = embedded("postgres", tmp_path / "var")
    unfinished = server.directory / "data.unfinished"
    unfinished.mkdir(parents=True)
    server.directory.chmod(0o700)
    (unfinished / "PG_VERSION").write_text("half of it")
    join(server)
    try:
        assert query(server, "SELECT extname FROM pg_extension WHERE extname = 'vector'") == [("vector",)]
    finally:
        leave(server)
    assert not unfinished.exists()


def test_a_server_that_cannot_start_is_an_error_that_shows_its_log(postgres):
    with (postgres.work_dir / "postgresql.conf").open("a") as settings:
        settings.write("max_conections = 5\n")
    with pytest.raises(EmbeddedServerError, match=r"embedded postgres could not be started .*max_conections"):
        join(postgres)
    leave(postgres)


def test_missing_programs_are_an_error_that_says_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedServerError, match="set DATABASE_URL"):
        embedded("postgres", tmp_path)
    with pytest.raises(EmbeddedServerError, match="set REDIS_URL"):
        embedded("redis", tmp_path)
