"""What the encoder makes of the project's own texts, kept in files beside the model: each is read once.

Which texts, and what is made of them, is said in `priors.py`, `aligning.py`, `elsewhere.py` and
`background.py`;
`manage.py prepare_model` asks for all of it, so that no request waits.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from django.conf import settings

from .encoding import identity

TEXTS = Path(__file__).parent / "prior"


def memory_of(version: str, *texts: bytes) -> Path:
    """Where that is kept which the present encoder makes of these texts, by the means of this version."""
    source = f"{version}{identity().fingerprint}".encode() + b"".join(texts)
    return settings.VAR_DIR / "priors" / f"{hashlib.sha256(source).hexdigest()[:16]}.npz"


def remembered(memory: Path, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What the file holds; made and kept first where there is none."""
    with np.load(kept_file(memory, make)) as arrays:
        return dict(arrays)


def kept_file(memory: Path, make: Callable[[], dict[str, np.ndarray]]) -> Path:
    """The file itself; what it holds is made first where there is none."""
    if not memory.exists():
        _remember(memory, make())
    return memory


def _remember(memory: Path, facts: dict[str, np.ndarray]) -> None:
    """Written beside and renamed: another process may be reading."""
    memory.parent.mkdir(parents=True, exist_ok=True)
    draft = memory.with_name(f".{memory.stem}.{os.getpid()}.npz")
    np.savez_compressed(draft, **facts)
    draft.replace(memory)
