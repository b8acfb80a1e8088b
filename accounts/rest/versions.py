"""Versions of what is read (ETag), and changes that are made only to the version that was read (If-Match)."""

import hashlib
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from .problems import Stale, VersionRequired


def tag_of(told: dict[str, Any]) -> str:
    """A strong tag over everything this person reads of it."""
    return f'"{hashlib.sha256(JSONRenderer().render(told)).hexdigest()[:32]}"'


def named(header: str) -> set[str]:
    """The tags in a header, weak ones as strong."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",") if tag.strip()}


def is_known(request: Request, tag: str) -> bool:
    """Whether the reader has this version already (If-None-Match)."""
    known = named(request.headers.get("If-None-Match", ""))
    return tag in known or "*" in known


def check_version(request: Request, tag: str, *, is_required: bool = False) -> None:
    """Raises Stale for another version than `tag`, VersionRequired where one must be named and none is."""
    wanted = named(request.headers.get("If-Match", ""))
    if not wanted and is_required:
        raise VersionRequired
    if wanted and "*" not in wanted and tag not in wanted:
        raise Stale
