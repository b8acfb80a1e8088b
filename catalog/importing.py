"""Offers and needs from files: rows become documents, all of a file or none of it.

`Importer.plan` reads and judges every row without writing; `ImportPlan.carry_out` writes in one transaction.
The same external id with the same text changes nothing, with changed text it updates.
"""

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User

from . import een
from .codes import State
from .language import detect
from .models import Document
from .models.document import TEXT_FIELDS
from .models.space import VECTOR_FIELDS
from .rewording import is_of_others
from .table_files import UNREAD, BrokenRow, Row
from .table_writing import FORMULA

# What a file may set; every name is a column. Lists are written with semicolons, or as JSON arrays.
TEXT_COLUMNS = (
    "external_id", "language", "title", "summary", "description", "advantages", "expertise_sought", "partner_role",
    "stage", "ipr_status", "visibility", "valid_until", "cost_band", "payback", "evidence",
    "reversibility", "budget_band", "deadline",
)  # fmt: skip
LIST_COLUMNS = (
    "partnership_types", "partner_kinds", "technology_keywords", "market_keywords", "sdgs", "ecosystems", "countries",
)  # fmt: skip
# What we write beside the rows that were left out: such a file is imported again as it is.
LINE, REASONS = "line", "reasons"
PASSED_OVER = (LINE, REASONS, UNREAD)
AT_ONCE = 1000  # rows
NOT_WRITTEN = dict.fromkeys(VECTOR_FIELDS)  # left unread, each would be read by itself
ALIASES = {"id": "external_id", "key": "external_id", "lang": "language", "text": "description", "titel": "title"}

FindOrganisation = Callable[[str], Organisation]


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be imported."""

    file: str
    line: int
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 60 else f"{self.value[:57]}…"
        told = f"{self.file}, line {self.line}, {self.field}: “{shown}” – {self.reason}"
        return told.encode(errors="replace").decode()  # a value may hold what no terminal can print


class ImportProblem(ValueError):
    """The file cannot be imported at all; the text says what to change."""


@dataclass
class ImportPlan:
    """What an import would do; nothing has been written yet."""

    model: type[Document]
    created: list[Document] = field(default_factory=list)
    updated: list[Document] = field(default_factory=list)
    changes: dict[int, dict[str, Any]] = field(default_factory=dict)  # of those, by primary key and column
    unchanged: int = 0
    rejected: list[tuple[dict[str, Any], list[Problem]]] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        return [problem for _row, problems in self.rejected for problem in problems]

    def carry_out(self) -> None:
        """Write all of it, or nothing if the database refuses a row."""
        pks = sorted(self.changes)
        with transaction.atomic():
            self.model.objects.bulk_create(self.created, batch_size=AT_ONCE)
            for start in range(0, len(pks), AT_ONCE):
                self._update(pks[start : start + AT_ONCE])

    def _update(self, pks: list[int]) -> None:
        """What the file changes, in the rows as they are now: others may have changed or deleted them since."""
        present = self.model.objects.filter(pk__in=pks).without_vectors().order_by("pk").select_for_update()
        for document in (documents := list(present)):
            for name, value in (self.changes[document.pk] | NOT_WRITTEN).items():
                setattr(document, name, value)
        columns = [*importable_columns(self.model), "language_is_detected", "updated_at"]
        self.model.objects.bulk_create(  # an upsert by primary key: much faster than bulk_update
            documents, update_conflicts=True, unique_fields=["id"], update_fields=columns
        )


@cache
def importable_columns(model: type[Document]) -> list[str]:
    """The columns a file may have for this kind of document, apart from `organisation`."""
    known = {one.name for one in model._meta.get_fields()}
    return [name for name in TEXT_COLUMNS + LIST_COLUMNS if name in known]


@dataclass
class Importer:
    """How the rows of one file become documents of `model`.

    `mapping` renames the file's columns; a column mapped to nothing is left out. `find_organisation` gets the
    content of the column `organisation` (empty if there is none) and raises ValidationError if nobody fits.
    """

    model: type[Document]
    file: str
    find_organisation: FindOrganisation
    author: User | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    publish: bool = False
    drafts_for: frozenset[int] = frozenset()  # clients who have to say yes before anything of theirs is published

    def __post_init__(self) -> None:
        imported = importable_columns(self.model)
        self._not_imported = {column.name for column in self.model._meta.fields} - set(imported)
        self._stored: dict[int, dict[str, Document]] = {}
        self._lines: dict[tuple[int, str], int] = {}
        self._own: dict[int, bool] = {}

    def plan(self, rows: Iterable[Row]) -> ImportPlan:
        """Judge every row. Raises ImportProblem for an unknown column or a file without rows."""
        plan = ImportPlan(self.model)
        empty = True
        for line, raw in rows:
            empty = False
            if isinstance(raw, BrokenRow):
                problem = Problem(self.file, line, UNREAD, str(raw[UNREAD]), raw.reason)
                plan.rejected.append((raw, [problem]))
                continue
            try:
                raw = self._ours(raw)
                values = self._renamed(line, raw)
            except ValidationError as error:
                plan.rejected.append((raw, self._problems(line, raw, error)))
                continue
            try:
                self._sort_in(plan, *self._document(line, values))
            except ValidationError as error:
                plan.rejected.append((raw, self._problems(line, values, error)))
        if empty:
            raise ImportProblem(f"{self.file}: {_('no rows below the header.')}")
        return plan

    # Columns

    def _ours(self, raw: dict[str, Any]) -> dict[str, Any]:
        """A profile of the Enterprise Europe Network in our columns. Raises ValidationError for another kind."""
        if not een.is_record(raw):
            return raw
        if (kind := een.kind_of(raw)) != self.model._meta.model_name:
            raise ValidationError(
                {"profileType": f"is of the kind “{kind or 'unknown'}”, which is not imported here."}
            )
        return een.row_of(raw)

    def _renamed(self, line: int, raw: dict[str, Any]) -> dict[str, Any]:
        names = {column: self.mapping.get(column, "" if column in PASSED_OVER else _plain(column)) for column in raw}
        for column, name in names.items():
            self._check_known(line, column, name)
        return {name: raw[column] for column, name in names.items() if name}

    def _check_known(self, line: int, column: str, name: str) -> None:
        known = ["", "organisation", *importable_columns(self.model)]
        if name in known:
            return
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean “{close[0]}”?" if close else f"Known columns: {', '.join(known[1:])}."
        raise ImportProblem(
            f"{self.file}, line {line}: unknown column “{column}”. {hint} "
            f"Say what it is with --map “{column}=title”, or leave it out with --map “{column}=”."
        )

    # One row

    def _document(self, line: int, values: dict[str, Any]) -> tuple[Document, dict[str, Any]]:
        """The document of a row, and its values before the row was read. Raises ValidationError."""
        values = {name: "" if value is None else value for name, value in values.items()}  # null, in JSON
        organisation = self.find_organisation(str(values.get("organisation", "")).strip())
        external_id = str(values.get("external_id", "")).strip()
        self._refuse_repeated(line, organisation, external_id)
        document = self._known(organisation).get(external_id) or self.model(
            organisation=organisation, author=self.author
        )
        before = _imported_values(document)
        for name in values.keys() - {"organisation"}:
            setattr(document, name, _parsed(self.model, name, values[name]))
        self._set_language(document, str(values.get("language", "")))
        document.clean_fields(exclude=self._not_imported)
        self._leave_to_its_author(document, before)
        return document, before

    def _leave_to_its_author(self, document: Document, before: dict[str, Any]) -> None:
        """Raises ValidationError for a text that the person may not change, or only propose a change of."""
        if document.pk is None or self.author is None or self._is_own(document.organisation):
            return
        changed = {name for name, value in before.items() if getattr(document, name) != value}
        is_changed = changed & {*TEXT_FIELDS, "visibility"} and is_of_others(document, self.author)
        if not document.is_editable or is_changed:
            raise ValidationError({"external_id": _("The text is its author's: propose a change, and they decide.")})

    def _is_own(self, organisation: Organisation) -> bool:
        """Whether the person acts for it; asked once."""
        if organisation.pk not in self._own:
            self._own[organisation.pk] = Organisation.objects.of(self.author).filter(pk=organisation.pk).exists()
        return self._own[organisation.pk]

    def _refuse_repeated(self, line: int, organisation: Organisation, external_id: str) -> None:
        first = self._lines.setdefault((organisation.pk, external_id), line) if external_id else line
        if first != line:
            reason = _("stands on line %(line)s already; each id may stand once.") % {"line": first}
            raise ValidationError({"external_id": reason})

    def _known(self, organisation: Organisation) -> dict[str, Document]:
        """The documents of an organisation that have an external id; read once."""
        if organisation.pk not in self._stored:
            stored = self.model.objects.filter(organisation=organisation).exclude(external_id="")
            light = stored.defer("embedding", "terms")
            light = light.with_editing_by(self.author) if self.author else light
            self._stored[organisation.pk] = {document.external_id: document for document in light}
        return self._stored[organisation.pk]

    def _set_language(self, document: Document, given: str) -> None:
        if given.strip() or document.pk:
            document.language_is_detected = document.language_is_detected and not given.strip()
        else:
            usual = (document.organisation.languages or [document.language])[0]
            document.language = detect(f"{document.title}\n{document.body}", usual)

    def _sort_in(self, plan: ImportPlan, document: Document, before: dict[str, Any]) -> None:
        changes = {name: value for name, value in _imported_values(document).items() if value != before[name]}
        if document.pk is None:
            if self.publish and document.organisation_id not in self.drafts_for:
                _publish(document)
            plan.created.append(document)
        elif changes.keys() <= {"language_is_detected"}:
            plan.unchanged += 1
        else:
            plan.updated.append(document)
            plan.changes[document.pk] = changes

    def _problems(self, line: int, values: dict[str, Any], error: ValidationError) -> list[Problem]:
        return [
            Problem(self.file, line, name, str(values.get(name, "")), " ".join(messages))
            for name, messages in error.message_dict.items()
        ]


def _plain(column: str) -> str:
    name = column.strip().lower().replace(" ", "_").replace("-", "_")
    return ALIASES.get(name, name)


def _imported_values(document: Document) -> dict[str, Any]:
    names = [*importable_columns(type(document)), "language_is_detected"]
    return {name: getattr(document, name) for name in names}


def _parsed(model: type[Document], name: str, value: Any) -> Any:
    """A cell as the field wants it. Raises ValidationError naming the field."""
    column = model._meta.get_field(name)
    try:
        if isinstance(column, ArrayField):
            parts = value if isinstance(value, list) else str(value).split(";")
            return [column.base_field.to_python(_storable(part)) for part in parts if _storable(part)]
        return column.to_python(_storable(value) or column.get_default())
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from None


def _storable(value: Any) -> str:
    """Text as the database can keep it. Raises ValidationError."""
    text = "" if value is None else str(value).strip()
    if text[:1] == "'" and text[1:2] in FORMULA:
        text = text[1:]  # spreadsheets mark text so that is no formula, and so do our own tables
    if "\x00" in text:
        raise ValidationError(_("contains a NUL character; remove it."))
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValidationError(_("contains half of a character (a lone surrogate); write it again.")) from None
    return text


def _publish(document: Document) -> None:
    document.state = State.PUBLISHED
    document.published_at = timezone.now()
    document.valid_until = document.valid_until or timezone.localdate() + timedelta(days=settings.VALID_DAYS)
