"""Texts to weighted terms: tokens, exact codes, stop words, stems, term ids, BM25 weights. A pure module.

Stop words come from the pinned package `stopwordsiso` (Stopwords ISO, MIT), stemmers are Snowball's through
PyStemmer. Of the 24 EU languages the first lacks Maltese, the second Bulgarian, Croatian, Latvian, Maltese,
Slovak and Slovenian: there a text keeps its words as they are, and nothing fails.

Document frequencies are not counted here: `catalog/term_counts.py` keeps them in the database.
"""

import re
import threading
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from math import log

import Stemmer
import stopwordsiso

# Rises with whatever changes the terms or weights of a text: the documents are then weighed anew.
VERSION = "2"

TERM_SPACE = 1_000_000_000  # pgvector's largest sparsevec; terms are hashed into it
MOST_TERMS = 16_000  # that a sparsevec holds; only texts of no language have more
LONGEST_TEXT = 50_000  # characters read; four times the longest a form accepts

# Robertson and Zaragoza, The Probabilistic Relevance Framework (2009). k₁ = 2 instead of the usual 1.5 lifts nDCG@10
# of words alone on the dev halves of five public sets by 0.002 to 0.009, on none does it lower it.
K1 = 2.0
B = 0.75

WORD = re.compile(r"\w\w+")
# EN-1090-2, 316L, PM2.5, IEC61850, 1.4301, ISO/IEC: whatever holds a digit beside a letter or a separator.
CODE = re.compile(r"(?<![\w./-])(?=[^\W\d]*\d|[^\W\d]+[-./]\d)\w+(?:[-./:]\w+)*")
# IEC 61850, DIN EN 1090-2: capitals, a space, a number.
SPACED_CODE = re.compile(r"(?<!\w)([A-Z]{1,6}) (\d{2,}[A-Za-z]?(?:[-./:]\d+)*)(?!\w)")
WRITTEN = re.compile(rf"{SPACED_CODE.pattern}|{CODE.pattern}|{WORD.pattern}")
CODE_PART = re.compile(r"[^\W\d_]+|\d+")
AMOUNT = re.compile(r"\d{1,3}(?:\.\d{3})+")  # 25.000; the steel 1.4301 is none

# The languages of Stopwords ISO and of Snowball that a text here may have; others are read without either.
SNOWBALL = {
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
_stemmers = threading.local()  # a Snowball stemmer keeps state and must not be shared by threads


def tokenise(text: str, language: str) -> list[str]:
    """The terms of a text in reading order: stems without stop words, then exact codes, marked by "="."""
    codes = exact_codes(unicodedata.normalize("NFKC", text[:LONGEST_TEXT]))
    forms = {word: _forms(word) for word in telling_words(text, language)}
    # "co2" alone is an exact code: counted as a word, too, it would weigh twice. That of "low-CO2" stands in no code
    codes += dict.fromkeys(form for word in forms for form in forms[word] if form not in codes)
    return stems([word for word in telling_words(text, language) if not forms[word]], language) + codes


def telling_words(text: str, language: str) -> list[str]:
    """The words of a text in reading order, in small letters, without stop words."""
    stop = stop_words(language)
    text = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    return [word for word in WORD.findall(text.casefold()) if word not in stop]


def stems(words: list[str], language: str) -> list[str]:
    stemmer = _stemmer(language)
    return stemmer.stemWords(words) if stemmer else words


@cache
def stop_words(language: str) -> frozenset[str]:
    """As texts are read: in Greek, a last letter is written otherwise than it compares."""
    listed = stopwordsiso.stopwords(language) if stopwordsiso.has_lang(language) else ()
    return frozenset(unicodedata.normalize("NFKC", word).casefold() for word in listed)


def _stemmer(language: str) -> Stemmer.Stemmer | None:
    if language not in SNOWBALL:
        return None
    if language not in _stemmers.__dict__:
        _stemmers.__dict__[language] = Stemmer.Stemmer(SNOWBALL[language])
    return _stemmers.__dict__[language]


def exact_codes(text: str) -> list[str]:
    """Product codes, grades and standards as they are written everywhere: "EN-1090-2" is =en-1090 and =en-1090-2."""
    found = [match.group() for match in CODE.finditer(text) if not AMOUNT.fullmatch(match.group())]
    found += [match.group() for match in SPACED_CODE.finditer(text)]
    return [form for code in dict.fromkeys(found) for form in _forms(code)]


def _forms(code: str) -> list[str]:
    """A code without its separators, and its head of two parts, so that a standard is found without its part."""
    parts = CODE_PART.findall(code.casefold())
    has_digit = any(part.isdigit() for part in parts[:2])
    if len(parts) < 2 or not has_digit:
        return []
    return list(dict.fromkeys(("=" + "-".join(parts[:2]), "=" + "-".join(parts))))


def is_exact(term: str) -> bool:
    return term.startswith("=")


@lru_cache(200_000)
def term_id(term: str) -> int:
    """The same number for a term in every process and for ever: 1 to 10⁹-1."""
    return 1 + zlib.crc32(term.encode()) % (TERM_SPACE - 1)


def count(text: str, language: str) -> Counter[int]:
    """How often each term stands in the text, by term id."""
    return counted(tokenise(text, language))


def counted(terms: Iterable[str]) -> Counter[int]:
    return storable(Counter(map(term_id, terms)))


def storable(counts: Counter[int]) -> Counter[int]:
    """The most frequent of them, as many as the database can keep of one text."""
    return counts if len(counts) <= MOST_TERMS else Counter(dict(counts.most_common(MOST_TERMS)))


def document_weights(counts: Mapping[int, int], mean_length: float) -> dict[int, float]:
    """The document's half of BM25 by term id: f·(k₁+1) / (f + k₁·(1 - b + b·length / mean_length)).

    `mean_length` is the number of terms of an average document.
    """
    saturation = K1 * (1 - B + B * sum(counts.values()) / mean_length)
    return {term: f * (K1 + 1) / (f + saturation) for term, f in counts.items()}


def query_weights(counts: Mapping[int, int], frequencies: Mapping[int, int], documents: int) -> dict[int, float]:
    """The query's half of BM25 by term id: f · idf. `frequencies` says in how many documents a term stands."""
    return {term: f * idf(frequencies.get(term, 0), documents) for term, f in counts.items()}


def idf(frequency: int, documents: int) -> float:
    """Lucene's inverse document frequency, never negative: ln(1 + (N - n + ½) / (n + ½))."""
    frequency = min(frequency, documents)
    return log(1 + (documents - frequency + 0.5) / (frequency + 0.5))


def shared_words(left: str, left_language: str, right: str, right_language: str) -> dict[int, str]:
    """The words and codes of the left text that stand in the right one too, as written, by term id, in reading order.
    Not bare numbers: an amount in one text and a year in the other have nothing to do with each other."""
    there = _terms_of(right, right_language)
    shared: dict[int, str] = {}
    for word, own in _written(left, left_language):
        for term in there.intersection(own):
            shared.setdefault(term_id(term), word)
    return shared


@lru_cache(500)  # an offer meets several needs
def _terms_of(text: str, language: str) -> frozenset[str]:
    return frozenset(tokenise(text, language))


@lru_cache(16)  # one need meets several offers
def _written(text: str, language: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Words and codes as written, none twice and no bare numbers, each with its terms."""
    text = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    found = dict.fromkeys(match.group() for match in WRITTEN.finditer(text))
    return tuple((word, frozenset(tokenise(word, language))) for word in found if any(map(str.isalpha, word)))
