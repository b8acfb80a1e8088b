"""The encoder server: one process that keeps the model warm for web, worker and commands.

Measured: this process takes 0.9 to 1.2 GB; a web process that asks it stays at 84 MB instead of paying the same.
A request through the socket costs 0.4 ms on top of encoding. With two cores under a load of 14, a short query took
81 ms (at most 157) while long documents were encoded, against 425 ms (at most 1.5 s) when both stood in one queue.
The socket lies in a folder that only its owner may
enter; the server answers when the model is loaded, so an answer to `ping` means ready.
"""

from __future__ import annotations

import logging
import signal
import socket
import socketserver
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from catalog.encoder import protocol
from catalog.encoder.model import Encoder
from catalog.encoder.queueing import ReadingRequest, Request, Workers
from catalog.encoder.reading import to_bytes

logger = logging.getLogger(__name__)
FINISH_SECONDS = 5.0
MOST_SECONDS = 600.0


class Handler(socketserver.BaseRequestHandler):
    """One connection: one request, one reply."""

    server: EncoderServer
    request: socket.socket

    def handle(self) -> None:
        try:
            asked, _ = protocol.receive(self.request)
            protocol.send(self.request, *self.server.answer(asked))
        except OSError as error:  # the client has gone, nobody is left to be told
            logger.info("a client left early: %s", type(error).__name__)


class EncoderServer(socketserver.ThreadingUnixStreamServer):
    """Answers on `path` until `stop` is called; `run` does all of it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, encoder: Encoder, path: Path) -> None:
        self.encoder = encoder
        self.path = path
        self.workers = Workers(encoder)
        super().__init__(str(path), Handler, bind_and_activate=False)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; must be called on the main thread, by the `only_server` of the path."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        self.start()
        stopped.wait()
        self.stop()

    def start(self) -> None:
        """Listen and answer from threads of its own."""
        self.path.unlink(missing_ok=True)  # a killed predecessor's; the lock says that it is dead
        with protocol.address(self.path) as self.server_address:
            self.server_bind()
        self.path.chmod(0o600)
        self.server_activate()
        self.workers.start()
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        """Take no new requests, finish those at hand, leave no socket."""
        self.path.unlink(missing_ok=True)
        self.shutdown()
        self.server_close()
        self.workers.stop(FINISH_SECONDS)

    def answer(self, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Header and payload of the reply."""
        try:
            return self._answer(asked["ask"], asked)
        except (KeyError, TypeError, ValueError) as error:  # none of them quotes a text
            return _error("protocol", f"{type(error).__name__}: {error}"), b""

    def _answer(self, kind: str, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        if kind == "ping":
            return asdict(self.encoder.identity), b""
        if asked["fingerprint"] != self.encoder.fingerprint:
            return _error("wrong encoder", self.encoder.fingerprint), b""
        return self._encode(kind, asked["texts"], min(float(asked["seconds"]), MOST_SECONDS))

    def _encode(self, kind: str, texts: list[str], seconds: float) -> tuple[dict[str, Any], bytes]:
        work = ReadingRequest if str(kind).startswith("read ") else Request
        request = work(self.encoder.prompted(str(kind).removeprefix("read "), texts), self.encoder.dimension)
        self.workers.put(request)
        if not request.done.wait(seconds):
            request.is_given_up = True  # the client does not wait any longer: spare the rest
            return _error("timeout", f"{len(texts)} texts were not encoded within {seconds:g} s."), b""
        if request.failure:
            return _error("failed", request.failure), b""
        if isinstance(request, ReadingRequest):
            lengths, payload = to_bytes(request.readings)
            return {"lengths": lengths}, payload
        return {"shape": request.vectors.shape}, request.vectors.tobytes()


def _error(error: str, message: str) -> dict[str, Any]:
    return {"error": error, "message": message}
