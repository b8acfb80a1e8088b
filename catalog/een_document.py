"""The profile of an offer or a need as a Word document for advisers: what is missing, then each field."""

import io
import re

from django.utils.translation import gettext as _

from .een import TEXTS, findings, profile_of
from .models import Document

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold


def word_document(document: Document) -> bytes:
    """Every text whole, with its length and limit in the heading."""
    from docx import Document as Word  # imported here: 0.2 s that only this needs

    word, profile = Word(), profile_of(document)
    word.core_properties.author, word.core_properties.title = "", document.reference
    word.add_heading(_plain(document.title) or document.reference, 0)
    word.add_paragraph(f"{profile['profileType']} · {document.reference} · {profile['originCountry']}")
    _add_findings(word, findings(document))
    for field in TEXTS:
        label, text = document._meta.get_field(field.name).verbose_name, profile.pop(field.key)
        said = {"field": str(label).capitalize(), "length": len(text), "limit": field.limit}
        word.add_heading(_("%(field)s (%(length)s of %(limit)s characters)") % said, 2)
        word.add_paragraph(_plain(text))
    _add_facts(word, document, profile)
    written = io.BytesIO()
    word.save(written)
    return written.getvalue()


def _plain(text: str) -> str:
    return UNPRINTABLE.sub("", text)


def _add_findings(word: object, found: list[str]) -> None:
    word.add_heading(_("Before you send it"), 1)
    for finding in found or [_("Every field is filled in and within its limit.")]:
        word.add_paragraph(finding, style="List Bullet" if found else None)
    word.add_heading(_("The profile"), 1)


def _add_facts(word: object, document: Document, profile: dict) -> None:
    """What is no text, as a table of two columns."""
    table = word.add_table(rows=0, cols=2, style="Table Grid")
    for key, value in profile.items():
        cells = table.add_row().cells
        cells[0].text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).lower().capitalize()
        cells[1].text = _plain(", ".join(map(str, value)) if isinstance(value, list) else str(value or "—"))
