"""While somebody writes: what was understood, and how the other side says it. Nothing of the text is kept.

For a need: names that experts use, and telling words of public offers under the concept. For an offer: how adopters
put it. A text is read as four parts at most, which the encoder takes before everything else.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache

from . import words
from .codes import LabelKind, UseState, Visibility
from .encoding import encoder
from .language import detect
from .models import CorpusStatistic, Offer, OfferConcept, TermStatistic
from .naming import Ways, labels, ways_to_say
from .sentences import Sentence, split
from .understanding import SHOWN_WEIGHT, Lessons, Understood, reader_version, understand

LONGEST = 4000  # characters read
SHORTEST = 20  # characters: before, there is nothing to understand
PARTS = 4  # the encoder lets so many texts pass before documents
MOST_CONCEPTS = 4
MOST_WORDS = 4  # for each concept
OFFERS = 30  # under a concept whose words are counted
REMEMBERED_SECONDS = 600
OTHER_SIDE = {"need": LabelKind.EXPERT, "offer": LabelKind.LAY}


@dataclass(frozen=True)
class Saying:
    """A concept that was understood, by its name in the reader's language, and how the other side says it."""

    concept: int
    label: str
    words: list[str]
    language: str  # of the words


def sayings(text: str, side: str, reader_language: str) -> list[Saying]:
    """What was understood in a text of a need or an offer, the weightiest first. Words that stand in the text already
    are not proposed."""
    text = text.strip()[:LONGEST]
    if len(text) < SHORTEST:
        return []
    language = detect(text, default=reader_language)
    found = understood(text, language)
    names = labels([one.concept for one in found], reader_language)
    languages = list(dict.fromkeys([language, reader_language, "en"]))
    ways = ways_to_say([one.concept for one in found], OTHER_SIDE[side], languages)
    nothing = Ways(language, [])
    said = [
        _saying(one, names[one.concept], ways.get(one.concept, nothing), text, side)
        for one in found if one.concept in names
    ]  # fmt: skip
    return [saying for saying in said if saying]


def understood(text: str, language: str) -> list[Understood]:
    parts = parts_of(text)
    found = understand(parts, encoder().encode_query([part.text for part in parts]), language, Lessons({}, {}))
    return [one for one in found if one.weight >= SHOWN_WEIGHT][:MOST_CONCEPTS]


def parts_of(text: str) -> list[Sentence]:
    """The sentences of a text, neighbours joined until there are few enough."""
    sentences = split(text) or [text]
    size = -(-len(sentences) // PARTS)
    groups = [sentences[start : start + size] for start in range(0, len(sentences), size)]
    return [Sentence("description", " ".join(group)) for group in groups]


def _saying(one: Understood, name: str, ways: Ways, text: str, side: str) -> Saying:
    proposed = ways.names
    if side == "need":
        proposed = [*proposed[: MOST_WORDS - 1], *distinctive_words(one.concept, ways.language)]
    return Saying(one.concept, name, _new_in(text, proposed)[:MOST_WORDS], ways.language)


def _new_in(text: str, proposed: Iterable[str]) -> list[str]:
    there = text.casefold()
    return [word for word in dict.fromkeys(proposed) if word.casefold() not in there]


# What public offers say


def distinctive_words(concept: int, language: str) -> list[str]:
    """Words that public offers of several organisations under a concept say and few others; counted now and then."""
    key = f"distinctive:{concept}:{language}:{reader_version()}"
    known = cache.get(key)
    if known is None:
        known = _counted(_texts(concept, language), language)
        cache.set(key, known, REMEMBERED_SECONDS)
    return known


def _texts(concept: int, language: str) -> list[tuple[int, str, str]]:
    """The organisation of each offer, its name, and what the offer says."""
    uses = OfferConcept.objects.filter(concept=concept, weight__gte=SHOWN_WEIGHT).exclude(state=UseState.REMOVED)
    heaviest = uses.order_by("-weight").values_list("document", flat=True)[: 4 * OFFERS]
    public = Offer.objects.visible_to(AnonymousUser()).filter(visibility=Visibility.PUBLIC, language=language)
    rows = public.filter(pk__in=list(heaviest)).order_by("pk")[:OFFERS]
    told = rows.values_list("organisation", "organisation__name", "title", "summary")
    return [(pk, name, f"{title}\n{summary}") for pk, name, title, summary in told]


def _counted(texts: Sequence[tuple[int, str, str]], language: str) -> list[str]:
    """Said by two organisations at least, the rarest elsewhere first; nobody's name."""
    said = {(pk, word) for pk, _name, text in texts for word in words.telling_words(text, language)}
    called = {word for _pk, name, _text in texts for word in words.telling_words(name, language)}
    found: Counter[str] = Counter(word for _pk, word in said if word not in called)
    several = [word for word, count in found.items() if count >= 2 and not word.isdigit()]
    ids = {word: words.term_id(words.stems([word], language)[0]) for word in several}
    known = dict(TermStatistic.objects.filter(term__in=ids.values()).values_list("term", "documents"))
    statistic = CorpusStatistic.objects.first()
    documents = statistic.offers if statistic else 0
    weight = {word: found[word] * words.idf(known.get(ids[word], 0), documents) for word in several}
    return sorted(several, key=lambda word: (-weight[word], word))[:2]
