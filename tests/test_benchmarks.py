"""The benchmarks still run: on a corpus of a few dozen documents, with everything but the figures checked."""

from contextlib import nullcontext
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks import doors, encoding, mail, matching, pages, peers, plot, rematching, report, search, suites
from benchmarks.growth import grow
from benchmarks.registry import SUITES, Corpus, Figure, at_least, at_most
from benchmarks.wordings import Bag, Inventor
from catalog.corpus import refresh
from catalog.embedding import embed_stale_documents, stale_documents
from catalog.models import Need, Offer
from catalog.sentence_vectors import told
from matchmaking.demo.loading import load
from matchmaking.due import due_needs
from tests.factories import make_need, make_offer
from tests.sampling import sampled

TITLES = ("Heat pumps for old houses", "Forecasts for bakeries", "Treatment of rinse water")


@pytest.fixture
def small_corpus(db) -> Corpus:
    for title in TITLES:
        make_offer(
            title=title, description=f"We have done it for years. {title} are our business, ask our customers."
        )
        make_need(title=f"Looking for: {title}", description=f"Who knows about it? {title} would help us a lot.")
    while embed_stale_documents():
        pass
    refresh()
    return grow(60)


def test_what_is_made_is_up_to_date_and_can_be_matched(small_corpus: Corpus):
    assert (Offer.objects.count(), Need.objects.count()) == (60, small_corpus.needs) == (60, 6)
    assert not stale_documents(Offer).exists()
    assert not stale_documents(Need).exists()
    assert due_needs().exists()
    offer = Offer.objects.order_by("pk").last()
    assert offer.reference.startswith("OFFER-")
    assert offer.title not in TITLES or offer.held_terms.term_ids
    assert len(told([offer])[0].sentences) == len(told([offer])[0].vectors)


@pytest.mark.parametrize("name", sampled(SUITES, 3))
def test_a_suite_measures(name: str, small_corpus: Corpus, monkeypatch):
    if name == "peers":
        pytest.importorskip("faiss", reason="only `make bench` installs what the product is compared with")
    for module in (matching, peers, rematching):
        monkeypatch.setattr(module, "SAMPLE", 3)
    monkeypatch.setattr(encoding, "TEXTS", 2)
    monkeypatch.setattr(mail, "READERS", 6)
    monkeypatch.setattr(mail, "PEOPLE", 300)
    monkeypatch.setattr(search, "SEARCHES", 3)
    monkeypatch.setattr(rematching, "SQUARE", 64)
    # A server would not see what this test has not committed; which statements are asked is found out all the same.
    monkeypatch.setattr(doors, "serving", lambda bare: nullcontext(min(map(len, bare.values()))))
    monkeypatch.setattr(doors, "_many", lambda port, *asked: (np.full(4, 0.001 * port), 100.0))
    monkeypatch.setattr(rematching, "QUERIES", 8)
    monkeypatch.setattr(pages, "_vacuum", lambda: None)  # runs in no transaction
    monkeypatch.setattr(pages, "OPENINGS", 1)
    monkeypatch.setattr(pages, "REAL", 3)
    if name == "pages":
        load()  # it is opened by the people of the demo
    figures = list(SUITES[name].measure(small_corpus))
    assert figures
    assert all(np.isfinite(figure.value) for figure in figures)
    assert name in report.markdown({name: {60: figures}}, load=1.0)


def test_every_module_that_measures_is_among_the_suites():
    assert {suite.measure.__module__.rpartition(".")[2] for suite in SUITES.values()} == set(suites.__all__)


def test_invented_texts_keep_short_words_and_signs():
    text = "We treat rinse water, on site."
    inventor = Inventor({"en": [text]}, np.random.default_rng(1))
    made = inventor.text_like(text, "en")
    assert made.startswith("We ")
    assert made.endswith("on site.")
    assert [len(made.split()), made.count(",")] == [6, 1]


def test_a_bag_with_other_terms_stays_ascending_and_matches_its_weights():
    bag = Bag.of_words("rinse water treatment for dairies and breweries", "en", 100.0)
    other = bag.with_others(np.array([5, 3]), np.random.default_rng(1))
    assert len(other.ids) == len(other.weights)
    assert (np.diff(other.ids) > 0).all()


def test_the_table_says_what_was_missed():
    figures = [Figure("plain", 1234.5, "ms"), at_most("slow", 20.0, "x", 15), at_least("  part", 0.99, "", 0.98)]
    table = report.markdown({"matching": {1000: figures, 0: figures[:1]}}, load=0.5)
    assert "| plain | 1,234 ms | 1,234 ms |  |" in table
    assert "| slow | 20 x **missed** |  | at most 15 |" in table
    assert "0.990" in table


def test_the_plot_shows_what_takes_milliseconds_at_several_sizes():
    results = {
        "matching": {
            1000: [Figure("one <need>", 20.0, "ms"), Figure("  part", 2.0, "ms"), Figure("share", 0.5, "")],
            10000: [Figure("one <need>", 31.0, "ms"), Figure("only here", 1.0, "ms")],
        }
    }
    curves = plot.lines(results)
    assert curves == {"one <need>": [(1000, 20.0), (10000, 31.0)]}
    drawn = ElementTree.fromstring(plot.svg(curves))  # noqa: S314 - our own
    texts = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "one <need>" in texts
    assert "1,000 offers" in texts
    assert "10 ms" in texts
