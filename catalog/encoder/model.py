"""The noun `Encoder`: a loaded sentence-transformers model with the two verbs `encode_query` and
`encode_document`. How to get the one that the settings ask for is said in `catalog/encoding.py`.

Loading imports torch: 7 to 8 s and 780 MB; everything else in the package is light.

Each piece of work runs on one thread and several pieces run side by side, instead of torch splitting each
multiplication over all cores: its threads wait for each other in a loop, which ruins them on a shared machine.
Measured on two cores that others used as well (load 5): 11 passages/s of 137 tokens and 20 ms for a short query
this way, 4 passages/s and 200 ms (at worst 1 s) with torch's own two threads.

Where the processor multiplies bfloat16 natively, multiplications use it. Per second of one core (AMD EPYC with
AVX-512 BF16): 25 passages of 137 tokens or 80 of 38 instead of 12 and 37, 14 ms for a short query instead of 25;
cosine 0.99999 to full precision, while the 4 bits of the weights cost far more than that.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from catalog.encoder.batches import MOST_TEXTS, pieces
from catalog.encoder.build import NAME, builtin_identity
from catalog.encoder.failures import EncoderError
from catalog.encoder.identity import MAX_LENGTH, Identity, content_of_directory, fingerprint
from catalog.encoder.reading import SILENT, Reading
from catalog.encoder.texts import check_texts

MAX_THREADS = 4  # leaves a large machine to the database and the web
# The e5 models were trained with these prompts, yet their directories at the hub do not name them.
E5_WITHOUT_PROMPTS = re.compile(r"(^|/)(multilingual-)?e5-(small|base|large)(-v2)?$")
E5_PROMPTS = {"query": "query: ", "document": "passage: "}


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
        return self._encode(self.prompted("query", texts))

    def encode_document(self, texts: Sequence[str]) -> np.ndarray:
        """float32 of shape (len(texts), dimension), each row of length 1."""
        return self._encode(self.prompted("document", texts))

    def read_query(self, texts: Sequence[str]) -> list[Reading]:
        """Vector and pieces of each text, from one pass."""
        return self._read(self.prompted("query", texts))

    def read_document(self, texts: Sequence[str]) -> list[Reading]:
        """Vector and pieces of each text, from one pass."""
        return self._read(self.prompted("document", texts))

    def prompted(self, kind: str, texts: Sequence[str]) -> list[str]:
        """The texts as the model wants to see them; raises TypeError or ValueError for what is no text.

        Characters are composed (NFC) first: copied from some systems, accents, kana and Hangul come in parts, of
        which the model knows little. Raises KeyError for an unknown kind, EncoderError after a fork.
        """
        check_texts(texts)
        if os.getpid() != self._pid:  # torch's and our own threads did not come along: it would hang
            raise EncoderError("The model was loaded before this process was forked: load it after the fork.")
        prompt = self.prompts[kind]
        return [prompt + unicodedata.normalize("NFC", text) for text in texts]

    def encode_piece(self, texts: Sequence[str]) -> np.ndarray:
        """Encode a few texts that bear their prompts already, on the thread that calls."""
        import torch

        with torch.autocast("cpu", torch.bfloat16, enabled=multiplies_bfloat16()):
            vectors = self.model.encode(
                list(texts), prompt="", batch_size=MOST_TEXTS, convert_to_numpy=True, show_progress_bar=False
            )
        vectors = np.ascontiguousarray(vectors, np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def read_piece(self, texts: Sequence[str]) -> list[Reading]:
        """As `encode_piece`, with the vectors of the tokenizer's pieces."""
        import torch

        with torch.autocast("cpu", torch.bfloat16, enabled=multiplies_bfloat16()):
            rows = self.model.encode(
                list(texts), prompt="", batch_size=MOST_TEXTS, output_value=None, show_progress_bar=False
            )
        return [self._reading(row) for row in rows]

    def _reading(self, row: Mapping[str, Any]) -> Reading:
        """A model that knows no pieces has read one: the whole text."""
        vector = row["sentence_embedding"].float().numpy()
        vector = vector / np.linalg.norm(vector)
        if "token_embeddings" not in row:
            return Reading(vector, np.array([SILENT], np.int32), vector[None].astype(np.float16))
        is_text = row["attention_mask"].numpy().astype(bool)
        pieces = row["input_ids"].numpy()[is_text]
        tokens = row["token_embeddings"].float().numpy()[is_text].astype(np.float16)
        return Reading(vector, np.where(self._speaks[pieces], pieces + 1, SILENT).astype(np.int32), tokens)

    @cached_property
    def _speaks(self) -> np.ndarray:
        """For each piece of the tokenizer, whether it holds a letter or a digit."""
        tokenizer = self.model.tokenizer
        pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        speaks = np.array([any(char.isalnum() for char in piece or "") for piece in pieces])
        speaks[tokenizer.all_special_ids] = False
        return speaks

    def _read(self, texts: list[str]) -> list[Reading]:
        positions = list(pieces(texts))
        found = self._threads.map(self.read_piece, [[texts[i] for i in piece] for piece in positions])
        numbered = {
            i: one for piece, rows in zip(positions, found, strict=True) for i, one in zip(piece, rows, strict=True)
        }
        return [numbered[i] for i in range(len(texts))]

    def _encode(self, texts: list[str]) -> np.ndarray:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        positions = list(pieces(texts))
        encoded = self._threads.map(self.encode_piece, [[texts[i] for i in piece] for piece in positions])
        for piece, rows in zip(positions, encoded, strict=True):
            vectors[piece] = rows
        return vectors

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(thread_count(), "encode")


def thread_count() -> int:
    return min(MAX_THREADS, len(os.sched_getaffinity(0)))


@cache
def multiplies_bfloat16() -> bool:
    """Whether the processor does so natively; emulated it would be slower than float32."""
    try:
        facts = Path("/proc/cpuinfo").read_text()
    except FileNotFoundError:  # not Linux
        return False
    return "avx512_bf16" in facts or "amx_bf16" in facts


def _load(name_or_path: str, max_length: int, *, offline: bool) -> Any:
    if offline:
        # Read when the hub's library is imported: no directory of ours needs a question to a third party.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # a loading bar has no place in logs and in the output of commands
    torch.set_num_threads(1)
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
