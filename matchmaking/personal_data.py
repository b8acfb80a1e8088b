"""Everything that is kept about a person, as one JSON document for that person.

The tables are found in the models, not listed: whatever points to a person is in the file, without what would open
the account to somebody else (`SECRETS`), without vectors, which say nothing that the texts do not say, and without
words of others (`OF_BOTH_SIDES`, `OF_SOMEBODY_ELSE`).
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Field, Q, QuerySet
from django.utils import timezone

from accounts.leaving import going_with
from accounts.models import Consent, Organisation, PersonalToken, User
from catalog.models import Attachment, ClientText, Document, Need, Offer
from catalog.models.document import TEXT_FIELDS
from catalog.models.space import VECTOR_FIELDS

from .models import Match, SavedSearch, SilencedAddress

# Whoever had them could act as the person.
SECRETS = {"password", "digest", "token", "token_key", "secret", "key_hash"}
# What a run found quotes both texts of a match, also of a side whose name is not known before an introduction.
OF_BOTH_SIDES = {"components", "reasons", "bridge", "similar"}
# Of rows that two people wrote, or that quote what a person only judged: what is not that person's.
OF_SOMEBODY_ELSE = {
    "matchmaking.Question.asked_by": {"answer"},
    "matchmaking.Question.answered_by": {"text"},
    "catalog.NeedConcept.decided_by": {"sentence", "phrase"},
    "catalog.OfferConcept.decided_by": {"sentence", "phrase"},
    "matchmaking.CaseEvent.owner": {"text"},
    "matchmaking.CaseEvent.former": {"text"},
}
# Of a text whose author has left its organisation: it stays there, and goes on being written.
LEFT_BEHIND = {*TEXT_FIELDS, "technology_keywords", "market_keywords"}
PLAIN = (
    models.BooleanField, models.CharField, models.DateField, models.DecimalField, models.FileField, models.FloatField,
    models.ForeignKey, models.GeneratedField, models.IntegerField, models.JSONField, models.TextField,
    models.TimeField, models.UUIDField, models.GenericIPAddressField, ArrayField,
)  # fmt: skip


def data_of(person: User) -> dict[str, Any]:
    """By table and column that points to the person; then what is known by address, and texts that go with them."""
    return {
        "made_at": timezone.now(),
        "account": account_of(person),
        "organisations": _rows(Organisation.objects.of(person), person),
        "tables": {name_of(column): _rows_by(column, person) for column in relations()},
        "access_of_programs": _rows(PersonalToken.objects.filter(token__user=person), person),
        "by_address": by_address(person),
        "texts_of_your_own_organisations": texts_of(person),
    }


def account_of(person: User) -> dict[str, Any]:
    mine = _rows(User.objects.filter(pk=person.pk), person)[0]
    groups = list(person.groups.values_list("name", flat=True))
    rights = list(person.user_permissions.values_list("codename", flat=True))
    return mine | {"groups": groups, "user_permissions": rights}


def by_address(person: User) -> dict[str, list[dict[str, Any]]]:
    """What was known of the address without an account, or of the address alone."""
    return {
        "silenced_addresses": _rows(SilencedAddress.objects.of(person.email), person),
        "searches_set_up_for_you": _rows(SavedSearch.objects.for_client(person.email), person),
        "texts_entered_for_you": _rows(ClientText.objects.for_client(person.email), person),
        "consents": _rows(Consent.objects.filter(address=person.email), person),
    }


def texts_of(person: User) -> dict[str, list[dict[str, Any]]]:
    """Offers, needs and files of organisations that nobody else acts for, whoever wrote them."""
    own = list(going_with(person).values_list("pk", flat=True))
    files = Attachment.objects.filter(Q(need__organisation__in=own) | Q(offer__organisation__in=own))
    documents = {f"{model._meta.model_name}s": model.objects.filter(organisation__in=own) for model in (Need, Offer)}
    return {name: _rows(rows, person) for name, rows in {**documents, "attachments": files}.items()}


# The tables


def relations() -> list[Field]:
    """Every column of every table that points to a person."""
    tables = sorted(apps.get_models(), key=lambda model: model._meta.label)
    columns = [column for table in tables for column in table._meta.concrete_fields]
    return [column for column in columns if column.related_model is User]


def name_of(column: Field) -> str:
    return f"{column.model._meta.label}.{column.name}"


def rows_of(column: Field, person: User) -> QuerySet:
    return column.model._default_manager.filter(**{column.name: person})


def shown_columns(model: type[models.Model]) -> list[Field]:
    columns = [column for column in model._meta.concrete_fields if isinstance(column, PLAIN)]
    kept_back = {*SECRETS, *VECTOR_FIELDS, *(OF_BOTH_SIDES if model is Match else ())}
    return [column for column in columns if column.name not in kept_back]


def _rows_by(column: Field, person: User) -> list[dict[str, Any]]:
    rows = rows_of(column, person)
    if issubclass(column.model, Document):
        own = Q(pk__in=column.model.objects.editable_by(person).values("pk"))
        return [*_rows(rows.filter(own), person), *_rows(rows.exclude(own), person, LEFT_BEHIND)]
    return _rows(rows, person, OF_SOMEBODY_ELSE.get(name_of(column), set()))


def _rows(rows: QuerySet, person: User, kept_back: Iterable[str] = ()) -> list[dict[str, Any]]:
    columns = [column for column in shown_columns(rows.model) if column.name not in kept_back]
    found = rows.order_by("pk").values(*(column.attname for column in columns))
    others = [column.attname for column in columns if column.related_model is User]
    return [row | {name: row[name] if row[name] == person.pk else None for name in others} for row in found]
