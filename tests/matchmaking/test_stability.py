"""A small change of a text is a small change of what is said about it: on the needs of the demo, really encoded."""

from copy import copy
from random import Random

import pytest

from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents
from catalog.encoder.reading import Reading
from catalog.encoding import encoder
from catalog.models import Need
from catalog.placing import query_from
from catalog.words import WORD, stop_words
from matchmaking.demo.loading import load
from matchmaking.pipeline import look, offers_for, rank

pytestmark = [pytest.mark.django_db, pytest.mark.long]

SHOWN = 10
MOST = 0.05  # of probability
OFTEN = 0.95
LONG_ENOUGH = 5  # letters of a word that is misspelt
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def chances(need: Need, reading: Reading) -> dict[int, float]:
    """{offer: probability}, best first, of the text as it was read; nothing is stored."""
    query = query_from(reading, need.language)
    return {one.pk: one.probability for one in rank(need, look(need, query, offers_for(need)))}


def largest_move(before: dict[int, float], after: dict[int, float]) -> float:
    return max(abs(before[pk] - after.get(pk, 0.0)) for pk in list(before)[:SHOWN])


def rewritten(need: Need, description: str) -> Need:
    other = copy(need)
    other.description = description
    return other


def with_a_stop_word(need: Need, rnd: Random) -> str:
    """One of the language's stop words more, anywhere between two words."""
    words = need.description.split(" ")
    words.insert(rnd.randrange(1, len(words)), rnd.choice(sorted(stop_words(need.language))))
    return " ".join(words)


def without_a_stop_word(need: Need, rnd: Random) -> str:
    stop = [each for each in WORD.finditer(need.description) if each[0].casefold() in stop_words(need.language)]
    return _replaced(need.description, rnd.choice(stop), "")


def with_two_letters_swapped(need: Need, rnd: Random) -> str:
    def swapped(word, at):
        at = rnd.choice([at for at in range(len(word) - 1) if word[at].lower() != word[at + 1].lower()])
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return _misspelt(need, rnd, swapped)


def with_a_letter_wrong(need: Need, rnd: Random) -> str:
    return _misspelt(need, rnd, lambda word, at: word[:at] + _other_than(word[at], rnd) + word[at + 1 :])


def with_a_letter_left_out(need: Need, rnd: Random) -> str:
    return _misspelt(need, rnd, lambda word, at: word[:at] + word[at + 1 :])


def with_a_letter_twice(need: Need, rnd: Random) -> str:
    return _misspelt(need, rnd, lambda word, at: word[:at] + word[at] + word[at:])


def _other_than(letter: str, rnd: Random) -> str:
    return rnd.choice([each for each in LETTERS if each != letter.lower()])


def _misspelt(need, rnd, mistake):
    """One of its words that tell something; codes hold digits and are left alone."""
    words = [each for each in WORD.finditer(need.description) if _tells(each[0], need.language)]
    each = rnd.choice(words)
    return _replaced(need.description, each, mistake(each[0], rnd.randrange(1, len(each[0]))))


def _tells(word: str, language: str) -> bool:
    return len(word) >= LONG_ENOUGH and word.isalpha() and word.casefold() not in stop_words(language)


def _replaced(text, each, by):
    return text[: each.start()] + by + text[each.end() :]


STOP_WORDS = (with_a_stop_word, without_a_stop_word)
TYPOS = (with_two_letters_swapped, with_a_letter_wrong, with_a_letter_left_out, with_a_letter_twice)


def test_a_stop_word_more_or_less_or_one_misspelt_word_hardly_moves_a_probability():
    load()
    while embed_stale_documents():
        pass
    refresh_if_grown()
    needs = list(Need.objects.open().select_related("organisation", "cluster").order_by("pk"))
    assert len(needs) >= 50
    asked = {"as it is": needs}
    for change in (*STOP_WORDS, *TYPOS):
        rnd = Random(change.__name__)
        asked[change.__name__] = [rewritten(need, change(need, rnd)) for need in needs]
    readings = iter(encoder().read_query([need.text for own in asked.values() for need in own]))
    found = {name: [chances(need, next(readings)) for need in own] for name, own in asked.items()}
    moves = {name: [*map(largest_move, found["as it is"], own)] for name, own in found.items()}
    too_far = {name: sum(move > MOST for move in own) for name, own in moves.items()}
    for kind in (STOP_WORDS, TYPOS):
        many = sum(too_far[change.__name__] for change in kind)
        assert many <= (1 - OFTEN) * len(kind) * len(needs), (too_far, len(needs))
