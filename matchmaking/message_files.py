"""The catalogues of the interface: one .po file a language under `locale/`, read, brought up to date, compiled.

GNU gettext is not needed. Which texts there are finds `message_search`; how to translate them says locale/README.md.
"""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from babel.messages import Catalog

SOURCES = Path(__file__).resolve().parent / "locale"
PLACE = Path("LC_MESSAGES") / "django.po"
# Why each language has its forms: https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
# Those of decimals are left out: nothing is counted in fractions here.
PLURAL_FORMS = {
    "de": (2, "(n != 1)"),
    "es": (2, "(n != 1)"),
    "fr": (2, "(n > 1)"),
    "it": (2, "(n != 1)"),
    "pl": (3, "(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"),
}

HEADER = {
    "header_comment": "# See ../../README.md for the words to use.",
    "project": "matchmaking",
    "version": "1",
    "msgid_bugs_address": "",
    "last_translator": "",
    "language_team": "",
    "charset": "utf-8",
}


class Text(NamedTuple):
    """One text of the interface: in which context, its plural ("" without), and the files it stands in."""

    context: str
    singular: str
    plural: str
    files: tuple[str, ...]


def source_of(language: str, sources: Path = SOURCES) -> Path:
    return sources / language / PLACE


def read(language: str, sources: Path = SOURCES) -> "Catalog":
    """The catalogue as its translators left it; an empty one for a new language.

    Raises ValueError, naming file and line, for a file that is no catalogue.
    """
    from babel.messages.pofile import PoFileError, PoFileParser

    catalog = _empty(language)
    path = source_of(language, sources)
    if not path.exists():
        return catalog
    try:
        with path.open("rb") as file:
            PoFileParser(catalog, abort_invalid=True).parse(file)
    except PoFileError as error:
        raise ValueError(
            f"{path}, line {error.lineno + 1}: {error.line.strip()!r} is not how a catalogue goes on."
        ) from error
    return catalog


def _empty(language: str) -> "Catalog":
    from babel.messages import Catalog

    # Dates would change with every run and say nothing that the history does not say better.
    start = datetime(2026, 1, 1, tzinfo=UTC)
    catalog = Catalog(language, fuzzy=False, creation_date=start, revision_date=start, **HEADER)
    catalog._num_plurals, catalog._plural_expr = PLURAL_FORMS[language]
    return catalog


def update(language: str, texts: Iterable[Text], sources: Path = SOURCES) -> "Catalog":
    """Write the catalogue with exactly these texts: translations are kept, new texts are empty, old ones are gone."""
    old, new = read(language, sources), _empty(language)
    for text in texts:
        known = old.get(text.singular, text.context or None)
        fits = known is not None and known.pluralizable == bool(text.plural)
        new.add(
            (text.singular, text.plural) if text.plural else text.singular,
            known.string if fits else None,
            [(name, None) for name in text.files],
            flags=known.flags if fits else (),
            user_comments=known.user_comments if known else (),
            context=text.context or None,
        )
    _write(new, source_of(language, sources))
    return new


def _write(catalog: "Catalog", path: Path) -> None:
    from babel.messages.pofile import write_po

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=118, include_lineno=False)


def missing(catalog: "Catalog") -> list[str]:
    """Texts without a translation that counts: empty, in one plural form only, or fuzzy."""
    return [str(message.id) for message in catalog if message.id and (message.fuzzy or not _is_whole(message.string))]


def _is_whole(string: str | tuple[str, ...] | None) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def compiled(target: Path, sources: Path = SOURCES) -> Path:
    """`target` with what gettext reads of every catalogue, made anew where its source is another than it was made
    from. Asked at every start: as long as nothing changed it only looks at the files' times."""
    for source in sorted(sources.glob(f"*/{PLACE}")):
        made = target / source.relative_to(sources).with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime_ns != source.stat().st_mtime_ns:
            _compile(source, made, sources)
    return target


def _compile(source: Path, made: Path, sources: Path) -> None:
    """The file appears whole, for several processes start at once; it carries the time of its source."""
    from babel.messages.mofile import write_mo

    times = source.stat()
    catalog = read(source.relative_to(sources).parts[0], sources)
    made.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=made.parent, delete=False) as file:
        write_mo(file, catalog)
    os.utime(file.name, ns=(times.st_atime_ns, times.st_mtime_ns))
    Path(file.name).chmod(0o644)
    Path(file.name).replace(made)
