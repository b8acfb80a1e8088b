"""What `/healthz` says when all is well, and when each part of it is not."""

import json
import time
from dataclasses import replace
from datetime import timedelta
from unittest.mock import ANY

import kombu.exceptions
import pytest
from django.core.cache import cache, caches
from django.db import OperationalError
from django.utils import timezone

from catalog.encoder.failures import EncoderUnavailable
from catalog.encoding import identity
from catalog.models import Need
from matchmaking import health, tasks
from matchmaking.models import Mail, MailKind
from tests.factories import make_need

KINDS = ("encoding", "matching", "imports", "mails")
pytestmark = pytest.mark.django_db
SECRET_TEXT = "Nobody may read of our leaking tank"


class Encoder:
    """Stands for the encoder's process."""

    def __init__(self, answer):
        self.answer = answer

    def ping(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Refusing:
    """Stands for the connection to a database that is down."""

    def cursor(self):
        raise OperationalError("connection to db.example failed: password=hunter2")


@pytest.fixture(autouse=True)
def all_is_well(monkeypatch):
    monkeypatch.setattr(type(caches["default"]), "ping", lambda self: True, raising=False)
    monkeypatch.setattr(health, "remote_encoder", lambda: Encoder(identity()))
    tasks.beat_heart()


def ask(client, **query):
    response = client.get("/healthz", query)
    return response.status_code, response.json()


def old(hours=2):
    return timezone.now() - timedelta(hours=hours)


def test_all_is_well(client):
    status, report = ask(client)
    assert (status, report["ok"]) == (200, True)
    assert report["parts"].keys() == {"database", "redis", "worker", "model", "pending", "peers"}
    assert report["parts"]["worker"]["heartbeat_age"] < 5
    assert report["parts"]["pending"]["oldest"] == dict.fromkeys(KINDS)


def test_the_database_is_down(client, monkeypatch):
    monkeypatch.setattr(health, "connection", Refusing())
    status, report = ask(client)
    assert status == 503
    assert report["parts"]["database"] == {"ok": False, "error": "OperationalError"}
    assert "hunter2" not in json.dumps(report)


def test_redis_is_down(client, settings):
    settings.CACHES = {"default": {"BACKEND": "matchmaking.cache.PatientCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    caches["default"]._memory.clear()
    status, report = ask(client)
    assert status == 503
    assert report["parts"]["redis"] == {"ok": False, "error": "ConnectionError"}
    assert report["parts"]["worker"] == {"ok": False, "error": "no heartbeat"}
    assert ask(client, only="database") == (200, {"ok": True, "parts": {"database": {"ok": True}}})


def test_no_worker_is_alive(client):
    cache.set(health.HEARTBEAT, 0.0)
    status, report = ask(client)
    assert (status, report["parts"]["worker"]["error"]) == (503, "late heartbeat")


def test_every_task_that_ends_is_a_heartbeat(client):
    cache.set(health.HEARTBEAT, 0.0)
    tasks.send_due_digests.apply()
    assert ask(client, only="worker")[0] == 200


@pytest.mark.parametrize(
    ("seconds", "answers", "status"),
    [(200, [{"celery@here": {"ok": "pong"}}], 200), (200, [], 503), (1000, [{"celery@here": {"ok": "pong"}}], 503)],
)
def test_a_worker_at_long_tasks_is_well_as_long_as_it_answers_and_not_for_ever(
    client, monkeypatch, seconds, answers, status
):
    cache.set(health.HEARTBEAT, time.time() - seconds)
    monkeypatch.setattr(health.current_app.control, "broadcast", lambda *asked, **named: answers)
    assert ask(client, only="worker")[0] == status


def test_a_late_heartbeat_is_no_error_while_redis_is_down(client, monkeypatch):
    def refuse(*asked, **named):
        raise kombu.exceptions.OperationalError("no connection")

    cache.set(health.HEARTBEAT, time.time() - 200)
    monkeypatch.setattr(health.current_app.control, "broadcast", refuse)
    assert ask(client, only="worker") == (503, ANY)


def test_the_encoder_is_down_or_another_one(client, settings, monkeypatch):
    settings.ENCODER_REQUIRED = True
    monkeypatch.setattr(health, "remote_encoder", lambda: Encoder(EncoderUnavailable("nobody")))
    status, report = ask(client)
    assert (status, report["parts"]["model"]) == (503, {"ok": False, "error": "EncoderUnavailable"})
    monkeypatch.setattr(health, "remote_encoder", lambda: Encoder(replace(identity(), fingerprint="other")))
    assert ask(client)[1]["parts"]["model"]["error"] == "another encoder answers"


def test_where_no_encoder_process_is_required_a_model_on_disk_is_enough(client, settings, monkeypatch):
    settings.ENCODER_REQUIRED = False
    monkeypatch.setattr(health, "remote_encoder", lambda: Encoder(EncoderUnavailable("nobody")))
    monkeypatch.setattr(health, "is_prepared", lambda: True)
    assert ask(client)[1]["parts"]["model"]["warm"] is False
    monkeypatch.setattr(health, "is_prepared", lambda: False)
    assert ask(client)[0] == 503


def test_work_that_waits_is_counted_by_its_oldest_and_too_old_work_is_no_health(client):
    need = make_need(description=SECRET_TEXT)
    Need.objects.filter(pk=need.pk).update(updated_at=old(0.5))
    status, report = ask(client)
    assert status == 200
    assert 1790 < report["parts"]["pending"]["oldest"]["encoding"] < 1810
    Mail.objects.create(key="digest:1", kind=MailKind.DIGEST, not_before=old())
    cache.clear()
    tasks.beat_heart()
    status, report = ask(client)
    assert (status, report["parts"]["pending"]["error"]) == (503, "work has waited too long")
    assert report["parts"]["pending"]["oldest"]["mails"] > 7190
    assert SECRET_TEXT not in json.dumps(report)


def test_a_need_that_was_encoded_and_never_matched_waits(client):
    need = make_need()
    made_from = f"{identity().fingerprint}:{need.text_hash}"
    dimension = identity().dimension
    Need.objects.update(
        embedding=[0.1] * dimension, embedding_dimension=dimension, embedded_from=made_from, embedded_at=old()
    )
    status, report = ask(client)
    assert status == 503
    assert report["parts"]["pending"]["oldest"]["encoding"] is None
    assert report["parts"]["pending"]["oldest"]["matching"] > 7190


def test_drafts_and_mails_of_tomorrow_do_not_wait(client):
    make_need(state="draft")
    Mail.objects.create(key="digest:1", kind=MailKind.DIGEST, not_before=timezone.now() + timedelta(days=1))
    assert ask(client)[1]["parts"]["pending"]["oldest"] == dict.fromkeys(KINDS)


def test_an_unknown_part_is_named(client):
    status, report = ask(client, only="moon")
    assert status == 400
    assert "moon" in report["detail"]
