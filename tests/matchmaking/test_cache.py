"""The cache without Redis: it counts in memory, says so once, and comes back."""

import pytest
from allauth.account.models import EmailAddress
from celery import Celery
from django.conf import settings as project
from django.core.cache import caches
from django.urls import reverse

from matchmaking import waking
from tests.factories import make_user

REAL = project.CACHES  # before a test's own cache takes its place

DOWN = {"default": {"BACKEND": "matchmaking.cache.PatientCache", "LOCATION": "redis://127.0.0.1:1/0"}}


@pytest.fixture
def cache(settings):
    settings.CACHES = DOWN
    caches["default"]._memory.clear()
    return caches["default"]


def test_without_redis_everything_is_kept_in_this_process(cache, caplog):
    assert cache.get("name", "nothing") == "nothing"
    cache.set("name", "value")
    assert cache.add("name", "other") is False
    assert cache.add("count", 1)
    assert cache.incr("count") == 2
    assert cache.decr("count") == 1
    assert cache.get_or_set("new", 5) == 5
    assert cache.get_many(["name", "new", "none"]) == {"name": "value", "new": 5}
    assert cache.has_key("name")
    assert cache.touch("name", 60)
    cache.set_many({"a": 1})
    cache.delete_many(["a", "new"])
    assert cache.delete("name")
    cache.clear()
    assert cache.get("count") is None
    assert caplog.text.count("does without Redis") == 1


def test_with_redis_another_connection_sees_what_was_kept(settings):
    settings.CACHES = REAL
    try:
        caches["default"].set("seen-by-others", 1, 5)
        assert caches["default"].ping()
        assert caches.create_connection("default").get("seen-by-others") == 1
        assert caches["default"]._memory.get("seen-by-others") is None
    finally:
        caches["default"].delete("seen-by-others")


def test_waking_a_worker_is_tried_once_and_nobody_waits_for_a_redis_that_is_down(monkeypatch, caplog, settings):
    def wait(seconds):
        raise AssertionError("somebody waits")

    monkeypatch.setattr("kombu.utils.functional.sleep", wait)
    app = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    app.conf.task_publish_retry = settings.CELERY_TASK_PUBLISH_RETRY
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(waking, "current_app", app)
    waking._wake_now("catalog.tasks.encode_stale_documents")
    assert "the schedule will find the work" in caplog.text


@pytest.mark.django_db
def test_signing_in_works_without_redis(cache, client):
    user = make_user()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    response = client.post(reverse("account_login"), {"login": user.email, "password": "correct horse"})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
