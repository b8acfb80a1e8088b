"""Fixtures for all tests. Objects are made by plain functions in `tests/factories.py`."""

import pytest


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hashing a password costs a quarter of a second by design; made-up ones need no protection."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
