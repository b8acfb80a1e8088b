"""The encoder server's work: which thread encodes which piece of which request.

Requests of a few texts, on which a person waits, have threads of their own and never stand behind documents;
the threads for documents yield the processor to them and to everybody else. First come, first served in both.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Sequence

import numpy as np

from catalog.encoder.batches import pieces
from catalog.encoder.model import Encoder, thread_count
from catalog.encoder.reading import Reading

logger = logging.getLogger(__name__)
FEW = 4  # texts; more than these is work for the background
YIELDING = 10  # how nice the threads for documents are, see nice(2)


class Request:
    """Prompted texts, their vectors as they come, and a bell for the end."""

    def __init__(self, texts: Sequence[str], dimension: int) -> None:
        self.texts = texts
        self.vectors = np.empty((len(texts), dimension), "<f4")
        self.pieces = list(pieces(texts))
        self.failure: str | None = None
        self.is_given_up = False
        self.done = threading.Event()
        self._remaining = len(self.pieces)
        self._lock = threading.Lock()
        if not self.pieces:
            self.done.set()

    @property
    def is_urgent(self) -> bool:
        return len(self.texts) <= FEW

    def encode(self, encoder: Encoder, piece: list[int]) -> None:
        """One piece of the work, on the thread that calls."""
        self.vectors[piece] = encoder.encode_piece([self.texts[i] for i in piece])
        self.finish_piece()

    def finish_piece(self) -> None:
        with self._lock:
            self._remaining -= 1
            if self._remaining == 0:
                self.done.set()

    def fail(self, reason: str) -> None:
        self.failure = reason
        self.is_given_up = True
        self.done.set()


class ReadingRequest(Request):
    """The same with the vectors of the texts' pieces."""

    def __init__(self, texts: Sequence[str], dimension: int) -> None:
        super().__init__(texts, dimension)
        self.readings: list[Reading | None] = [None] * len(texts)

    def encode(self, encoder: Encoder, piece: list[int]) -> None:
        rows = encoder.read_piece([self.texts[i] for i in piece])
        for position, row in zip(piece, rows, strict=True):
            self.readings[position] = row
        self.finish_piece()


class Workers:
    """Threads that encode what is put in; `stop` lets them finish."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._urgent: queue.SimpleQueue = queue.SimpleQueue()
        self._patient: queue.SimpleQueue = queue.SimpleQueue()
        works = [(self._urgent, 0), (self._patient, YIELDING)] * thread_count()
        self._threads = [threading.Thread(target=self._work, args=work, daemon=True) for work in works]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """Finish what is waiting, at most for so long."""
        for _ in range(thread_count()):
            self._urgent.put(None)
            self._patient.put(None)
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def put(self, request: Request) -> None:
        waiting = self._urgent if request.is_urgent else self._patient
        for piece in request.pieces:
            waiting.put((request, piece))

    def _work(self, waiting: queue.SimpleQueue, niceness: int) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.nice(0) + niceness)
        while (work := waiting.get()) is not None:
            request, piece = work
            if not request.is_given_up:
                self._encode(request, piece)

    def _encode(self, request: Request, piece: list[int]) -> None:
        try:
            request.encode(self.encoder, piece)
        except Exception as error:  # whatever it was, this client must hear of it and the others go on
            # An exception's own words may quote the text: only its kind may reach a log.
            logger.error("encoding failed: %s", type(error).__name__)
            request.fail(type(error).__name__)
