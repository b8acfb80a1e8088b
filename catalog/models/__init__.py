"""The tables of `catalog`, one module a subject."""

from .attachment import Attachment
from .document import Document
from .need import Need
from .offer import Offer

__all__ = ["Attachment", "Document", "Need", "Offer"]
