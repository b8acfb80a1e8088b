"""Documents to their place in the shared space, from what the encoder has read in them: cheap, and repeated whenever
the space was measured anew. The one writer of readings."""

from collections.abc import Sequence

import numpy as np
from django.db import transaction

from . import encoding, tokens
from .encoder.reading import Reading
from .measuring import current_space
from .models import Document, Need, NeedReading, OfferReading
from .neutral import Array, Space
from .tokens import Query

PLACED = ("place", "kept", "kept_pieces")
READ_OF_NEED = (*PLACED, "pieces", "document__language", "document__embedded_from", "document__placed_from")


class NotRead(ValueError):
    """The need has not been read by the encoder; `catalog.embedding.embed_stale_documents` does it."""


def read(documents: Sequence[Document]) -> list[Reading]:
    """Everything the encoder is needed for; all of one model."""
    encoder, texts = encoding.awaited_encoder(), [document.text for document in documents]
    return encoder.read_query(texts) if isinstance(documents[0], Need) else encoder.read_document(texts)


def keep(document: Document, reading: Reading, space: Space, place: Array) -> None:
    """What was read, and where it lies in the space: `place` is the document's own."""
    middle = reading.tokens.astype(np.float32).mean(axis=0)
    model = _model_of(type(document))
    row = model(
        document=document,
        pieces=reading.pieces.astype("<i4").tobytes(),
        middle=middle.astype("<f4").tobytes(),
        tokens=tokens.to_bytes(tokens.pack(reading.tokens.astype(np.float32) - middle)),
    )
    _place_reading(row, space, place)
    # In one statement: an old reading is not fetched to be overwritten, and its hubs go with it.
    names = [field.name for field in model._meta.fields if not field.primary_key]
    model.objects.bulk_create([row], update_conflicts=True, unique_fields=["document"], update_fields=names)


def place_of(document: Document, vector: Array, space: Space) -> Array:
    """Where a document with this vector lies, of shape (d,)."""
    return space.place(document._meta.model_name, document.language, vector)


def made_in(space: Space, embedded_from: str) -> str:
    """What a place was made with and from; where it differs from the present, it is made anew."""
    return f"{space.version}:{embedded_from}"


def kept_readings(documents: Sequence[Document]) -> set[int]:
    """Primary keys of those that have been read, whatever their text was then."""
    if not documents:
        return set()
    readings = _model_of(type(documents[0])).objects.filter(document__in=[document.pk for document in documents])
    return set(readings.values_list("pk", flat=True))


def _model_of(model: type[Document]) -> type[OfferReading | NeedReading]:
    return NeedReading if model is Need else OfferReading


def place_documents(model: type[Document], pks: Sequence[int]) -> None:
    """Those of the documents that have been read, by the present means, from what is kept of them."""
    space = current_space()
    found = _model_of(model).objects.filter(document__in=pks).select_related("document").order_by("pk")
    for row in found.defer(*(f"document__{name}" for name in ("terms", "grams", "place"))):
        document = row.document
        place = place_of(document, document.embedding, space)
        _place_reading(row, space, place)
        fields = {"place": place, "placed_from": made_in(space, document.embedded_from)}
        with transaction.atomic():
            same_text = model.objects.filter(pk=document.pk, embedded_from=document.embedded_from)
            if same_text.update(**fields):  # else it was read anew meanwhile
                row.save(update_fields=PLACED)


def _place_reading(row: OfferReading | NeedReading, space: Space, place: Array) -> None:
    pieces, kept = np.frombuffer(row.pieces, "<i4"), slice(None)
    if isinstance(row, OfferReading):
        kept = tokens.most_telling(space.weights(pieces))
    row.place = place.astype("<f4").tobytes()
    row.kept = tokens.to_bytes(tokens.pack(_placed_tokens(row, space, kept)))
    row.kept_pieces = pieces[kept].tobytes()


def _placed_tokens(row: OfferReading | NeedReading, space: Space, kept: Array | slice = slice(None)) -> Array:
    middle = np.frombuffer(row.middle, "<f4")
    raw = tokens.from_bytes(bytes(row.tokens), len(middle)).unpacked() + middle
    return tokens.placed(space, row.document._meta.model_name, row.document.language, raw, kept)


def query_of(need: Need) -> Query:
    """A stored need in the shared space, where its vector is up to date. Raises NotRead."""
    row = NeedReading.objects.select_related("document").only(*READ_OF_NEED).filter(document=need.pk).first()
    if row is None:
        raise NotRead(f"{need.reference} has not been read by the present encoder: run `manage.py encode`.")
    return query_of_reading(row)


def query_of_reading(row: NeedReading) -> Query:
    """Where it lies is made anew, for this once, if that was kept by other means than the present ones."""
    space, need = current_space(), row.document
    if need.placed_from != made_in(space, need.embedded_from):
        _place_reading(row, space, place_of(need, need.embedding, space))
    kept = tokens.from_bytes(bytes(row.kept), space.dimension)
    return Query(np.frombuffer(row.place, "<f4"), kept.unpacked(), space.weights(np.frombuffer(row.pieces, "<i4")))


def query_from(reading: Reading, language: str) -> Query:
    """A text that nobody has stored."""
    space = current_space()
    pieces = tokens.placed(space, "need", language, reading.tokens.astype(np.float32))
    place = space.place("need", language, reading.vector)
    return Query(place, pieces, space.weights(reading.pieces))
