"""The encoder of another process, with the same verbs as `Encoder`. Light: neither torch nor a model here."""

from __future__ import annotations

import os
import socket
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from catalog.encoder import protocol
from catalog.encoder.failures import EncoderError, EncoderTimeout, EncoderUnavailable, WrongEncoder
from catalog.encoder.identity import Identity
from catalog.encoder.lock import has_server
from catalog.encoder.reading import Reading, from_bytes
from catalog.encoder.texts import check_texts

TEXTS_PER_REQUEST = 32  # bounds what one reply has to be waited for
SECONDS = 60.0  # for one request; 32 long texts take 5 to 15 s on one busy core
PATIENCE = 15.0  # a server that was restarted on a quiet machine has loaded its model by then
LOADING = 120.0  # on a busy one it took 20 to 60 s; work on which no open page hangs waits so long
PAUSE = 0.2
PING_SECONDS = 2.0


class RemoteEncoder:
    """Asks the server at `path`, which must have the encoder of this identity.

    Survives a restart of the server: a request that found nobody or lost its connection is sent again for
    `patience` seconds. Raises EncoderUnavailable, EncoderTimeout, WrongEncoder, or EncoderError.
    """

    def __init__(self, path: Path, identity: Identity, seconds: float = SECONDS, patience: float = PATIENCE) -> None:
        self.path = path
        self.identity = identity
        self.seconds = seconds
        self.patience = patience

    @property
    def fingerprint(self) -> str:
        return self.identity.fingerprint

    @property
    def dimension(self) -> int:
        return self.identity.dimension

    def encode_query(self, texts: Sequence[str]) -> np.ndarray:
        """float32 of shape (len(texts), dimension), each row of length 1."""
        return self._encode("query", texts)

    def encode_document(self, texts: Sequence[str]) -> np.ndarray:
        """float32 of shape (len(texts), dimension), each row of length 1."""
        return self._encode("document", texts)

    def read_query(self, texts: Sequence[str]) -> list[Reading]:
        """Vector and pieces of each text, from one pass."""
        return self._read("query", texts)

    def read_document(self, texts: Sequence[str]) -> list[Reading]:
        """Vector and pieces of each text, from one pass."""
        return self._read("document", texts)

    def ping(self) -> Identity:
        """Who answers, without any second try."""
        header, _ = self._ask({"ask": "ping"}, PING_SECONDS)
        return Identity(header["name"], header["dimension"], header["fingerprint"])

    def wait(self, seconds: float = LOADING) -> None:
        """Until a server answers: so long for one that is loading its model, `patience` for any other. Raises
        EncoderUnavailable."""
        enough = time.monotonic() + self.patience
        for is_last in _attempts(seconds):
            try:
                self.ping()
                return
            except EncoderTimeout:  # it is there, and busy
                return
            except EncoderUnavailable:
                if is_last or (time.monotonic() > enough and not has_server(self.path)):
                    raise

    def _encode(self, kind: str, texts: Sequence[str]) -> np.ndarray:
        check_texts(texts)
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), TEXTS_PER_REQUEST):
            part = list(texts[start : start + TEXTS_PER_REQUEST])
            vectors[start : start + len(part)] = self._encode_part(kind, part)
        return vectors

    def _encode_part(self, kind: str, texts: list[str]) -> np.ndarray:
        asked = {"ask": kind, "fingerprint": self.fingerprint, "seconds": self.seconds, "texts": texts}
        header, payload = self._ask_patiently(asked)
        return np.frombuffer(payload, "<f4").reshape(header["shape"])

    def _read(self, kind: str, texts: Sequence[str]) -> list[Reading]:
        check_texts(texts)
        found: list[Reading] = []
        for start in range(0, len(texts), TEXTS_PER_REQUEST):
            part = list(texts[start : start + TEXTS_PER_REQUEST])
            asked = {"ask": f"read {kind}", "fingerprint": self.fingerprint, "seconds": self.seconds, "texts": part}
            header, payload = self._ask_patiently(asked)
            found += from_bytes(header["lengths"], self.dimension, payload)
        return found

    def _ask_patiently(self, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        for is_last in _attempts(self.patience):
            try:
                return self._ask(asked, self.seconds)
            except EncoderUnavailable:
                if is_last:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, asked: dict[str, Any], seconds: float) -> tuple[dict[str, Any], bytes]:
        try:
            header, payload = self._exchange(asked, seconds)
        except TimeoutError as error:
            raise EncoderTimeout(f"The encoder server did not answer within {seconds:g} s.") from error
        except OSError as error:
            raise EncoderUnavailable(
                f"No encoder server answers at {self.path} ({error}). "
                "Start it with `python manage.py encoder_server`."
            ) from error
        if "error" in header:
            raise self._failure(header["error"], header["message"])
        return header, payload

    def _exchange(self, asked: dict[str, Any], seconds: float) -> tuple[dict[str, Any], bytes]:
        _check_privacy(self.path.parent)
        with socket.socket(socket.AF_UNIX) as connection, protocol.address(self.path) as address:
            connection.settimeout(seconds)
            connection.connect(address)
            protocol.send(connection, asked)
            return protocol.receive(connection)

    def _failure(self, error: str, message: str) -> EncoderError:
        if error == "timeout":
            return EncoderTimeout(message)
        if error == "wrong encoder":
            return WrongEncoder(
                f"The encoder server has the encoder {message}, {self.fingerprint} is needed. Restart it: "
                "EMBEDDING_MODEL or the installed version has changed since it started."
            )
        return EncoderError(f"The encoder server could not encode: {message}.")


def _attempts(seconds: float) -> Iterator[bool]:
    """True with the last one, which comes after about so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() + PAUSE < end:
        yield False
        time.sleep(PAUSE)
    yield True


def _check_privacy(folder: Path) -> None:
    """Confidential texts go only to a socket that nobody but its owner, or root, can have put there."""
    facts = folder.stat()
    is_ours = facts.st_uid in (os.geteuid(), 0) or os.geteuid() == 0
    if not is_ours or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EncoderError(f"{folder} is writable by others: set ENCODER_SOCKET to a path in a private folder.")
