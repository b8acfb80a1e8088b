"""Changing several offers at once, and taking that back where nobody has changed them since."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .clients import without_awaiting
from .codes import State, Visibility
from .models import Offer
from .models.document import DocumentQuerySet
from .rewording import own_words

KEPT = ("state", "visibility", "valid_until", "published_at", "closed_at")
UNDO_SECONDS = 600
SALT = "catalog.bulk"
EXTENDED = (State.PUBLISHED, State.EXPIRED)  # only what is or was shown has a term


class Action(TextChoices):
    PUBLISH = "publish", _("publish")
    PAUSE = "pause", _("pause")
    EXTEND = "extend", _("extend by the usual term from today")
    PUBLIC = "public", _("show to everybody")
    ANONYMOUS = "anonymous", _("show without our name")
    NETWORK = "network", _("show in the network only")


def changeable(user: User, pks: Iterable[int], action: str) -> DocumentQuerySet:
    """Those of the offers to which the person may do this."""
    mine = Offer.objects.editable_by(user).filter(pk__in=pks)
    if action == Action.PUBLISH:
        return without_awaiting(mine, user)
    return own_words(mine, user) if action in Visibility else mine


@transaction.atomic
def change(offers: DocumentQuerySet, action: str) -> list[dict[str, Any]]:
    """Those that were changed: what `take_back` needs, as JSON can keep it."""
    rows = offers.without_vectors().select_for_update(of=("self",)).order_by("pk")
    return [_changed(offer, action) for offer in rows if _is_for(offer, action)]


def _is_for(offer: Offer, action: str) -> bool:
    if action == Action.EXTEND:
        return offer.state in EXTENDED
    wanted = {Action.PUBLISH: ("state", State.PUBLISHED), Action.PAUSE: ("state", State.PAUSED)}
    field, value = wanted.get(action, ("visibility", action))
    is_paused_draft = action == Action.PAUSE and offer.state != State.PUBLISHED
    return getattr(offer, field) != value and not is_paused_draft


def _changed(offer: Offer, action: str) -> dict[str, Any]:
    before = {name: _plain(getattr(offer, name)) for name in KEPT}
    if action == Action.PUBLISH:
        offer.publish_for_a_term()
    elif action == Action.PAUSE:
        offer.pause()
    elif action == Action.EXTEND:
        offer.publish(until=timezone.localdate() + timedelta(days=settings.VALID_DAYS))
    else:
        offer.visibility = Visibility(action)
        offer.save(update_fields=["visibility", "updated_at"])
    return {"pk": offer.pk, "at": _plain(offer.updated_at), "before": before}


def _plain(value: Any) -> str | None:
    return value.isoformat() if hasattr(value, "isoformat") else value


@transaction.atomic
def take_back(offers: DocumentQuerySet, changed: Iterable[dict[str, Any]]) -> list[int]:
    """Those that are again what they were; one that has been changed since stays as it is."""
    return [row["pk"] for row in changed if _taken_back(offers, row)]


def _taken_back(offers: DocumentQuerySet, row: dict[str, Any]) -> bool:
    mine = offers.filter(pk=row["pk"], updated_at=row["at"])
    return mine.update(**row["before"], updated_at=timezone.now()) == 1


# Kept by whoever changed them, where there is no session


def sealed(changed: list[dict[str, Any]], by: User) -> str:
    """What `take_back` needs, so that nobody can alter it."""
    return signing.dumps({"by": by.pk, "changed": changed}, salt=SALT, compress=True)


def unsealed(seal: str, by: User) -> list[dict[str, Any]]:
    """Raises SignatureExpired after `UNDO_SECONDS`, BadSignature for what was not sealed for this person."""
    found = signing.loads(seal, salt=SALT, max_age=UNDO_SECONDS)
    if found["by"] != by.pk:
        raise signing.BadSignature
    return found["changed"]
