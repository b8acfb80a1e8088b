"""The encoder that the settings ask for. Everybody who needs vectors comes here; nobody loads a model elsewhere.

The model is warm in one place, the process `manage.py encoder_server`; web and worker reach it over a socket.
Where none runs (tests, a single command) the model is loaded into the process that asks, unless
ENCODER_REQUIRED says that this process must not.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

from catalog.encoder.build import build_if_missing, builtin_directory, builtin_identity
from catalog.encoder.client import RemoteEncoder
from catalog.encoder.failures import EncoderError, EncoderTimeout, EncoderUnavailable, WrongEncoder
from catalog.encoder.identity import Identity
from catalog.encoder.model import Encoder
from catalog.encoder.reference import check_built_model


def encoder() -> Encoder | RemoteEncoder:
    """The server's encoder when it answers, else one in this process. Raises EncoderError."""
    remote = remote_encoder()
    if settings.ENCODER_REQUIRED:
        return remote
    try:
        found = remote.ping()
    except (EncoderUnavailable, EncoderTimeout):
        return local_encoder()
    if found != remote.identity:
        raise WrongEncoder(
            f"The encoder server has {found.name} ({found.fingerprint}), this process needs "
            f"{remote.identity.name} ({remote.identity.fingerprint}): restart the server."
        )
    return remote


def awaited_encoder() -> Encoder | RemoteEncoder:
    """The same for work in the background, which waits for a server that is still loading its model: given up, the
    first text of somebody new would lie until the next turn. Raises EncoderError."""
    found = encoder()
    if isinstance(found, RemoteEncoder):
        found.wait()
    return found


def remote_encoder() -> RemoteEncoder:
    """The server's encoder, whether or not it answers."""
    return RemoteEncoder(Path(settings.ENCODER_SOCKET), identity())


@cache
def local_encoder() -> Encoder:
    """The encoder loaded into this process, its model built first where it is missing."""
    if not settings.EMBEDDING_MODEL:
        build_model()
        return Encoder.load_builtin(builtin_directory(_models()))
    loaded = Encoder.load(settings.EMBEDDING_MODEL)
    loaded.identity.write(_card())
    return loaded


def identity() -> Identity:
    """Name, dimension and fingerprint of the encoder that the settings ask for, without loading it."""
    if not settings.EMBEDDING_MODEL:
        return builtin_identity()
    if not _card().exists():
        raise EncoderError(
            f"Nothing is known yet about EMBEDDING_MODEL={settings.EMBEDDING_MODEL}: "
            "run `python manage.py prepare_model` once."
        )
    return Identity.read(_card())


def build_model() -> bool:
    """Build the built-in model if it is missing; True when it was. Raises ModelBuildError."""
    return build_if_missing(_models(), check_built_model)


def is_prepared() -> bool:
    """Whether the model is there, so that starting will not take a minute or a download."""
    return _card().exists() if settings.EMBEDDING_MODEL else builtin_directory(_models()).is_dir()


def model_place() -> Path:
    """What `is_prepared` looks for, for messages."""
    return _card() if settings.EMBEDDING_MODEL else builtin_directory(_models())


def _models() -> Path:
    return settings.VAR_DIR / "models"


def _card() -> Path:
    """What is remembered about a model of the operator's."""
    digest = hashlib.sha256(settings.EMBEDDING_MODEL.encode()).hexdigest()[:12]
    return _models() / f"identity-{digest}.json"
