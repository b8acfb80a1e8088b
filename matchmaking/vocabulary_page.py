"""What brokers see of the vocabulary: concepts with their names and how often they are used, what the texts say often
without there being a concept for it, and a vocabulary file taken in from the page.

Changes are made by `catalog`, which knows the rules; here is what the page asks.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.codes import Disclosure, LabelKind
from catalog.models import Concept, ConceptLabel, NeedConcept, OfferConcept
from catalog.models.concept import BROKERS_SCHEME, OWN_SCHEME
from catalog.models.document import Document, DocumentQuerySet
from catalog.phrases import phrases_in
from catalog.skos import open_skos
from catalog.vocabulary_files import VocabularyError
from catalog.vocabulary_loading import Loaded, load

from .demand import names_of
from .disclosure import needs_visible_to, offers_visible_to

LARGEST_FILE = 2 * 1024 * 1024  # bytes, read while somebody waits; larger ones are loaded by the operator
LONGEST_READING = 20  # seconds of its parser
ENDINGS = (".ttl", ".rdf")  # JSON-LD may name addresses that its reader fetches
READ = 150  # needs, and offers, whose texts are looked through for proposals, the newest
WORDS = 2  # of a proposal: one alone is seldom a term
ORGANISATIONS = 3  # that say it, at least: what fewer say tells about them
PROPOSALS = 40


class Row(NamedTuple):
    """One concept as the list shows it: `others` are further names in the reader's language."""

    concept: Concept
    name: str
    others: list[str]
    needs: int
    offers: int


def concepts_named(text: str) -> QuerySet[Concept]:
    """Active concepts that are called so, in any language, or all; by their name in English."""
    concepts = Concept.objects.active().without_vectors().select_related("scheme")
    if text:
        named = ConceptLabel.objects.told().filter(text__icontains=text)
        concepts = concepts.filter(Q(pk__in=named.values("concept")) | Q(identifier__iexact=text))
    english = Min("labels__text", filter=Q(labels__language="en", labels__kind=LabelKind.PREFERRED))
    return concepts.annotate(english=english).order_by("english", "pk")


def rows_of(concepts: list[Concept]) -> list[Row]:
    """Four queries for all."""
    names, others = names_of(concepts), _others(concepts)
    needs, offers = (_uses(model, concepts) for model in (NeedConcept, OfferConcept))
    return [Row(one, names[one.pk], others[one.pk], needs.get(one.pk, 0), offers.get(one.pk, 0)) for one in concepts]


def _others(concepts: list[Concept]) -> dict[int, list[str]]:
    language = (get_language() or "en").split("-")[0]
    labels = ConceptLabel.objects.shown().filter(concept__in=concepts, language=language)
    found: dict[int, list[str]] = defaultdict(list)
    for concept, text in labels.exclude(kind=LabelKind.PREFERRED).order_by("text").values_list("concept", "text"):
        found[concept].append(text)
    return found


def _uses(model: type[NeedConcept | OfferConcept], concepts: list[Concept]) -> dict[int, int]:
    uses = model.objects.standing().filter(concept__in=concepts).order_by()
    return dict(uses.values_list("concept").annotate(n=Count("document")))


# What texts say without there being a concept for it


class Proposal(NamedTuple):
    """Words that several organisations use, as they are mostly written."""

    words: str
    language: str
    organisations: int


def proposals_for(user: User) -> list[Proposal]:
    """From the newest open texts that the person sees in full, what most organisations say first."""
    said: dict[tuple[str, str], set[int]] = defaultdict(set)
    written: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for document in _read(needs_visible_to(user), offers_visible_to(user)):
        for phrase in phrases_in(document.text, document.language):
            if phrase.length == WORDS and _may_be_a_term(phrase.written.split()):
                said[phrase.key, document.language].add(document.organisation_id)
                written[phrase.key, document.language][phrase.written.lower()] += 1
    often = {key: len(who) for key, who in said.items() if len(who) >= ORGANISATIONS}
    known = set(ConceptLabel.objects.filter(key__in=[key for key, _spoken in often]).values_list("key", "language"))
    found = [Proposal(_usual(written[key]), key[1], count) for key, count in often.items() if key not in known]
    return sorted(found, key=lambda one: (-one.organisations, one.words))[:PROPOSALS]


def _may_be_a_term(words: list[str]) -> bool:
    """Not the end of a figure: “25 000 euros”."""
    return len(words) == WORDS and not any(word.isdigit() for word in words)


def _read(*sides: DocumentQuerySet) -> Iterator[Document]:
    for documents in sides:
        full = documents.open().filter(disclosure=Disclosure.FULL).without_vectors()
        yield from full.order_by("-published_at", "-pk")[:READ]


def _usual(written: Counter[str]) -> str:
    return min(written, key=lambda words: (-written[words], words))


# A file


def load_file(file: UploadedFile) -> Loaded:
    """Take a SKOS file in. Raises VocabularyError for one that cannot be, or that names itself like one of ours."""
    name = Path(file.name or "").name
    if not name.lower().endswith(ENDINGS):
        raise VocabularyError(_("Use one of these endings: %(endings)s.") % {"endings": ", ".join(ENDINGS)})
    if (file.size or 0) > LARGEST_FILE:
        words = _("It is larger than %(size)d MB: ask the operator to load it.")
        raise VocabularyError(words % {"size": LARGEST_FILE // 1024 // 1024})
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"vocabulary{Path(name).suffix.lower()}"
        _copy(file.chunks(), path)
        with open_skos(path, seconds=LONGEST_READING) as vocabulary:
            if vocabulary.identifier in (OWN_SCHEME, BROKERS_SCHEME, f"{settings.SITE_URL}/vocabulary"):
                raise VocabularyError(_("It names itself like a vocabulary of this site."))
            return load(vocabulary)


def _copy(chunks: Iterable[bytes], path: Path) -> None:
    with path.open("wb") as target:
        for chunk in chunks:
            target.write(chunk)
