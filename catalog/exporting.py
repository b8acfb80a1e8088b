"""Offers, needs and organisations as rows of a table, as far as somebody may see them.

The columns of documents are those that the import reads, so that one's own come back as they were. Rows are read
from the database as they are written: a server-side cursor, never the whole table.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from accounts.models import Organisation, User

from .importing import importable_columns
from .models import Document
from .models.document import TEXT_FIELDS, DocumentQuerySet
from .presenting import Shown
from .table_writing import WRITERS, Row

AT_A_TIME = 500  # rows fetched by one round to the database
WHO = ("disclosure", "organisation", "origin", "country", "kind", "size", "website")
LIFE = ("state", "published_at")
EDITORS_ONLY = ("external_id", "visibility")
WORDS = ("technology_keywords", "market_keywords")
OF_ORGANISATIONS = ("name", "kind", "country", "region", "size", "languages", "website", "description")


class Table(NamedTuple):
    """Columns, and rows that have them."""

    columns: Sequence[str]
    rows: Iterable[Row]


def documents_table(documents: DocumentQuerySet, user: User) -> Table:
    """`documents` carry `disclosure` to the user; what a level forbids is not in the row."""
    model = documents.model
    columns = ["reference", *LIFE, *WHO, *importable_columns(model)]
    told = documents.with_editing_by(user).without_vectors().select_related("organisation")
    read = told.order_by("pk").iterator(chunk_size=AT_A_TIME)
    return Table(columns, (_document_row(document, columns) for document in read))


def _document_row(document: Document, columns: Sequence[str]) -> Row:
    shown = Shown(document)
    row = {name: _text_or_words(shown, name) for name in columns if name in TEXT_FIELDS or name in WORDS}
    row |= {"reference": shown.reference, "language": shown.language} | shown.codes | shown.whereabouts
    row |= {"disclosure": shown.disclosure.name.lower(), "website": shown.website}
    row |= {name: getattr(document, name) for name in EDITORS_ONLY} if document.is_editable else {}
    return row | {"organisation": shown.organisation_name, "origin": shown.origin}


def _text_or_words(shown: Shown, name: str) -> str | list[str]:
    return shown.words(name) if name in WORDS else shown.text(name)


def organisations_table(organisations: QuerySet[Organisation]) -> Table:
    read = organisations.order_by("pk").only(*OF_ORGANISATIONS).iterator(chunk_size=AT_A_TIME)
    return Table(OF_ORGANISATIONS, ({name: getattr(one, name) for name in OF_ORGANISATIONS} for one in read))


def download(table: Table, name: str, form: str) -> StreamingHttpResponse:
    """The table as a file to keep, written while it is sent. `form` is one of `WRITERS`."""
    write, content_type = WRITERS[form]
    response = StreamingHttpResponse(_closing(write(*table), table.rows), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate()}.{form}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _closing(pieces: Iterator[bytes], rows: Iterable[Row]) -> Iterator[bytes]:
    """Whoever breaks off a download leaves no cursor open."""
    try:
        yield from pieces
    finally:
        if close := getattr(rows, "close", None):
            close()
