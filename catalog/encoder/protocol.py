"""How a client and the encoder server talk: frames over a unix socket, nothing that could execute anything.

A frame is the length of its header (4 bytes, big-endian), the header as JSON, and as many raw bytes as the
header's `bytes` says. A connection carries one request and one reply: connecting costs 0.1 ms, and no
connection is ever shared by threads or by forked processes, or found dead after a restart of the server.

    {"ask": "ping"}                                     -> {"name", "dimension", "fingerprint"}
    {"ask": "query" or "document", "fingerprint",
     "seconds", "texts"}                                -> {"shape"} and float32 vectors, little-endian
    the same with "read query" or "read document"       -> {"lengths"} and the bytes of `reading.py`
    anything that cannot be done                        -> {"error", "message"}
"""

import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LENGTH = struct.Struct(">I")
MOST_BYTES = 64 << 20  # a frame beyond this is no frame of ours
LONGEST_ADDRESS = 107  # sun_path holds 108 bytes with its closing zero (unix(7))


@contextmanager
def address(path: Path) -> Iterator[str]:
    """What to bind or connect to for this path, however long it is: Linux follows a descriptor's folder."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def send(connection: socket.socket, header: dict[str, Any], payload: bytes = b"") -> None:
    encoded = json.dumps(header | {"bytes": len(payload)}).encode()
    connection.sendall(LENGTH.pack(len(encoded)) + encoded + payload)


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Header and payload; raises ConnectionError when the other side ends early or talks nonsense."""
    (length,) = LENGTH.unpack(_exactly(connection, LENGTH.size))
    try:
        header = json.loads(_exactly(connection, length))
        size = header["bytes"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConnectionError("The other side does not speak the encoder's protocol.") from error
    return header, _exactly(connection, size)


def _exactly(connection: socket.socket, size: int) -> bytes:
    if not 0 <= size <= MOST_BYTES:
        raise ConnectionError(f"A frame of {size} bytes was announced, at most {MOST_BYTES} are accepted.")
    received = bytearray()
    while len(received) < size:
        chunk = connection.recv(min(size - len(received), 1 << 20))
        if not chunk:
            raise ConnectionError("The other side ended the connection.")
        received += chunk
    return bytes(received)
