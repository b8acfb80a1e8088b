"""One encoder for many processes: real sockets, and one real server process."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as project

from catalog import encoding
from catalog.encoder import lock, protocol
from catalog.encoder.client import RemoteEncoder
from catalog.encoder.failures import EncoderError, EncoderTimeout, EncoderUnavailable, WrongEncoder
from catalog.encoder.identity import Identity
from catalog.encoder.lock import has_server, only_server
from catalog.encoder.reading import Reading
from catalog.encoder.server import EncoderServer
from tests.matchmaking.embedded_users import comes_true

IDENTITY = Identity("little", 3, "f" * 16)


class LittleEncoder:
    """Encodes at once, or as slowly as a test wants; remembers the sizes of what it was given."""

    identity = IDENTITY
    dimension = IDENTITY.dimension
    fingerprint = IDENTITY.fingerprint
    prompts = {"query": "q: ", "document": "d: "}

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.order: list[str] = []

    def prompted(self, kind, texts):
        return [self.prompts[kind] + text for text in texts]

    def read_piece(self, texts):
        rows = self.encode_piece(texts)
        pieces = [np.array([ord(char) for char in text], np.int32) for text in texts]
        return [
            Reading(row, own, np.tile(row, (len(own), 1)).astype(np.float16))
            for row, own in zip(rows, pieces, strict=True)
        ]

    def encode_piece(self, texts):
        if any("poison" in text for text in texts):
            raise RuntimeError("the text itself")
        time.sleep(self.seconds)
        self.order.extend(texts)
        return np.array([[len(text), ord(text[0]), 1] for text in texts], np.float32)


@pytest.fixture
def serve(tmp_path):
    """Start a server for an encoder at tmp_path; stopped at the end."""
    started = []

    def start(encoder, folder="private") -> EncoderServer:
        path = tmp_path / folder / "encoder.sock"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        started.append(EncoderServer(encoder, path))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        if one.path.exists():
            one.stop()


def client_of(server: EncoderServer, **options) -> RemoteEncoder:
    return RemoteEncoder(server.path, IDENTITY, **options)


def test_a_client_gets_the_vectors_of_its_own_texts_in_order(serve):
    client = client_of(serve(LittleEncoder()))
    vectors = client.encode_document(["a" * length for length in range(70)])
    assert vectors.dtype == np.float32
    assert vectors[:, 0].tolist() == [length + 3 for length in range(70)]
    assert client.encode_query(["a"])[0].tolist() == [4, ord("q"), 1]
    assert client.encode_query([]).shape == (0, 3)
    assert client.ping() == IDENTITY


def test_a_client_gets_the_pieces_of_its_own_texts_in_order(serve):
    client = client_of(serve(LittleEncoder()))
    readings = client.read_document(["a" * length for length in range(1, 41)])
    assert [reading.vector[0] for reading in readings] == [length + 3 for length in range(1, 41)]
    assert all(len(reading.pieces) == length + 3 for length, reading in enumerate(readings, start=1))
    assert readings[1].pieces.tolist() == [ord(char) for char in "d: aa"]
    assert readings[1].tokens.shape == (5, 3)
    assert readings[1].tokens.dtype == np.float16
    assert client.read_query([]) == []
    with pytest.raises(EncoderError, match="RuntimeError"):
        client.read_query(["poison"])


def test_two_clients_at_once_do_not_mix_their_vectors(serve):
    server = serve(LittleEncoder(0.001))
    found = {}

    def ask(length: int) -> None:
        found[length] = client_of(server).encode_document(["x" * length] * 50)

    threads = [threading.Thread(target=ask, args=(length,)) for length in (5, 9, 14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {length: set(vectors[:, 0]) for length, vectors in found.items()} == {5: {8}, 9: {12}, 14: {17}}


def test_a_short_query_overtakes_a_long_batch(serve):
    server = serve(LittleEncoder(0.05))
    batch = threading.Thread(target=client_of(server).encode_document, args=(["d" * 2000] * 32,))
    batch.start()
    time.sleep(0.1)
    client_of(server).encode_query(["urgent"])
    assert batch.is_alive()
    batch.join()


def test_a_client_survives_a_restart_of_the_server(serve):
    first = serve(LittleEncoder())
    client = client_of(first, patience=5)
    client.encode_query(["before"])
    first.stop()
    threading.Timer(0.5, serve, [LittleEncoder()]).start()
    assert client.encode_query(["after"]).shape == (1, 3)


def test_without_a_server_the_message_says_what_to_start(tmp_path):
    client = RemoteEncoder(tmp_path / "private" / "none.sock", IDENTITY, patience=0)
    with pytest.raises(EncoderUnavailable, match=r"manage.py encoder_server"):
        client.encode_query(["text"])


def test_a_server_that_is_loading_is_waited_for_and_none_at_all_is_not(serve, tmp_path):
    path = tmp_path / "private" / "encoder.sock"
    client = RemoteEncoder(path, IDENTITY, patience=0)
    with only_server(path):
        with pytest.raises(EncoderUnavailable):
            client.wait(0.3)
        threading.Timer(0.5, serve, [LittleEncoder()]).start()
        client.wait(60)
        assert client.encode_query(["text"]).shape == (1, 3)
    path.unlink()
    leave_dead_socket(path)
    with pytest.raises(EncoderUnavailable):
        client.wait(60)


def test_a_slow_answer_is_a_timeout_and_the_rest_of_the_work_is_dropped(serve):
    encoder = LittleEncoder(0.1)
    server = serve(encoder)
    with pytest.raises(EncoderTimeout):
        client_of(server, seconds=0.3).encode_document(["d" * 2000] * 32)
    time.sleep(0.5)
    assert len(encoder.order) < 20


def test_a_server_with_another_encoder_is_refused(serve):
    server = serve(LittleEncoder())
    other = RemoteEncoder(server.path, Identity("little", 3, "0" * 16))
    with pytest.raises(WrongEncoder, match="Restart it"):
        other.encode_query(["text"])


def test_a_failure_names_its_kind_and_never_the_text(serve, caplog):
    client = client_of(serve(LittleEncoder()))
    with pytest.raises(EncoderError, match="RuntimeError") as raised:
        client.encode_query(["poison"])
    assert "poison" not in str(raised.value) + caplog.text
    assert "the text itself" not in str(raised.value) + caplog.text
    assert client.encode_query(["fine"]).shape == (1, 3)


@pytest.mark.parametrize("noise", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x00\x00\x00\x02[]", b"\xff\xff\xff\xff"])
def test_noise_on_the_socket_harms_nobody(serve, noise):
    server = serve(LittleEncoder())
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(server.path))
        connection.sendall(noise)
    assert client_of(server).ping() == IDENTITY


@pytest.mark.parametrize("header", [{}, {"ask": "dance"}, {"ask": "query", "fingerprint": "f" * 16}])
def test_a_question_that_makes_no_sense_is_answered_with_an_error(serve, header):
    server = serve(LittleEncoder())
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(server.path))
        protocol.send(connection, header)
        assert "error" in protocol.receive(connection)[0]


def test_a_path_longer_than_a_socket_address_works(serve):
    server = serve(LittleEncoder(), "x" * 100)
    assert len(str(server.path)) > 107
    assert client_of(server).encode_query(["text"]).shape == (1, 3)


def test_texts_are_not_sent_where_others_could_have_put_the_socket(serve):
    server = serve(LittleEncoder())
    server.path.parent.chmod(0o777)
    with pytest.raises(EncoderError, match="private folder"):
        client_of(server).encode_query(["text"])
    server.path.parent.chmod(0o700)


def test_the_encoder_is_the_servers_when_it_answers_and_local_otherwise(settings, serve, monkeypatch):
    server = serve(LittleEncoder())
    monkeypatch.setattr(encoding, "identity", lambda: IDENTITY)
    monkeypatch.setattr(encoding, "local_encoder", lambda: "local")
    settings.ENCODER_SOCKET = str(server.path)
    assert isinstance(encoding.encoder(), RemoteEncoder)
    server.stop()
    assert encoding.encoder() == "local"
    settings.ENCODER_REQUIRED = True
    assert isinstance(encoding.encoder(), RemoteEncoder)


def test_a_server_left_over_from_another_version_is_not_used_silently(settings, serve, monkeypatch):
    settings.ENCODER_SOCKET = str(serve(LittleEncoder()).path)
    monkeypatch.setattr(encoding, "identity", lambda: Identity("little", 3, "0" * 16))
    with pytest.raises(WrongEncoder, match="restart the server"):
        encoding.encoder()


@pytest.fixture
def start_command():
    """Start `manage.py encoder_server` for a socket; killed at the end if it is still there."""
    started = []

    def start(path: Path) -> subprocess.Popen:
        command = [sys.executable, str(project.BASE_DIR / "manage.py"), "encoder_server"]
        environment = os.environ | {"ENCODER_SOCKET": str(path)}
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL))  # noqa: S603 - ours
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def leave_dead_socket(path: Path) -> None:
    """What a killed server leaves: a socket that nobody listens to."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))


def test_the_command_serves_real_vectors_after_a_kill_and_stops_cleanly(tmp_path, start_command):
    path = tmp_path / "private" / "encoder.sock"
    leave_dead_socket(path)
    process = start_command(path)
    assert comes_true(lambda: has_server(path), seconds=60)  # as soon as it begins to load
    client = RemoteEncoder(path, encoding.identity())
    client.wait()
    remote = client.encode_query(["We need a sensor."])
    assert np.array_equal(remote, encoding.local_encoder().encode_query(["We need a sensor."]))
    (there,), (here,) = (
        client.read_query(["We need a sensor."]),
        encoding.local_encoder().read_query(["We need a sensor."]),
    )
    assert np.allclose(here.vector, remote[0], atol=1e-3)
    assert np.array_equal(there.tokens, here.tokens)
    assert np.array_equal(there.pieces, here.pieces)
    assert (here.pieces[0], here.pieces[-1]) == (0, 0)  # the marks at both ends say nothing
    assert (here.pieces > 0).sum() >= 4
    assert path.stat().st_mode & 0o777 == 0o600
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    assert not path.exists()


def test_a_second_server_for_the_same_socket_gives_up_with_a_message(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "PREDECESSOR_SECONDS", 0.2)
    path = tmp_path / "private" / "encoder.sock"
    with only_server(path), pytest.raises(EncoderError, match="stop it first"), only_server(path):
        raise AssertionError("two servers at once")
    assert path.parent.stat().st_mode & 0o777 == 0o700
