"""Languages drawn towards English by texts that are known in each of them."""

import numpy as np
import pytest

from catalog.aligning import kept_alignments, translations
from catalog.alignment import PIVOT, Alignment, alignments
from catalog.encoding import encoder
from catalog.measuring import space_without_corpus
from catalog.neutral import Space, unit

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
    alignment = alignments({PIVOT: english[:400], "xx": foreign[:400]})["xx"]
    before = (foreign[400:] * english[400:]).sum(axis=1)
    after = (alignment.aligned(foreign[400:]) * english[400:]).sum(axis=1)
    assert after.mean() > before.mean() + 0.02
    assert np.allclose(np.linalg.norm(alignment.aligned(foreign), axis=1), 1, atol=1e-5)


def test_what_turns_with_the_subject_is_followed_where_one_turn_for_all_is_not():
    numbers = np.random.default_rng(8)
    english = unit(numbers.normal(size=(800, 6)))
    foreign = unit(english + 0.6 * np.where(english[:, :1] > 0, 1, -1) * english[:, [1, 2, 0, 4, 5, 3]])
    known, new = slice(0, 700), slice(700, 800)
    found = alignments({PIVOT: english[known], "xx": foreign[known]})["xx"].aligned(foreign[new])
    turn = np.linalg.lstsq(foreign[known], english[known], rcond=None)[0]
    as_one = unit(foreign[new] @ turn)
    assert (found * english[new]).sum(axis=1).mean() > (as_one * english[new]).sum(axis=1).mean() + 0.02


def test_english_stays_where_it_is_and_so_does_a_language_of_which_nothing_is_known(pairs):
    english, foreign = pairs
    found = alignments({PIVOT: english, "xx": foreign})
    assert PIVOT not in found
    assert Space("1", 0, {}, np.zeros((0, 20)), alignments=found).aligned("yy", english) is english


def test_a_language_that_already_agrees_is_not_moved(pairs):
    english, _foreign = pairs
    alignment = alignments({PIVOT: english, "xx": english})["xx"]
    assert np.allclose(alignment.aligned(english), english, atol=1e-6)


def test_a_text_unlike_all_pairs_is_moved_less_than_one_like_them():
    english, foreign = np.eye(4)[[0] * 20], np.eye(4)[[1] * 20]
    alignment = alignments({PIVOT: english, "xx": foreign})["xx"]
    near, far = alignment.aligned(np.eye(4)[1]), alignment.aligned(-np.eye(4)[1])
    assert near[0] > 0.5
    assert abs(far[0]) < 0.1


def test_a_space_aligns_what_it_places():
    right = Alignment(np.array([[1.0, 0.0]], np.float32), np.array([[0.0, 1.0]], np.float32))
    space = Space("1", 0, {"need": {"": np.zeros(2)}}, np.zeros((0, 2)), alignments={"lt": right})
    assert np.allclose(space.place("need", "lt", np.array([1.0, 0.0])), np.sqrt(0.5))
    assert space.place("need", "en", np.array([1.0, 0.0])).tolist() == [1, 0]


def test_the_same_texts_are_known_in_every_official_language():
    texts = translations()
    assert len(texts) == LANGUAGES
    assert len({len(own) for own in texts.values()}) == 1
    assert all(text.strip() for own in texts.values() for text in own)


def test_every_language_but_english_is_drawn_towards_it():
    assert set(kept_alignments()) == set(translations()) - {PIVOT}


def test_a_sentence_in_a_language_the_encoder_knows_badly_finds_its_translation_more_clearly():
    """Not among the pairs."""
    lithuanian = [
        "Ieškome partnerio, kuris sumažintų šilumos nuostolius mūsų kepykloje.",
        "Mūsų nuotekose per daug riebalų ir inspekcija skundžiasi.",
        "Norėtume žinoti, kada sugs staklių guolis.",
        "Reikia pakuočių iš popieriaus vietoj plastiko.",
    ]
    english = [
        "We are looking for a partner who reduces the heat losses in our bakery.",
        "There is too much fat in our waste water and the authority complains.",
        "We would like to know when the bearing of the lathe will fail.",
        "Packaging made of paper instead of plastic is needed.",
    ]
    space = space_without_corpus()
    there = space.place("need", PIVOT, encoder().encode_query(english))
    askew = space.neutral("need", "lt", encoder().encode_query(lithuanian))
    assert margin(space.aligned("lt", askew), there) > margin(askew, there) + 0.02


def margin(left: np.ndarray, right: np.ndarray) -> float:
    """By how much each text lies nearer to its own translation than to the other ones, on average."""
    cosines = left @ right.T
    others = cosines[~np.eye(len(left), dtype=bool)]
    return float(np.diag(cosines).mean() - others.mean())
