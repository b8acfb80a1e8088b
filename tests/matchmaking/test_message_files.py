"""Catalogues compiled without GNU gettext: Django must read from them what their translators wrote."""

import pytest
from django.test import override_settings
from django.utils import translation
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from matchmaking.message_files import Text, compiled, missing, read, source_of, update

HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"
"""
POLISH = f"""{HEADER}
msgid "A lamp"
msgstr "Lampa"

msgctxt "to switch"
msgid "A lamp"
msgstr "Włącznik"

msgid "%(n)d lamp"
msgid_plural "%(n)d lamps"
msgstr[0] "%(n)d lampa"
msgstr[1] "%(n)d lampy"
msgstr[2] "%(n)d lamp"

msgctxt "to switch"
msgid "a lamp"
msgid_plural "lamps"
msgstr[0] "jeden"
msgstr[1] "parę"
msgstr[2] "wiele"

#, fuzzy
msgid "A shade"
msgstr "Cień"

#~ msgid "A wick"
#~ msgstr "Knot"
"""


def written(folder, text, language="pl"):
    path = source_of(language, folder)
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def polish(tmp_path):
    """Django speaking Polish from one compiled catalogue."""
    written(tmp_path / "po", POLISH)
    folder = compiled(tmp_path / "mo", tmp_path / "po")
    with override_settings(LOCALE_PATHS=[folder]), translation.override("pl"):
        yield


def test_a_text_and_the_same_text_in_a_context_are_two(polish):
    assert gettext("A lamp") == "Lampa"
    assert pgettext("to switch", "A lamp") == "Włącznik"


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (1, "1 lampa"),
        (2, "2 lampy"),
        (5, "5 lamp"),
        (12, "12 lamp"),
        (22, "22 lampy"),
        (0, "0 lamp"),
        (101, "101 lamp"),
    ],
)
def test_polish_counts_in_its_three_forms(polish, n, words):
    assert ngettext("%(n)d lamp", "%(n)d lamps", n) % {"n": n} == words


def test_plural_forms_have_contexts_too(polish):
    assert [npgettext("to switch", "a lamp", "lamps", n) for n in (1, 3, 7)] == ["jeden", "parę", "wiele"]


def test_a_fuzzy_or_obsolete_translation_is_not_shown(polish):
    assert gettext("A shade") == "A shade"
    assert gettext("A wick") == "A wick"


def test_a_catalogue_is_compiled_anew_only_when_its_source_changed(tmp_path):
    source = written(tmp_path / "po", POLISH)
    made = compiled(tmp_path / "mo", tmp_path / "po") / "pl" / "LC_MESSAGES" / "django.mo"
    first = made.stat().st_ino
    compiled(tmp_path / "mo", tmp_path / "po")
    assert made.stat().st_ino == first
    source.write_text(POLISH.replace("Lampa", "Latarka"), encoding="utf-8")
    compiled(tmp_path / "mo", tmp_path / "po")
    assert b"Latarka" in made.read_bytes()
    assert [path.name for path in made.parent.iterdir()] == ["django.mo"]


def test_a_broken_catalogue_names_file_and_line(tmp_path):
    written(tmp_path / "po", f'{HEADER}\nmsgid "A lamp"\nnonsense\n')
    with pytest.raises(ValueError, match=r"django\.po, line 7: 'nonsense'"):
        compiled(tmp_path / "mo", tmp_path / "po")


def test_an_update_keeps_translations_empties_new_texts_and_drops_old_ones(tmp_path):
    written(tmp_path, POLISH)
    texts = [
        Text("", "A lamp", "", ("one.py",)),
        Text("", "A bulb", "", ("one.py", "two.html")),
        Text("", "%(n)d lamp", "%(n)d lamps", ("two.html",)),
    ]
    update("pl", texts, tmp_path)
    catalogue = read("pl", tmp_path)
    assert {message.id for message in catalogue if message.id} == {"A lamp", "A bulb", ("%(n)d lamp", "%(n)d lamps")}
    assert catalogue.get("A lamp").string == "Lampa"
    assert missing(catalogue) == ["A bulb"]
    assert "A wick" not in source_of("pl", tmp_path).read_text(encoding="utf-8")


def test_an_update_without_a_change_changes_no_file(tmp_path):
    texts = [Text("", "A lamp", "", ("one.py",))]
    update("pl", texts, tmp_path)
    before = source_of("pl", tmp_path).read_bytes()
    update("pl", texts, tmp_path)
    assert source_of("pl", tmp_path).read_bytes() == before


def test_a_text_that_became_countable_must_be_translated_anew(tmp_path):
    written(tmp_path, POLISH)
    update("pl", [Text("", "A lamp", "%(n)d of them", ("one.py",))], tmp_path)
    assert len(missing(read("pl", tmp_path))) == 1
