"""System checks that ask the database; `manage.py check --database default` and `migrate` run them."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from .encoding import identity
from .models import Need, Offer


@register(Tags.database)
def stored_vectors_have_the_encoders_dimension(databases: list[str] | None, **kwargs: Any) -> list[CheckMessage]:
    """Vectors of another length cannot be compared with what the encoder makes now."""
    if not databases or Offer._meta.db_table not in connections["default"].introspection.table_names():
        return []
    ours = identity()
    other = sum(m.objects.embedded().exclude(embedding_dimension=ours.dimension).count() for m in (Need, Offer))
    if not other:
        return []
    message = f"{other} stored vectors have another dimension than the {ours.dimension} of the encoder {ours.name}."
    return [Error(message, hint="Run `manage.py encode`, or set EMBEDDING_MODEL back.", id="catalog.E001")]
