"""Texts to weighted terms."""

import pytest
from bm25s import BM25

from catalog import words
from catalog.language import LANGUAGES


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("EN-1090", "=en-1090"),
        ("EN 1090", "=en-1090"),
        ("DIN EN 1090-2", "=en-1090"),
        ("DIN EN 1090-2", "=en-1090-2"),
        ("316L", "=316-l"),
        ("316-L", "=316-l"),
        ("IEC 61850", "=iec-61850"),
        ("IEC61850", "=iec-61850"),
        ("PM2.5", "=pm-2-5"),
        ("1.4301", "=1-4301"),
        ("ISO/IEC 27001:2022", "=iec-27001"),
        ("ＣＯ２", "=co-2"),
    ],
)
def test_a_code_is_one_exact_term_however_it_is_written(written: str, code: str):
    assert code in words.tokenise(f"We weld {written} tubes.", "en")


@pytest.mark.parametrize(
    ("written", "code"), [("low-CO2 concrete", "=co-2"), ("NOx/CO2", "=co-2"), ("Edelstahl-316L", "=316-l")]
)
def test_a_code_behind_another_word_is_a_term_once(written: str, code: str):
    assert words.tokenise(f"{written}, again {written}", "en").count(code) == 1


@pytest.mark.parametrize("written", ["25.000 kg", "1.900.000 Euro"])
def test_an_amount_is_no_code(written: str):
    assert not [term for term in words.tokenise(written, "de") if words.is_exact(term)]
    assert "=1-4301" in words.tokenise("Edelstahl 1.4301", "de")


def test_stop_words_are_left_out_as_texts_are_read():
    assert words.tokenise("τους", "el") == []


def test_the_parts_of_a_code_are_terms_too():
    assert {"iec", "61850"} <= set(words.tokenise("a gateway for IEC 61850", "en"))


@pytest.mark.parametrize("text", ["in 2020 we had 15 people", "A good idea", "24", "", "…", "we"])
def test_what_is_no_code_gives_no_exact_term(text: str):
    assert not any(map(words.is_exact, words.tokenise(text, "en")))


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "heat pumps", "heat pump"),
        ("de", "Wärmepumpen", "Wärmepumpe"),
        ("fr", "pompes à chaleur", "pompe à chaleur"),
        ("es", "bombas de calor", "bomba de calor"),
        ("it", "pompe di calore", "pompa di calore"),
        ("pl", "pompami ciepła", "pompa ciepła"),
        ("nl", "warmtepompen", "warmtepomp"),
        ("pt", "bombas de calor", "bomba de calor"),
    ],
)
def test_forms_of_a_word_are_the_same_term(language: str, one: str, other: str):
    assert words.tokenise(one, language) == words.tokenise(other, language)


@pytest.mark.parametrize("language", [*LANGUAGES, "ru", "tr", "xx"])
def test_every_language_is_tokenised_even_without_stemmer_and_stop_words(language: str):
    assert words.tokenise("Photovoltaik 2025", language)


def test_all_eu_languages_but_maltese_have_stop_words():
    assert {language for language in LANGUAGES if not words.stop_words(language)} == {"mt"}


def test_a_term_has_the_same_number_in_every_process():
    assert words.term_id("heat") == 125077756
    assert words.term_id("=en-1090") == 983194206


def test_weights_are_those_of_bm25s():
    corpus = [["heat", "pump", "heat"], ["heat", "exchanger"], ["bread", "oven", "with", "heat", "pump", "drying"]]
    peer = BM25(k1=words.K1, b=words.B)
    peer.index(corpus, show_progress=False)
    expected = peer.get_scores(["pump", "drying"])
    counts = [{words.term_id(term): document.count(term) for term in document} for document in corpus]
    mean_length = sum(map(len, corpus)) / 3
    query = words.query_weights(
        {words.term_id("pump"): 1, words.term_id("drying"): 1},
        {words.term_id("pump"): 2, words.term_id("drying"): 1},
        documents=3,
    )
    for document, score in zip(counts, expected, strict=True):
        weights = words.document_weights(document, mean_length)
        ours = sum(weights.get(term, 0.0) * weight for term, weight in query.items())
        assert ours == pytest.approx(score * (words.K1 + 1), rel=1e-5)  # bm25s leaves the constant factor out


def test_the_rarer_word_weighs_more_and_none_is_negative():
    assert words.idf(1, 100) > words.idf(50, 100) > words.idf(100, 100) > 0
    assert words.idf(0, 0) > 0


def test_shared_words_are_shown_as_the_left_text_writes_them():
    need = "We must weld 316L tubes to EN 1090, welding by hand"
    offer = "Schweißen von Rohren aus 316-L nach DIN EN 1090-2"
    assert set(words.shared_words(need, "en", offer, "de").values()) == {"316L", "EN 1090"}


def test_bare_numbers_are_no_shared_words():
    shared = words.shared_words("18 ovens and 18 000 loaves", "en", "from 18 000 euro, 18 ovens", "en")
    assert list(shared.values()) == ["ovens"]


def test_a_text_of_any_length_is_read_in_bounded_time():
    assert len(words.tokenise("pump " * 200_000, "en")) == words.LONGEST_TEXT // 5
