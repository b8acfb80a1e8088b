"""The tables of `catalog`, one module a subject."""

from .attachment import Attachment
from .client_text import ClientText
from .concept import Concept, ConceptLabel, ConceptUse, NeedConcept, OfferConcept, Scheme
from .document import Document
from .import_job import ImportJob
from .need import Need
from .offer import Offer
from .reading import (
    NeedReading,
    NeedSentences,
    NeedTerms,
    OfferReading,
    OfferSentences,
    OfferTerms,
    Reading,
    Sentences,
)
from .rewording import Rewording
from .vocabulary import CorpusStatistic, MeasuredSpace, TermStatistic

__all__ = [
    "Attachment",
    "ClientText",
    "Concept",
    "ConceptLabel",
    "ConceptUse",
    "CorpusStatistic",
    "Document",
    "ImportJob",
    "MeasuredSpace",
    "Need",
    "NeedConcept",
    "NeedReading",
    "NeedSentences",
    "NeedTerms",
    "Offer",
    "OfferConcept",
    "OfferReading",
    "OfferSentences",
    "OfferTerms",
    "Reading",
    "Rewording",
    "Scheme",
    "Sentences",
    "TermStatistic",
]
