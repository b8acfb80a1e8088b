"""The tables of `catalog`, one module a subject."""

from .attachment import Attachment
from .document import Document
from .need import Need
from .offer import Offer
from .vocabulary import CorpusStatistic, MeanVector, TermStatistic

__all__ = ["Attachment", "CorpusStatistic", "Document", "MeanVector", "Need", "Offer", "TermStatistic"]
