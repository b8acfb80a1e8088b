"""What `make test` tries of many cases: a sample, the same in every run. `make test-long` tries the others too."""

import random
from collections.abc import Iterable
from typing import Any

import pytest


def sampled(cases: Iterable[Any], most: int) -> list[Any]:
    """All cases for `parametrize`; all but `most` of them are marked as long. A case of several values is a tuple."""
    every = list(cases)
    kept = set(random.Random(1).sample(range(len(every)), min(most, len(every))))
    return [case if place in kept else _long(case) for place, case in enumerate(every)]


def _long(case: Any) -> Any:
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.long)
