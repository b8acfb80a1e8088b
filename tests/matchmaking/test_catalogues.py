"""The interface in every language: what a translation must have in common with its English text."""

import re

import pytest
from django.conf import settings

from matchmaking.message_files import PLURAL_FORMS, missing, read
from matchmaking.message_search import all_texts

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
# %(name)s, %s, %d, {name}, and tags with all they carry
FIXED = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|</?[a-z][^>]*>")
# What the table in locale/README.md has another word for, a form of address it rules out, or what reads both ways:
# « Plus de courriels » says “no more mail” and “more mail”.
NEVER = {
    "de": r"per E-Mail|\b(den|den anderen|einen|Ihren) Cluster\b",
    "es": r"\bbroker\b",
    "fr": r"(?<!de )(?<!à )(?<!notre )\bcôtés?\b|\bPlus de (courriels|récapitulatifs)|\bbroker\b",
    "it": r"\bbroker\b",
    "pl": r"\bPa(n|ni|nią|ństw\w+)\b",
}
QUOTES = {"de": "„“", "fr": "«»", "es": "«»", "it": "«»", "pl": "„”"}


def pairs(language):
    """(English, translation) of every text, each plural form by itself: the first with the singular."""
    for message in read(language):
        if message.id and message.pluralizable:
            yield from ((message.id[min(place, 1)], form) for place, form in enumerate(message.string) if form)
        elif message.id and message.string:
            yield message.id, message.string


def fixed(text):
    return sorted(FIXED.findall(text))


def test_every_language_of_the_settings_has_a_plural_rule():
    assert set(LANGUAGES) == set(PLURAL_FORMS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_tags_are_the_same_in_every_translation(language):
    assert not [(english, words) for english, words in pairs(language) if fixed(english) != fixed(words)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_counted_text_has_as_many_forms_as_the_language(language):
    forms = {len(message.string) for message in read(language) if message.pluralizable}
    assert forms == {PLURAL_FORMS[language][0]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_are_those_of_the_language(language):
    opening, closing = QUOTES[language]
    for english, words in pairs(language):
        assert '"' not in re.sub(r"<[^>]*>", "", words), words
        assert words.count(opening) >= english.count("“"), words
        assert words.count(closing) >= english.count("”"), words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_begins_and_ends_like_its_text(language):
    """Capital or small letter, full stop, colon, ellipsis, blanks: texts are put together with others."""
    for english, words in pairs(language):
        assert words == words.strip(), words
        assert ends(english) == ends(words), (english, words)


def ends(text):
    """What a text ends with; a question mark or a colon after French's blank counts like one without."""
    last = re.sub(r"<[^>]+>|[”“»\s]+$", "", text)[-1:]
    return last if last in ".…?:" else ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_to_the_words_and_the_address_agreed_for_its_language(language):
    never = re.compile(NEVER[language])
    assert not [words for _english, words in pairs(language) if never.search(FIXED.sub("", words))]


@pytest.fixture(scope="module")
def texts():
    return {(text.context, text.singular, text.plural) for text in all_texts()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_a_translation_that_counts(language):
    """What is missing: `make messages`, then fill in what is empty and take the mark off what is fuzzy."""
    assert not missing(read(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_exactly_the_texts_of_the_sources(language, texts):
    catalogue = read(language)
    held = {(message.context or "", *split(message)) for message in catalogue if message.id}
    assert held == texts, "make messages"
    assert not catalogue.obsolete


def split(message):
    return message.id if message.pluralizable else (message.id, "")
