"""How names of concepts are found in a text by words."""

import pytest

from catalog.phrases import code_of, codes_in, key_of, phrases_in


def found(text, language):
    return {phrase.key: phrase.written for phrase in phrases_in(text, language)}


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("heat recovery", "en", "We sell Recovery of Heat from flue gas."),
        ("récupération de chaleur", "fr", "La récupération de la chaleur perdue coûte trop."),
        ("Wärmepumpe", "de", "Zwei Wärmepumpen im Keller."),
        ("waste heat recovery", "en", "RECOVERY of WASTE HEAT"),
    ],
)
def test_a_name_is_found_in_another_form_and_order(name, language, text):
    key = key_of(name, language)
    assert key
    assert found(text, language)[key] in text


@pytest.mark.parametrize(
    ("name", "is_lay"), [("we use too much power", True), ("Euro 7", False), ("DAC", False), ("drying", True)]
)
def test_a_name_that_would_find_too_much_is_not_looked_for_by_words(name, is_lay):
    assert not key_of(name, "en", is_lay=is_lay)


def test_one_word_is_enough_for_a_name_of_one_word():
    assert key_of("drying", "en") in found("We dry herbs.", "en")


def test_acronyms_and_codes_are_the_same_in_every_language():
    assert code_of("LCA") == "LCA"
    assert code_of("ISO 50001") == "=iso-50001"
    assert not code_of("CO2 capture")
    codes = {phrase.key: phrase.written for phrase in codes_in("Eine LCA nach ISO-50001, kein lca.")}
    assert codes["LCA"] == "LCA"
    assert codes["=iso-50001"] == "ISO-50001"
