"""The tables of `catalog`, one module a subject."""

from .attachment import Attachment
from .concept import Concept, ConceptLabel, ConceptUse, NeedConcept, OfferConcept, Scheme
from .document import Document
from .need import Need
from .offer import Offer
from .reading import NeedReading, OfferReading, Reading
from .vocabulary import CorpusStatistic, MeasuredSpace, TermStatistic

__all__ = [
    "Attachment",
    "Concept",
    "ConceptLabel",
    "ConceptUse",
    "CorpusStatistic",
    "Document",
    "MeasuredSpace",
    "Need",
    "NeedConcept",
    "NeedReading",
    "Offer",
    "OfferConcept",
    "OfferReading",
    "Reading",
    "Scheme",
    "TermStatistic",
]
