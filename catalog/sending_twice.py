"""The form of a new need or offer that is sent twice, by a second tap or a reload, makes one.

What it made is kept as the API keeps its answers, by the nonce of the form and all that was typed: whoever goes back
and writes something else makes another one.
"""

import hashlib
import json

from django.http import HttpRequest

from accounts.models import KeptAnswer

from .models import Document

NOT_TYPED = ("csrfmiddlewaretoken", "publish")


def kept_for(request: HttpRequest) -> KeptAnswer | None:
    """In a transaction: whoever sends the same meanwhile waits for its end. None for a form without a nonce."""
    if not request.POST.get("nonce"):
        return None
    typed = [request.path, *sorted(pair for pair in request.POST.lists() if pair[0] not in NOT_TYPED)]
    digest = hashlib.sha256(json.dumps(typed).encode()).hexdigest()
    return KeptAnswer.objects.get_or_create(
        user=request.user, key=f"form {digest}", defaults={"request_hash": digest}
    )[0]


def made_before(kept: KeptAnswer, model: type[Document]) -> Document | None:
    """What the same form made, if it is still there."""
    return model.objects.editable_by(kept.user).filter(pk=kept.body).first()


def keep(kept: KeptAnswer, made: Document) -> None:
    kept.body = made.pk
    kept.save(update_fields=["body"])
