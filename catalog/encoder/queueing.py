"""The encoder server's work: which piece of which request is encoded next, and by which thread.

Requests of a few texts, on which a person waits, go before requests of many; inside a rank first come, first
served. Long requests are cut into pieces, so that a short one waits for the end of one piece at most.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Sequence

import numpy as np

from catalog.encoder.batches import pieces
from catalog.encoder.model import Encoder, thread_count

logger = logging.getLogger(__name__)
FEW = 4  # texts; more than these is work for the background
URGENT, PATIENT, LAST = 0, 1, 2


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
    def rank(self) -> int:
        return URGENT if len(self.texts) <= FEW else PATIENT

    def finish(self, piece: list[int], rows: np.ndarray) -> None:
        self.vectors[piece] = rows
        with self._lock:
            self._remaining -= 1
            if self._remaining == 0:
                self.done.set()

    def fail(self, reason: str) -> None:
        self.failure = reason
        self.is_given_up = True
        self.done.set()


class Workers:
    """Threads that encode what is put in; `stop` lets them finish the pieces in hand."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._queue: queue.PriorityQueue = queue.PriorityQueue()
        self._order = itertools.count()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(thread_count())]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """Finish what is waiting, at most for so long."""
        for _ in self._threads:
            self._queue.put((LAST, next(self._order), None, []))
        for thread in self._threads:
            thread.join(seconds / len(self._threads))

    def put(self, request: Request) -> None:
        for piece in request.pieces:
            self._queue.put((request.rank, next(self._order), request, piece))

    def _work(self) -> None:
        while True:
            _rank, _order, request, piece = self._queue.get()
            if request is None:
                return
            if not request.is_given_up:
                self._encode(request, piece)

    def _encode(self, request: Request, piece: list[int]) -> None:
        try:
            request.finish(piece, self.encoder.encode_piece([request.texts[i] for i in piece]))
        except Exception as error:  # whatever it was, this client must hear of it and the others go on
            # An exception's own words may quote the text: only its kind may reach a log.
            logger.error("encoding failed: %s", type(error).__name__)
            request.fail(type(error).__name__)
