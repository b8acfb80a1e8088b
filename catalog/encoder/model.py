"""The noun `Encoder`: a loaded sentence-transformers model with the two verbs `encode_query` and
`encode_document`. How to get the one that the settings ask for is said in `catalog/encoding.py`.

Loading imports torch and costs seconds and about 800 MB; everything else in the package is light.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from catalog.encoder.build import NAME, builtin_identity
from catalog.encoder.identity import MAX_LENGTH, Identity, content_of_directory, fingerprint

MAX_THREADS = 4  # more threads do not pay for a model of this size and take the machine from the others
BATCH = 16
# The e5 models were trained with these prompts, yet their directories do not name them.
E5_WITHOUT_PROMPTS = re.compile(r"(^|/)(multilingual-)?e5-(small|base|large)(-v2)?$")
E5_PROMPTS = {"query": "query: ", "document": "passage: "}


class EncoderError(RuntimeError):
    """A text cannot be encoded; the message says why and what to do."""


class Encoder:
    """Texts in, unit vectors out. `load` makes one; the constructor only stores a SentenceTransformer."""

    def __init__(self, model: Any, prompts: Mapping[str, str], identity: Identity) -> None:
        self.model = model
        self.prompts = prompts
        self.identity = identity
        self._pid = os.getpid()

    @classmethod
    def load_builtin(cls, directory: Path, max_length: int = MAX_LENGTH) -> Encoder:
        """The model that `build.py` wrote. Never asks a hub for anything."""
        model = _load(str(directory), max_length, offline=True)
        return cls(model, _prompts_of(model, NAME), builtin_identity(max_length))

    @classmethod
    def load(cls, name_or_path: str, max_length: int = MAX_LENGTH) -> Encoder:
        """Any other model: a directory, or a name at the hub, which is then asked for it."""
        is_local = Path(name_or_path).is_dir()
        model = _load(name_or_path, max_length, offline=is_local)
        prompts = _prompts_of(model, name_or_path)
        directory = Path(name_or_path) if is_local else _downloaded(name_or_path)
        found = fingerprint(content_of_directory(directory), prompts, model.max_seq_length)
        return cls(model, prompts, Identity(name_or_path, model.get_embedding_dimension(), found))

    @property
    def fingerprint(self) -> str:
        return self.identity.fingerprint

    @property
    def dimension(self) -> int:
        return self.identity.dimension

    def encode_query(self, texts: Sequence[str]) -> np.ndarray:
        """float32 of shape (len(texts), dimension), each row of length 1."""
        return self.encode_prompted(prompted(texts, self.prompts["query"]))

    def encode_document(self, texts: Sequence[str]) -> np.ndarray:
        """float32 of shape (len(texts), dimension), each row of length 1."""
        return self.encode_prompted(prompted(texts, self.prompts["document"]))

    def encode_prompted(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts that bear their prompts already: queries and documents may share a batch."""
        if os.getpid() != self._pid:
            raise EncoderError("The model was loaded before this process was forked: load it after the fork.")
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        vectors = self.model.encode(
            list(texts), prompt="", batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.ascontiguousarray(vectors, np.float32)


def prompted(texts: Sequence[str], prompt: str) -> list[str]:
    if isinstance(texts, str):
        raise TypeError("A list of texts is encoded, not a single text: pass [text].")
    return [prompt + text for text in texts]


def _load(name_or_path: str, max_length: int, *, offline: bool) -> Any:
    if offline:
        # Read when the hub's library is imported: no directory of ours needs a question to a third party.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # a loading bar has no place in logs and in the output of commands
    torch.set_num_threads(min(MAX_THREADS, len(os.sched_getaffinity(0))))
    model = SentenceTransformer(name_or_path, device="cpu", local_files_only=offline)
    model.max_seq_length = min(max_length, model.max_seq_length or max_length)
    return model


def _prompts_of(model: Any, name: str) -> dict[str, str]:
    """What the model says about itself; what is known about e5 where it says nothing."""
    named = model.prompts
    document = named.get("document") or named.get("passage") or named.get("corpus") or ""
    prompts = {"query": named.get("query") or "", "document": document}
    if not any(prompts.values()) and E5_WITHOUT_PROMPTS.search(name):
        return dict(E5_PROMPTS)
    return prompts


def _downloaded(name: str) -> Path:
    from huggingface_hub import snapshot_download

    full_name = name if "/" in name else f"sentence-transformers/{name}"
    return Path(snapshot_download(full_name, local_files_only=True))
