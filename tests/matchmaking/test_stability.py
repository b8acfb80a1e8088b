"""A small change of a text is a small change of what is said about it: on the needs of the demo, really encoded."""

from copy import copy
from random import Random

import pytest

from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents
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


def chances(need: Need) -> dict[int, float]:
    """{offer: probability}, best first, of the text as it stands; nothing is stored."""
    query = query_from(encoder().read_query([need.text])[0], need.language)
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


def _replaced(text, each, by):
    return text[: each.start()] + by + text[each.end() :]


def test_a_stop_word_more_or_less_hardly_moves_a_probability():
    load()
    while embed_stale_documents():
        pass
    refresh_if_grown()
    needs = list(Need.objects.open().select_related("organisation", "cluster").order_by("pk"))
    assert len(needs) >= 50
    before = {need.pk: chances(need) for need in needs}
    for change in (with_a_stop_word, without_a_stop_word):
        rnd = Random(change.__name__)
        moves = [largest_move(before[need.pk], chances(rewritten(need, change(need, rnd)))) for need in needs]
        assert sum(move > MOST for move in moves) <= (1 - OFTEN) * len(needs), (change.__name__, sorted(moves)[-10:])
