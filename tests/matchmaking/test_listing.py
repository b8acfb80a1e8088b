"""Words in a row, and quotation marks, in each language of the interface."""

import pytest
from django.utils.translation import override

from matchmaking.listing import listed, quoted


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", "a, b and c"),
        ("de", "a, b und c"),
        ("fr", "a, b et c"),
        ("es", "a, b y c"),
        ("it", "a, b e c"),
        ("pl", "a, b i c"),
    ],
)
def test_words_are_listed_as_they_are_said(language, row):
    with override(language):
        assert listed(["a", "b", "c"]) == row
        assert listed(["a"]) == "a"
        assert listed([]) == ""


@pytest.mark.parametrize(
    ("words", "row"),
    [
        (["Francia", "Italia"], "Francia e Italia"),
        (["agujas", "hilo"], "agujas e hilo"),
        (["nieve", "hielo"], "nieve y hielo"),
        (["Italia", "Francia"], "Italia y Francia"),
    ],
)
def test_spanish_avoids_two_like_sounds(words, row):
    with override("es"):
        assert listed(words) == row


@pytest.mark.parametrize(
    ("language", "marks"),
    [("en", "“a”"), ("de", "„a“"), ("fr", "«\u00a0a\u00a0»"), ("es", "«a»"), ("it", "«a»"), ("pl", "„a”")],
)
def test_quotation_marks_are_those_of_the_reader(language, marks):
    with override(language):
        assert quoted("a") == marks
