"""The tables of `catalog`, one module a subject."""

from .attachment import Attachment
from .document import Document
from .need import Need
from .offer import Offer
from .reading import NeedReading, OfferReading, Reading
from .vocabulary import CorpusStatistic, MeasuredSpace, TermStatistic

__all__ = [
    "Attachment",
    "CorpusStatistic",
    "Document",
    "MeasuredSpace",
    "Need",
    "NeedReading",
    "Offer",
    "OfferReading",
    "Reading",
    "TermStatistic",
]
