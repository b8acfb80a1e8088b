"""How near sentences are to concepts, and what they learn. Arrays only."""

import numpy as np
import pytest

from catalog.meanings import TAUGHT, Meanings, hubs, taught
from catalog.neutral import unit

RANDOM = np.random.default_rng(3)
LONG = np.array([100])


def some(count, dimension=32):
    return unit(RANDOM.normal(size=(count, dimension)).astype(np.float32))


def test_a_sentence_is_nearest_to_the_concept_whose_name_it_is():
    places = some(60)
    meanings = Meanings.of(np.repeat(np.arange(20) + 100, 3), places, some(20))
    for concept in range(20):
        near = meanings.nearness(places[3 * concept : 3 * concept + 1], LONG)
        assert meanings.concepts[near[0].argmax()] == concept + 100


def test_a_concept_to_which_any_text_lies_near_is_no_better_for_that():
    places, common = some(20), some(1)
    background = unit(some(50) + common)
    sentence = unit(places[:1] + 1.3 * common)
    with_hub = np.concatenate([places, common])
    assert (with_hub @ sentence[0]).argmax() == 20
    assert Meanings.of(np.arange(21), with_hub, background).nearness(sentence, LONG)[0].argmax() == 0


def test_a_few_words_alone_say_less_than_a_sentence():
    meanings = Meanings.of(np.arange(20), some(20), some(20))
    sentence = meanings.places[:1]
    assert meanings.nearness(sentence, np.array([10])).max() < meanings.nearness(sentence, LONG).max()


def test_the_same_sentences_again_are_as_near_as_before():
    meanings, sentences = Meanings.of(np.arange(30), some(30), some(20)), some(4)
    lengths = np.full(4, 80)
    assert np.array_equal(meanings.nearness(sentences, lengths), meanings.nearness(sentences, lengths))


def test_an_example_speaks_for_the_same_sentence_and_against_it_and_not_for_others():
    example, other = some(1, 64), some(1, 64)
    assert taught(example, example, np.array([1]))[0] == pytest.approx(TAUGHT, abs=1e-3)
    assert taught(example, example, np.array([-1]))[0] == pytest.approx(-TAUGHT, abs=1e-3)
    assert taught(other, example, np.array([1]))[0] == 0


def test_the_most_alike_of_two_contrary_examples_counts():
    example = some(1, 64)
    near = unit(example + 0.15 * some(1, 64))
    assert taught(example, np.concatenate([near, example]), np.array([-1, 1]))[0] > 0


def test_hubs_do_not_count_a_concepts_own_names():
    twins = np.concatenate([some(1)] * 2 + [some(10)])
    owners = np.array([0, 0, *range(1, 11)])
    assert hubs(twins, owners)[0] == pytest.approx(np.sort(twins[2:] @ twins[0])[-10:].mean(), abs=1e-5)


def test_without_a_vocabulary_nothing_is_near():
    meanings = Meanings.of(np.zeros(0, np.int64), np.zeros((0, 32), np.float32), some(3))
    assert meanings.nearness(some(2), np.array([80, 80])).shape == (2, 0)
