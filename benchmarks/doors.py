"""The API over HTTP against gunicorn, as a signed-in person: requests a second, and how long 95 of 100 take at most.

With one client and with eight. List and detail are compared with a bare view that runs the same statements.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from time import monotonic, perf_counter, sleep
from urllib.parse import quote

import numpy as np
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Membership, PersonalToken
from catalog.models import Need, Offer

from .registry import Corpus, Figure, at_most, suite
from .search import member

ROUNDS, REQUESTS, HEAVY = 5, 40, 24  # in turns, of list and detail in each; of search and propose, which encode
CLIENTS = (1, 8)
PROPOSE = "/api/v1/propose/"
MOST_TIMES = 3.0  # as long as the bare view
STARTED = 300  # seconds that gunicorn and the encoder may take


@suite("api")
def measure(corpus: Corpus) -> Iterator[Figure]:
    person = member()
    provider = Offer.objects.order_by("pk").first().organisation  # only who has an offer may ask what fits a text
    Membership.objects.get_or_create(user=person, organisation=provider, state="approved")
    secret = PersonalToken.objects.make(person, name="bench", scope="read", lasts=timedelta(days=1), most=99)[1]
    headers = {"Authorization": f"Token {secret}", "Content-Type": "application/json"}
    asked = {"list": "/api/v1/offers/", "detail": f"/api/v1/offers/{Offer.objects.visible_to(person).last().pk}/"}
    title = Need.objects.embedded().order_by("pk").values_list("title", flat=True).first()
    body = json.dumps({"text": f"{title}. We look for somebody who can help us."})
    with serving({name: statements(path, secret) for name, path in asked.items()}) as port:
        for name, path in asked.items():
            for clients in CLIENTS:
                yield from _compared(name, port, path, headers, clients)
        for name, path, sent in (
            ("search", f"/api/v1/search/?text={quote(title)}", None),
            ("propose", PROPOSE, body),
        ):
            for clients in CLIENTS:
                seconds, rate = _many(port, path, headers, clients, sent)
                yield from _told(f"{name}, {_clients(clients)}", seconds, rate)


def _compared(name: str, port: int, path: str, headers: dict, clients: int) -> Iterator[Figure]:
    """In turns, so that what else the machine does meanwhile slows both."""
    asked, bare = [], []
    for _ in range(ROUNDS):
        asked.append(_many(port, path, headers, clients))
        bare.append(_many(port, f"/bare/{name}", {}, clients))
    seconds, plain = (np.concatenate([one for one, _rate in measured]) for measured in (asked, bare))
    yield from _told(f"{name}, {_clients(clients)}", seconds, float(np.mean([rate for _seconds, rate in asked])))
    times = float(np.quantile(seconds, 0.95) / np.quantile(plain, 0.95))
    yield at_most(
        f"  {name}, {_clients(clients)}: times as long as a bare view with the same statements",
        times,
        "x",
        MOST_TIMES,
    )


def _told(what: str, seconds: np.ndarray, rate: float) -> Iterator[Figure]:
    yield Figure(f"{what}: 95 of 100 take at most", float(np.quantile(seconds, 0.95)) * 1000, "ms")
    yield Figure(f"  {what}: requests a second", rate, "")


def _clients(number: int) -> str:
    return "1 client" if number == 1 else f"{number} clients"


# Asking


def _many(port: int, path: str, headers: dict, clients: int, body: str | None = None) -> tuple[np.ndarray, float]:
    """Seconds of each request, and requests a second of all clients together."""
    number = HEAVY if path.startswith(("/api/v1/search", PROPOSE)) else REQUESTS
    each = max(number // clients, 2)
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda _: _one(port, path, headers, body, 2), range(clients)))  # warm
        start = perf_counter()
        found = list(pool.map(lambda _: _one(port, path, headers, body, each), range(clients)))
        passed = perf_counter() - start
    return np.concatenate(found), clients * each / passed


def _one(port: int, path: str, headers: dict, body: str | None, times: int) -> list[float]:
    """One client, with one connection."""
    line, seconds = HTTPConnection("127.0.0.1", port, timeout=120), []
    for _ in range(times):
        start = perf_counter()
        line.request("POST" if body else "GET", path, body, headers)
        answer = line.getresponse()
        answer.read()
        seconds.append(perf_counter() - start)
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}")
    line.close()
    return seconds


# Serving


def statements(path: str, secret: str) -> list[str]:
    """What the API asks the database for this address; noting that the token was used is left out."""
    client = APIClient(headers={"authorization": f"Token {secret}", "host": "127.0.0.1"})
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} was answered with {answer.status_code}")
    return [one["sql"] for one in asked if one["sql"].startswith("SELECT")]


@contextmanager
def serving(bare: dict[str, list[str]]) -> Iterator[int]:
    """The site under gunicorn as the Procfile runs it, with the encoder and the bare views beside it; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with NamedTemporaryFile("w", suffix=".json") as file, TemporaryDirectory() as folder:
        json.dump({"database": connection.settings_dict["NAME"], "statements": bare}, file)
        file.flush()
        environment = os.environ | {"BENCH_SERVING": file.name, "ENCODER_SOCKET": f"{folder}/encoder.sock"}
        environment |= {"LOG_LEVEL": "ERROR", "API_RATE_USER": "1000000/min", "ENCODER_REQUIRED": "1"}
        here = Path(sys.executable)
        options = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--no-control-socket"]
        started = [
            subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
            for line in (
                [here, "manage.py", "encoder_server"],
                [here.with_name("gunicorn"), "benchmarks.served:application", *options],
            )
        ]
        try:
            _wait_until(lambda: Path(environment["ENCODER_SOCKET"]).exists() and _listens(port))
            yield port
        finally:
            for process in started:
                process.terminate()
                process.wait(30)


def _wait_until(is_ready: Callable[[], bool]) -> None:
    until = monotonic() + STARTED
    while not is_ready():
        if monotonic() > until:
            raise RuntimeError("The site did not start.")
        sleep(0.2)


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
