"""The whole site starts with one command and leaves nothing behind, however it ends."""

import os
import shutil
import signal
import socket
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError
from honcho.printer import Message

from matchmaking.management.commands import run as command
from matchmaking.processes import AnnouncingPrinter, development_environment
from tests.factories import make_user
from tests.matchmaking.embedded_users import comes_true, kill
from tests.matchmaking.site_runs import RUN, Site, make_site, running


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    """Started again and again: loading the demo at the first start takes longest."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.mark.long
def test_the_site_comes_up_with_its_demo_and_ctrl_c_leaves_nothing_behind(tmp_path):
    site = make_site(tmp_path)
    with running(site) as run:
        assert site.answers()
        assert any("sme@demo.example" in line for line in site.output)
        os.killpg(run.pid, signal.SIGINT)
        run.communicate(timeout=30)
        assert site.processes() == []
        assert site.sockets() == []


@pytest.mark.django_db
def test_the_first_start_says_what_takes_time_and_what_follows(monkeypatch, capsys):
    for name in ("call_command", "prepare_model"):
        monkeypatch.setattr(command, name, lambda *args, **options: None)
    monkeypatch.setattr(command.connections, "close_all", lambda: None)
    monkeypatch.setattr(command, "answers", lambda address: True)
    start = command.Command()
    start.prepare()
    assert "Loading the demo data" in capsys.readouterr().out
    start.announce()
    assert "suggestions follow" in capsys.readouterr().out
    make_user()
    start.prepare()
    start.announce()
    assert "Loading" not in (said := capsys.readouterr().out)
    assert "suggestions follow" not in said


def test_a_model_that_cannot_be_prepared_ends_the_start_in_words(monkeypatch):
    monkeypatch.setattr(command, "is_ready", lambda: False)
    monkeypatch.setattr(command.sys, "executable", shutil.which("false"))
    with pytest.raises(CommandError, match="not ready"):
        command.prepare_model()


def test_the_address_is_told_when_the_web_server_listens_and_by_no_other_process():
    told, after = [], []
    printer = AnnouncingPrinter(lambda: told.append("up"))
    listening = b"Listening at: http://127.0.0.1:8000 (7)\n"
    for name, line in (("worker", listening), ("web", b"Booting worker\n"), ("web", listening)):
        printer.write(Message("line", line, datetime.now(UTC), name, None))
        after.append(len(told))
    assert after == [0, 0, 1]


def test_only_warnings_follow_the_address_unless_somebody_wants_more(monkeypatch):
    monkeypatch.delenv("LOG_LEVEL", raising=False)
    assert development_environment(8000)["LOG_LEVEL"] == "WARNING"
    monkeypatch.setenv("LOG_LEVEL", "INFO")
    assert development_environment(8000)["LOG_LEVEL"] == "INFO"


@pytest.mark.long
def test_a_taken_port_is_an_error_that_says_the_way_out(site):
    with socket.socket() as other:
        other.bind(("127.0.0.1", site.port))
        other.listen()
        output, _ = site.start().communicate(timeout=60)
    assert f"Port {site.port} is taken: choose another one" in output
    assert site.processes() == []


@pytest.mark.long
def test_a_second_run_of_the_same_checkout_is_refused_and_the_first_goes_on(site):
    with running(site):
        second = site.start([*RUN, "--port", "0"])
        output, _ = second.communicate(timeout=60)
        assert "running already" in output
        assert site.answers()


@pytest.mark.long
def test_sigterm_stops_the_site_as_ctrl_c_does(site):
    with running(site) as run:
        run.terminate()
        run.communicate(timeout=30)
        assert site.processes() == []
        assert site.sockets() == []


@pytest.mark.long
@pytest.mark.parametrize("victim", ["make", "runner", "everything"])
def test_after_sigkill_the_rest_ends_by_itself_and_the_site_starts_again(site, victim):
    argv = ["make", "run"] if victim == "make" else RUN
    with running(site, argv) as run:
        kill(*(site.processes() if victim == "everything" else [run.pid]))
        run.wait()
        assert comes_true(lambda: not site.processes(), seconds=15)
        with running(site):
            assert site.answers()


@pytest.mark.long
def test_whoever_dies_takes_the_whole_site_down_so_that_nobody_works_beside_a_dead_process(site):
    with running(site) as run:
        line = next(line for line in site.output if "worker started" in line)
        kill(int(line.split("pid=")[1].split(")")[0]))
        run.communicate(timeout=30)
        assert run.returncode != 0
        assert site.processes() == []
