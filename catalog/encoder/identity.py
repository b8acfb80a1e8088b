"""Which encoder made a vector: two vectors may be compared only when their fingerprints are equal.

A fingerprint covers the weights, the tokenizer, the prompts and the maximal length, so that whatever changes
a vector changes it too. That of the built-in model follows from constants alone: asking for it costs nothing
and needs neither the model nor torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

MAX_LENGTH = 256  # tokens; e5 allows 512, twice the seconds for texts that long
MODEL_FILES = ("*.safetensors", "*.bin", "*.json", "*.model", "vocab.txt", "merges.txt")
CHUNK = 1 << 20


@dataclass(frozen=True)
class Identity:
    """What must agree between whoever encodes and whoever stores."""

    name: str
    dimension: int
    fingerprint: str

    @classmethod
    def read(cls, card: Path) -> Identity:
        return cls(**json.loads(card.read_text(encoding="utf-8")))

    def write(self, card: Path) -> None:
        """Written beside and renamed, so that a reader never sees half a card."""
        card.parent.mkdir(parents=True, exist_ok=True)
        draft = card.with_name(f".{card.name}.{hashlib.sha256(repr(self).encode()).hexdigest()[:8]}")
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        draft.replace(card)


def fingerprint(content: str, prompts: Mapping[str, str], max_length: int) -> str:
    """16 hexadecimal digits for a model of this content, used with these prompts and this length."""
    facts = json.dumps([content, prompts["query"], prompts["document"], max_length], ensure_ascii=False)
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def sha256_of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def content_of_directory(directory: Path) -> str:
    """One digest over the names and bytes of all files that make up a model; about 0.5 s per 500 MB."""
    files = {file for pattern in MODEL_FILES for file in directory.rglob(pattern)}
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(directory)} {sha256_of_file(file)}\n".encode())
    return digest.hexdigest()
