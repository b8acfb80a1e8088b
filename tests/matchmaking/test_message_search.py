"""What is marked for translation is found exactly as Django will look it up."""

import pytest

from matchmaking.message_search import ROOT, all_texts, texts_in_python, texts_in_template


def test_python_is_searched_by_the_names_a_module_gave_to_the_functions():
    source = """
from django.utils.translation import gettext as _, ngettext
from django.utils.translation import gettext_lazy as later, npgettext_lazy
LABEL = later("One "
              "label")
def f(n):
    other("not this")
    return _("A text"), ngettext("%d lamp", "%d lamps", n), npgettext_lazy("in a shop", "lamp", "lamps", n)
"""
    assert set(texts_in_python(source)) == {
        ("", "One label", ""),
        ("", "A text", ""),
        ("", "%d lamp", "%d lamps"),
        ("in a shop", "lamp", "lamps"),
    }


def test_a_text_that_is_no_literal_is_refused_with_its_line():
    source = "from django.utils.translation import gettext as _\nx = _(f'{1} lamp')\n"
    with pytest.raises(ValueError, match=r"lamp\.py:2"):
        list(texts_in_python(source, "lamp.py"))


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{% translate 'A lamp' %}", ("", "A lamp", "")),
        ("{% translate 'A lamp' context 'in a shop' as words %}", ("in a shop", "A lamp", "")),
        ("{% if x %}{% for y in z %}{% translate 'A lamp' %}{% endfor %}{% endif %}", ("", "A lamp", "")),
        ("{% blocktranslate %}A {{ thing }}{% endblocktranslate %}", ("", "A %(thing)s", "")),
        ("{% blocktranslate trimmed %}\n  A\n  lamp\n{% endblocktranslate %}", ("", "A lamp", "")),
        ("{% blocktranslate %}12 % off{% endblocktranslate %}", ("", "12 %% off", "")),
        (
            "{% blocktranslate count n=x %}{{ n }} lamp{% plural %}{{ n }} lamps{% endblocktranslate %}",
            ("", "%(n)s lamp", "%(n)s lamps"),
        ),
        (
            "{% blocktranslate trimmed context 'in a shop' with a=b %}A {{ a }}{% endblocktranslate %}",
            ("in a shop", "A %(a)s", ""),
        ),
    ],
)
def test_templates_are_searched_with_djangos_own_parser(template, found):
    assert list(texts_in_template("{% load i18n %}" + template)) == [found]


def test_what_a_comment_holds_is_not_searched():
    assert not list(texts_in_template("{% load i18n %}{% comment %}{% translate 'A lamp' %}{% endcomment %}"))


def test_every_text_is_listed_once_with_all_its_files():
    texts = all_texts()
    assert len({text[:2] for text in texts}) == len(texts) > 500
    saved = next(text for text in texts if text.singular == "Save")
    assert len(saved.files) > 1
    assert all((ROOT / name).exists() for name in saved.files)
