"""What Django and Celery see of the embedded servers, and the check of the server an operator names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from django.db import OperationalError, connection

from matchmaking.checks import check_database_server, complaints
from matchmaking.embedded.account import EmbeddedServerError
from matchmaking.embedded.postgres import base
from matchmaking.embedded.redis import connections
from tests.matchmaking.embedded_users import ROOT, comes_true, embedded, is_gone

SEND_AND_RECEIVE = """
import django; django.setup()
from django.core.cache import cache
from matchmaking import celery_app
cache.set("word", "kept", 10)
assert cache.get("word") == "kept"
with celery_app.connection_for_write() as connection, connection.SimpleQueue("test") as queue:
    queue.put("a message")
    message = queue.get(timeout=5)
    message.ack()
    print(message.payload)
"""


def run_with(var_dir: Path, *argv: str, said: str = "") -> str:
    unset = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"VAR_DIR": str(var_dir), "DJANGO_SETTINGS_MODULE": "matchmaking.settings"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, *argv], cwd=ROOT, env=environment, input=said, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_celery_and_the_cache_start_redis_when_they_connect(tmp_path):
    assert run_with(tmp_path / "var", "-W", "error", "-c", SEND_AND_RECEIVE) == "a message\n"
    assert comes_true(lambda: is_gone(embedded("redis", tmp_path / "var")))


def test_dbshell_starts_postgres_and_talks_to_it(tmp_path):
    answer = run_with(tmp_path / "var", "manage.py", "dbshell", "--", "-At", said="SELECT current_user;")
    assert answer == "matchmaking\n"
    assert comes_true(lambda: is_gone(embedded("postgres", tmp_path / "var")))


@pytest.mark.django_db
def test_a_missing_server_is_an_error_django_and_celery_know(monkeypatch):
    def refuse(server: object) -> None:
        raise EmbeddedServerError("nothing there")

    monkeypatch.setattr(base, "join", refuse)
    monkeypatch.setattr(connections, "join", refuse)
    with pytest.raises(OperationalError, match="nothing there"):
        connection.copy().ensure_connection()
    with pytest.raises(redis.ConnectionError, match="nothing there"):
        connections.Connection(path="/nowhere").connect()


def test_connections_go_on_through_the_death_of_the_server(tmp_path):
    """A process that had a connection gets another one, without doing anything about it."""
    script = """
import django, os, signal, time
django.setup()
from django.conf import settings
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_postmaster_start_time()")
    before = cursor.fetchone()
leader = int((settings.VAR_DIR / "postgres/data/postmaster.pid").read_text().split()[0])
os.kill(leader, signal.SIGKILL)
while os.path.exists(f"/proc/{leader}"):
    time.sleep(0.01)
connection.close()
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_postmaster_start_time()")
    assert cursor.fetchone() > before
"""
    run_with(tmp_path / "var", "-c", script)


@pytest.mark.django_db
def test_the_embedded_server_passes_the_check():
    assert check_database_server(["default"]) == []


@pytest.mark.parametrize(
    ("server", "extension", "found"),
    [
        (18, "0.8.5", []),
        (15, "0.8.0", []),
        (16, "1.0.0", []),
        (14, "0.8.0", ["matchmaking.E001"]),
        (15, None, ["matchmaking.E002"]),
        (15, "0.7.4", ["matchmaking.E002"]),
        (13, None, ["matchmaking.E001", "matchmaking.E002"]),
    ],
)
def test_a_server_too_old_or_without_pgvector_is_an_error(server, extension, found):
    messages = complaints(server, extension)
    assert [message.id for message in messages] == found
    assert all("DATABASE_URL" in message.hint for message in messages)
