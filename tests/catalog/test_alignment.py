"""Languages drawn towards English by texts that are known in each of them."""

import numpy as np
import pytest

from catalog.alignment import PIVOT, alignments
from catalog.neutral import Space, aligned, unit
from catalog.priors import prior, translations

LANGUAGES = 24


@pytest.fixture(scope="module")
def pairs():
    """A language that lies askew: English, turned by a little and blurred."""
    numbers = np.random.default_rng(7)
    english = unit(numbers.normal(size=(600, 20)))
    skew = np.eye(20) + 0.3 * numbers.normal(size=(20, 20))
    return english, unit(english @ skew + 0.05 * numbers.normal(size=english.shape))


def test_texts_that_were_not_among_the_pairs_come_nearer_to_their_translation(pairs):
    english, foreign = pairs
    matrix = alignments({PIVOT: english[:400], "xx": foreign[:400]})["xx"]
    before = (foreign[400:] * english[400:]).sum(axis=1)
    after = (aligned(foreign[400:], matrix) * english[400:]).sum(axis=1)
    assert after.mean() > before.mean() + 0.02
    assert np.allclose(np.linalg.norm(aligned(foreign, matrix), axis=1), 1, atol=1e-5)


def test_english_stays_where_it_is_and_so_does_a_language_of_which_nothing_is_known(pairs):
    english, foreign = pairs
    found = alignments({PIVOT: english, "xx": foreign})
    assert PIVOT not in found
    assert aligned(english, found.get(PIVOT)) is english


def test_a_language_that_already_agrees_is_hardly_moved(pairs):
    english, _foreign = pairs
    matrix = alignments({PIVOT: english, "xx": english})["xx"]
    assert np.allclose(matrix, 0, atol=1e-6)


def test_in_directions_of_which_the_pairs_say_nothing_a_text_stays():
    english = np.zeros((50, 4), np.float32)
    english[:, 0] = 1
    foreign = np.zeros((50, 4), np.float32)
    foreign[:, 1] = 1
    matrix = alignments({PIVOT: english, "xx": foreign})["xx"]
    assert aligned(np.array([0.0, 0.0, 1.0, 0.0]), matrix).tolist() == [0, 0, 1, 0]


def test_a_space_aligns_what_it_places():
    turn = np.array([[0.0, 1.0], [0.0, 0.0]], np.float32)
    space = Space("1", 0, {"need": {"": np.zeros(2)}}, np.zeros((0, 2)), alignments={"lt": turn})
    assert np.allclose(space.place("need", "lt", np.array([1.0, 0.0])), np.sqrt(0.5))
    assert space.place("need", "en", np.array([1.0, 0.0])).tolist() == [1, 0]


def test_the_same_texts_are_known_in_every_official_language():
    texts = translations()
    assert len(texts) == LANGUAGES
    assert len({len(own) for own in texts.values()}) == 1
    assert all(text.strip() for own in texts.values() for text in own)


def test_the_prior_knows_every_language_but_english():
    assert set(prior().alignments) == set(translations()) - {PIVOT}
