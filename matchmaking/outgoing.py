"""Requests to addresses that somebody has entered. They must not lead into the operator's own network.

Only https, and only to public addresses: the name is resolved once, every address it has is checked, and that very
address is connected to, so that a name cannot mean something else a moment later. Redirects are not followed.
What WEBHOOK_HOSTS names ("host:port") may be anything.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT = 10  # seconds, for each step of a request
LONGEST = 60  # seconds, for a whole answer
PROMPT = 30  # seconds, until the body of an answer begins
CHUNK = 1 << 16


class Forbidden(Exception):
    """Nothing may be sent there; the text says why."""


class Target(NamedTuple):
    is_tls: bool
    host: str
    port: int
    path: str


class Checked(http.client.HTTPConnection):
    """Connects to the first address of the name, if all of them are allowed."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT)
        self.target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((address_of(self.target), self.target.port), self.timeout)
        if self.target.is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.target.host)

    def cut(self) -> None:
        """From another thread: whoever reads or writes is at the end."""
        if sock := self.sock:
            with suppress(OSError):  # it was closed in this moment
                sock.shutdown(socket.SHUT_RDWR)


def target_of(url: str) -> Target:
    """Raises Forbidden for what is no https address and not explicitly allowed."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Forbidden("This is no address.") from error
    is_tls = parts.scheme == "https"
    target = Target(is_tls, host, port or (443 if is_tls else 80), (parts.path or "/") + _query(parts.query))
    if not host or parts.username or parts.scheme not in ("http", "https"):
        raise Forbidden("This is no address.")
    if not is_tls and not _is_allowed(target):
        raise Forbidden("Only https is allowed.")
    return target


def _query(query: str) -> str:
    return f"?{query}" if query else ""


def _is_allowed(target: Target) -> bool:
    return f"{target.host}:{target.port}" in settings.WEBHOOK_HOSTS


def address_of(target: Target) -> str:
    """The address to connect to. Raises Forbidden where one of the name's addresses is not public, OSError."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise Forbidden("This is no address.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not _is_allowed(target) and not all(is_public(address) for address in addresses):
        raise Forbidden("This address is not public.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Of IPv6 addresses that carry one of IPv4 the latter counts."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1]) or _translated(ip)
        ip = carried or ip
    return ip.is_global and not ip.is_multicast


def _translated(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """NAT64: the last 32 bits of 64:ff9b::/96."""
    is_nat64 = ip in ipaddress.ip_network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if is_nat64 else None


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer. Raises Forbidden, OSError, http.client.HTTPException."""
    with _answered("POST", url, body, headers) as answer:
        return answer.status


def get(url: str, headers: dict[str, str], most: int) -> tuple[int, bytes]:
    """Status and body of the answer. Raises as `post`, and OSError for a body of more than `most` bytes or one that
    takes longer than LONGEST."""
    end, body = monotonic() + LONGEST, bytearray()
    with _answered("GET", url, None, headers) as answer:
        while piece := answer.read1(CHUNK):
            body += piece
            if len(body) > most:
                raise OSError(f"The answer has more than {most} bytes.")
            if monotonic() > end:
                raise TimeoutError(f"The answer takes longer than {LONGEST} seconds.")
        return answer.status, bytes(body)


@contextmanager
def _answered(
    method: str, url: str, body: bytes | None, headers: dict[str, str]
) -> Iterator[http.client.HTTPResponse]:
    target = target_of(url)
    connection = Checked(target)
    overdue = threading.Timer(PROMPT, connection.cut)  # TIMEOUT begins anew with each byte
    overdue.start()
    try:
        connection.request(method, target.path, body, headers)
        answer = connection.getresponse()
        overdue.cancel()
        yield answer
    finally:
        overdue.cancel()
        connection.close()
