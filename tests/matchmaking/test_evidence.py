"""Marking in both texts the sentences that speak to each other, without showing more than the viewer may see."""

import pytest

from catalog.codes import Disclosure
from catalog.presenting import Shown
from matchmaking.codes import Side
from matchmaking.evidence import Pair, mark, pairs_of
from tests.factories import make_match, make_need, make_offer, make_organisation

PAIRS = [Pair(1, "We throw away dough.", "It forecasts demand."), Pair(2, "Every evening.", "Each branch.")]


def test_a_sentence_is_marked_with_its_number_and_leads_to_the_other_side():
    html = mark("Help us. We throw away dough. Thanks.", Side.NEED, PAIRS)
    assert html.startswith('Help us. <mark class="evidence-1" id="need-1" data-pair="1">We throw away dough.')
    assert 'href="#offer-1"' in html
    assert html.endswith("</mark> Thanks.")


def test_text_around_and_within_the_evidence_is_escaped():
    html = mark("<b>Every evening.</b> & <script>", Side.NEED, [Pair(1, "<b>Every evening.</b>", "x")])
    assert "<b>" not in html
    assert "<script>" not in html
    assert "&lt;b&gt;Every evening.&lt;/b&gt;" in html


def test_what_stays_of_the_text_without_its_marks_is_the_text():
    text = "Every evening. We throw away dough. Every evening."
    html = mark(text, Side.NEED, PAIRS)
    assert html.index('id="need-2"') < html.index('id="need-1"')
    assert html.count("Every evening.") == 2
    assert html.count('id="need-2"') == 1


def test_overlapping_sentences_are_marked_once():
    html = mark("We throw away dough.", Side.NEED, [Pair(1, "We throw away", "a"), Pair(2, "away dough.", "b")])
    assert html.count("<mark") == 1


@pytest.mark.django_db
def test_a_sentence_that_its_author_has_taken_out_is_quoted_no_longer():
    told = {"need": "COD reduction", "offer": "rinse water", "score": 1.0, "entry": 1}
    texts = {"need": "Meyer's dough is thrown away.", "offer": "It forecasts what is sold.", "score": 0.8}
    match = make_match(
        need=make_need(description=f"Help us. {texts['need']}"), offer=make_offer(description=texts["offer"]),
        bridge=[told, texts | {"need_field": "description", "offer_field": "description"}],
    )  # fmt: skip
    seen = [Shown(document, Disclosure.FULL) for document in (match.need, match.offer)]
    assert [pair.need for pair in pairs_of(match, *seen)] == [told["need"], texts["need"]]
    match.need.description = "Help us."
    assert [pair.need for pair in pairs_of(match, *seen)] == [told["need"]]


@pytest.mark.django_db
def test_the_pairs_of_a_teaser_hold_no_name():
    maker = make_organisation(name="Glanzwerk GmbH")
    sentence = "Glanzwerk polishes steel, write to info@glanzwerk.de."
    match = make_match(
        need=make_need(), offer=make_offer(organisation=maker, description=sentence),
        bridge=[{"need": "We never know how much to bake.", "offer": sentence, "score": 0.8}],
    )  # fmt: skip
    (pair,) = pairs_of(match, Shown(match.need, Disclosure.FULL), Shown(match.offer, Disclosure.TEASER))
    assert "lanzwerk" not in pair.offer
    assert "polishes steel" in pair.offer
    assert pairs_of(match, Shown(match.need, Disclosure.FULL), Shown(match.offer, Disclosure.NONE)) == []
