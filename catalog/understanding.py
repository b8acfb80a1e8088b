"""Which concepts a text is about: by the words that name them, and by its meaning. Nothing is written here.

Words are looked up in the names of the text's language, in English names of several words, which experts use
everywhere, and in acronyms and codes. Meaning is compared by `meanings.py`. The places of sentences follow from the
encoder and the project's own texts alone, not from the corpus, so that the same text is always about the same.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.db.models import Q

from .background import background
from .codes import FoundBy, LabelKind, UseState
from .encoding import identity
from .meanings import Meanings, taught
from .measuring import space_without_corpus
from .models import Concept, ConceptLabel, ConceptUse, NeedConcept, OfferConcept, Scheme
from .neutral import Array
from .phrases import Phrase, codes_in, phrases_in
from .sentences import Sentence

VERSION = "2"  # rises with whatever changes the concepts found in a text
MOST = 12  # concepts of a text
LEAST_WEIGHT = 0.1
SHOWN_WEIGHT = 0.5  # from here on people are shown what was understood; below it only helps to find
# In standard deviations over all concepts, see `meanings.py`. Read off the demo, where the best concept of a text
# lies at 6.1 in the median and the twelfth at 4.2.
USUAL, SURE = 4.0, 8.0
LEAST_NEARNESS = 2.5  # of a concept that is named: what is named may be meant otherwise
NAMED = {1: 0.3, 2: 0.5}  # weight of being named by one word, or by two and more
MOST_SHARED = 2  # concepts that one acronym may stand for
MOST_EXAMPLES = 5000  # the newest decisions that teach


@dataclass(frozen=True)
class Understood:
    """A concept of a text. `phrase` is how the sentence names it and `key` what it was found by, both empty where
    meaning alone found it."""

    concept: int
    weight: float
    sentence: Sentence
    phrase: str = ""
    key: str = ""

    @property
    def found_by(self) -> FoundBy:
        return FoundBy.WORDS if self.phrase else FoundBy.MEANING


@dataclass(frozen=True)
class Lessons:
    """What people have decided: sentences in the shared space by concept with +1 or -1, and how often a key was
    confirmed or refused (negative) for a concept."""

    examples: dict[int, tuple[Array, Array]]
    keys: dict[tuple[int, str], int]


def reader_version() -> str:
    """What the concepts of a text depend on besides its text."""
    revisions = repr(list(Scheme.objects.order_by("pk").values_list("pk", "revision")))
    return f"{VERSION}.{hashlib.sha256(revisions.encode()).hexdigest()[:12]}.{identity().fingerprint}"


def understand(sentences: Sequence[Sentence], vectors: Array, language: str, lessons: Lessons) -> list[Understood]:
    """The concepts of a text, the weightiest first. `vectors` (s, d) are of the sentences as the encoder made them,
    read as needs."""
    if not sentences:
        return []
    meanings = current_meanings()
    places = space_without_corpus().place("need", language, vectors)
    nearness = meanings.nearness(places, np.array([len(sentence.text) for sentence in sentences]))
    _teach(nearness, meanings.concepts, places, lessons)
    by_meaning = _by_meaning(meanings.concepts, nearness, sentences)
    named = _named(sentences, language, lessons)
    found = [_joined(concept, by_meaning, named.get(concept)) for concept in {*by_meaning, *named}]
    kept = [one for one in found if one and one.weight >= LEAST_WEIGHT]
    return sorted(kept, key=lambda one: (-one.weight, one.concept))[:MOST]


# By meaning


def current_meanings() -> Meanings:
    """Of all active concepts that have vectors of the present encoder."""
    return _meanings(reader_version(), _embedded())


def _embedded() -> int:
    """Names that have their vectors: after a change of the vocabulary they come in little by little."""
    return ConceptLabel.objects.compared().comparable(identity().fingerprint).count()


@lru_cache(2)
def _meanings(_version: str, _embedded_names: int) -> Meanings:
    fingerprint = identity().fingerprint
    names = ConceptLabel.objects.compared().comparable(fingerprint).values_list("concept", "language", "embedding")
    told = Concept.objects.active().exclude(definition="").comparable(fingerprint)
    rows = [*names, *told.values_list("pk", "definition_language", "embedding")]
    space = space_without_corpus()
    if not rows:
        nothing = np.zeros((0, space.dimension), np.float32)
        return Meanings.of(np.zeros(0, np.int64), nothing, nothing)
    places = np.zeros((len(rows), space.dimension), np.float32)
    for language in {row[1] for row in rows}:
        at = [position for position, row in enumerate(rows) if row[1] == language]
        places[at] = space.place("need", language, np.stack([rows[position][2] for position in at]))
    return Meanings.of(np.array([row[0] for row in rows], np.int64), places, background())


def _teach(nearness: Array, concepts: Array, places: Array, lessons: Lessons) -> None:
    for concept, (examples, verdicts) in lessons.examples.items():
        at = np.searchsorted(concepts, concept)
        if at < len(concepts) and concepts[at] == concept:
            nearness[:, at] += taught(places, examples, verdicts)


def _by_meaning(concepts: Array, nearness: Array, sentences: Sequence[Sentence]) -> dict[int, tuple[float, Sentence]]:
    """How near the text is to each concept, and the sentence that is nearest."""
    best = nearness.argmax(axis=0)
    near = nearness[best, np.arange(len(concepts))] if len(concepts) else best
    return {
        int(concept): (float(value), sentences[row]) for concept, value, row in zip(concepts, near, best, strict=True)
    }


def _joined(
    concept: int, by_meaning: dict[int, tuple[float, Sentence]], named: tuple[Phrase, Sentence] | None
) -> Understood | None:
    near, sentence = by_meaning.get(concept, (USUAL, None))
    weight = min(max((near - USUAL) / (SURE - USUAL), 0.0), 1.0)
    if named is None:
        return Understood(concept, round(weight, 3), sentence)
    if near < LEAST_NEARNESS:
        return None
    phrase, sentence = named
    weight = min(weight + NAMED[min(phrase.length, 2)], 1.0)
    return Understood(concept, round(weight, 3), sentence, phrase.written, phrase.key)


# By words


def _named(sentences: Sequence[Sentence], language: str, lessons: Lessons) -> dict[int, tuple[Phrase, Sentence]]:
    """By concept, the longest phrase that names it and the sentence it stands in."""
    found: dict[int, tuple[Phrase, Sentence]] = {}
    wanted = _phrases(sentences, language)
    for concept, kind, key in _names(wanted, language):
        phrase, sentence = wanted[kind][key]
        is_longer = concept not in found or phrase.length > found[concept][0].length
        if is_longer and lessons.keys.get((concept, phrase.key), 0) >= 0:
            found[concept] = (phrase, sentence)
    return found


def _phrases(sentences: Sequence[Sentence], language: str) -> dict[str, dict[str, tuple[Phrase, Sentence]]]:
    """What stands in the text, where it stands first: keys in its own language, in English, and codes."""
    found: dict[str, dict[str, tuple[Phrase, Sentence]]] = {"own": {}, "english": {}, "code": {}}
    for sentence in sentences:
        for phrase in phrases_in(sentence.text, language):
            found["own"].setdefault(phrase.key, (phrase, sentence))
        for phrase in phrases_in(sentence.text, "en") if language != "en" else ():
            if phrase.length > 1:
                found["english"].setdefault(phrase.key, (phrase, sentence))
        for phrase in codes_in(sentence.text):
            found["code"].setdefault(phrase.key, (phrase, sentence))
    return found


def _names(wanted: dict[str, dict], language: str) -> list[tuple[int, str, str]]:
    """Concept, kind of phrase and key of every name that stands in the text, in one query."""
    own = Q(language=language, key__in=list(wanted["own"]))
    english = Q(language="en", key__in=list(wanted["english"])) & ~Q(kind=LabelKind.LAY)
    rows = ConceptLabel.objects.active().filter(own | english | Q(code__in=list(wanted["code"])))
    found = []
    sharers: dict[str, set[int]] = defaultdict(set)
    for concept, spoken, key, code in rows.order_by("pk").values_list("concept", "language", "key", "code"):
        if code in wanted["code"]:
            sharers[code].add(concept)
        if key and spoken == language and key in wanted["own"]:
            found.append((concept, "own", key))
        elif key and spoken == "en" and key in wanted["english"]:
            found.append((concept, "english", key))
    telling = {code: concepts for code, concepts in sharers.items() if len(concepts) <= MOST_SHARED}
    return found + [(concept, "code", code) for code, concepts in telling.items() for concept in sorted(concepts)]


# What people have decided


def current_lessons() -> Lessons:
    """From the newest decisions on needs and offers."""
    examples: dict[int, list[tuple[Array, int]]] = defaultdict(list)
    keys: dict[tuple[int, str], int] = defaultdict(int)
    for model in (NeedConcept, OfferConcept):
        for use in _decided(model):
            verdict = 1 if use.state == UseState.CONFIRMED else -1
            if use.key:
                keys[use.concept_id, use.key] += verdict
            if use.embedded_from.startswith(f"{identity().fingerprint}:"):
                place = space_without_corpus().place("need", use.document.language, use.embedding)
                examples[use.concept_id].append((place, verdict))
    stacked = {pk: (np.stack([p for p, _v in own]), np.array([v for _p, v in own])) for pk, own in examples.items()}
    return Lessons(stacked, dict(keys))


def _decided(model: type[ConceptUse]) -> Iterable[ConceptUse]:
    told = model.objects.decided().exclude(sentence="", key="").select_related("document")
    fields = ("concept", "state", "key", "embedding", "embedded_from", "document__language")
    return told.only(*fields).order_by("-decided_at", "-pk")[:MOST_EXAMPLES]
