"""Fixtures for all tests. Objects are made by plain functions in `tests/factories.py`."""

import hypothesis
import numpy as np
import pytest
from django.db import connection
from django.utils import translation

from catalog.encoder.model import Encoder

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
def each_text_is_read_once():
    """The real model, but what it makes of a text is kept for the other tests: reading takes most of their time."""
    patch = pytest.MonkeyPatch()
    for name in ("_encode", "_read"):
        patch.setattr(Encoder, name, remembering(getattr(Encoder, name)))
    yield
    patch.undo()


def remembering(read):
    known = {}

    def once(self, texts):
        new = [text for text in dict.fromkeys(texts) if (self.fingerprint, text) not in known]
        known.update(zip(((self.fingerprint, text) for text in new), read(self, new), strict=True))
        found = [known[self.fingerprint, text] for text in texts]
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
