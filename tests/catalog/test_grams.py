"""Words as they sound, and the grams they share with their relatives."""

import pytest

from catalog.grams import count, grams, sound
from catalog.words import term_id


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Filter", "filter"),
        ("φίλτρο", "filtro"),
        ("фильтр", "filtr"),
        ("Straße", "strase"),
        ("photovoltaïque", "fotovoltaikve"),
        ("wzmacniacz", "vsmakniaks"),
        ("żółty", "solti"),
        ("oxygen", "oksigen"),
    ],
)
def test_words_are_folded_to_what_their_relatives_look_like(word: str, expected: str):
    assert sound(word) == expected


def test_grams_know_where_a_word_begins_and_ends():
    assert grams("filter") == ["_fil", "filt", "ilte", "lter", "ter_"]
    assert grams("a") == ["_a_"]


def test_relatives_in_other_scripts_share_grams():
    assert set(grams("φίλτρο")) & set(grams("Filter")) == {"_fil", "filt"}
    assert set(grams("биогаз")) & set(grams("biogas")) == set(grams("biogas"))


def test_stop_words_are_not_heard():
    assert count("the pump and the pump", "en") == {term_id(f"#{gram}"): 2 for gram in grams("pump")}
