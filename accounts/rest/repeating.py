"""A request that is sent twice is done once: `Idempotency-Key` on POST.

The first answer is kept with the person, the key and a hash of the request, in the transaction of what it did; the
same request gets it again, but for a secret in it, which is told once. What failed is not kept, so that it can be
tried again with the same key.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ..models import KeptAnswer
from .problems import Conflict

HEADER, REPEATED = "Idempotency-Key", "Idempotency-Replayed"
KEPT_HEADERS = ("ETag", "Location")
SECRETS = {"secret"}  # fields of an answer that are not kept
Handler = Callable[..., Response]


def once(handler: Handler) -> Handler:
    """Decorator of a POST handler of a view: whole or not at all, and with a key at most once."""

    @wraps(handler)
    def handle(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            return answered(request, partial(handler, view, request, *args, **kwargs))

    handle.takes_a_key = True
    return handle


def answered(request: Request, handle: Callable[[], Response]) -> Response:
    key = request.headers.get(HEADER)
    if key is None or not request.user.is_authenticated:
        return handle()
    if not (key.isascii() and key.isprintable() and 1 <= len(key) <= KeptAnswer.KEY_LENGTH):
        raise ValidationError({HEADER: [f"Send up to {KeptAnswer.KEY_LENGTH} letters, digits and signs."]})
    kept, is_new = KeptAnswer.objects.get_or_create(
        user=request.user, key=key, defaults={"request_hash": hash_of(request)}
    )
    return _keep(kept, handle()) if is_new else _again(kept, request)


def hash_of(request: Request) -> str:
    is_form = request.content_type.startswith("multipart/")  # each time with another boundary, and long
    said = [request.method.encode(), request.get_full_path().encode(), b"" if is_form else request.body]
    return hashlib.sha256(b"\0".join([*said, *(_parts(request) if is_form else ())])).hexdigest()


def _parts(request: Request) -> Iterator[bytes]:
    """Name and content of each field of a form."""
    for name, value in sorted(request.data.items()):
        yield name.encode()
        if not isinstance(value, UploadedFile):
            yield value.encode()
            continue
        yield value.name.encode() + hashlib.file_digest(value.open(), "sha256").digest()
        value.seek(0)


def _keep(kept: KeptAnswer, response: Response) -> Response:
    kept.status = response.status_code
    kept.body = _without_secrets(response.data)
    kept.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    kept.save(update_fields=["status", "body", "headers"])
    return response


def _without_secrets(data: Any) -> Any:
    told = json.loads(JSONRenderer().render(data)) if data is not None else None
    return {name: value for name, value in told.items() if name not in SECRETS} if isinstance(told, dict) else told


def _again(kept: KeptAnswer, request: Request) -> Response:
    if kept.request_hash != hash_of(request):
        raise Conflict("This key was used for another request. Nothing was changed.")
    return Response(kept.body, status=kept.status, headers=kept.headers | {REPEATED: "true"})
