"""Fixtures for all tests. Objects are made by plain functions in `tests/factories.py`."""

import os

import hypothesis
import numpy as np
import pytest
from django.db import connection
from django.utils import translation

from catalog.encoder.model import Encoder
from tests.shelf import Shelf

# The same examples in every run; a busy machine is no failure.
hypothesis.settings.register_profile("project", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("project")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """No commit waits for the disk: the database of the tests need not outlive a failure of the power."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" SET synchronous_commit = off')
        cursor.execute("SET synchronous_commit = off")


@pytest.fixture(scope="session", autouse=True)
def each_text_is_read_once(tmp_path_factory):
    """The real model, but what it makes of a text is kept for the other tests, also for those of the other process:
    reading takes most of their time."""
    own = tmp_path_factory.getbasetemp()
    shelf = Shelf((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "texts.sqlite")
    patch = pytest.MonkeyPatch()
    for name in ("_encode", "_read"):
        patch.setattr(Encoder, name, remembering(getattr(Encoder, name), shelf))
    yield
    patch.undo()


def remembering(read, shelf):
    known = {}

    def once(self, texts):
        keys = {text: f"{read.__name__} {self.fingerprint} {text!a}" for text in texts}
        known.update(shelf.found([key for key in keys.values() if key not in known]))
        new = [text for text, key in keys.items() if key not in known]
        fresh = dict(zip((keys[text] for text in new), read(self, new) if new else [], strict=True))
        shelf.keep(fresh)
        known.update(fresh)
        found = [known[keys[text]] for text in texts]
        return np.array(found).reshape(len(texts), self.dimension) if read.__name__ == "_encode" else found

    return once


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hashing a password costs a quarter of a second by design; made-up ones need no protection."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def static_files_from_the_source(settings):
    """Nothing has to be collected before a test shows a page."""
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def own_cache(settings, request):
    """Rate limits and what is cached begin anew in each test, and no server is asked."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": request.node.nodeid}
    }


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """No test writes, sweeps or restores the files of this checkout's site."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def in_english():
    """What a test before this one read in another language does not stay."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def no_waiting_for_company(settings):
    """What happens to a person is told at once; the tests of bundling wait."""
    settings.EVENT_MINUTES = 0


@pytest.fixture(scope="module")
def browser():
    from tests.browsing import chromium

    with chromium() as browser:
        yield browser
