"""The sentences of documents with their vectors: encoded once for each text, kept beside its reading.

They are made when somebody asks for them first: a match that is explained, concepts that are looked for. All are read
as a need's, whichever side they are from, so that sentences of both sides can be compared. The one writer of
`NeedSentences` and `OfferSentences`; a text that is only tried out is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .encoding import encoder, identity
from .measuring import current_space
from .models import Document, Need, NeedSentences, OfferSentences
from .models.document import TEXT_FIELDS
from .neutral import Array
from .sentences import Sentence, sentences

VERSION = "1"  # rises when `catalog/sentences.py` finds other sentences in the same text


@dataclass(frozen=True)
class Told:
    """What a document says, sentence by sentence, with each sentence's vector in the shared space: (sentences, d)."""

    sentences: list[Sentence]
    vectors: Array


def told(documents: Sequence[Document]) -> list[Told]:
    """Of needs and offers, in the order given; what is missing is encoded and kept. Raises EncoderError."""
    space = current_space()
    read = zip(documents, as_encoded(documents), strict=True)
    return [Told(one.sentences, space.place("need", document.language, one.vectors)) for document, one in read]


def as_encoded(documents: Sequence[Document]) -> list[Told]:
    """The same with the vectors as the encoder made them."""
    found = [sentences({name: getattr(document, name) for name in TEXT_FIELDS}) for document in documents]
    kept = _kept(documents, NeedSentences) | _kept(documents, OfferSentences)
    missing = [at for at, document in enumerate(documents) if id(document) not in kept]
    made = dict(zip(missing, _encoded([found[at] for at in missing]), strict=True))
    _keep([(documents[at], vectors) for at, vectors in made.items() if documents[at].pk])
    vectors = [made[at] if at in made else kept[id(document)] for at, document in enumerate(documents)]
    return [Told(*pair) for pair in zip(found, vectors, strict=True)]


def _encoded(texts: Sequence[list[Sentence]]) -> list[Array]:
    """float16 for each text, of shape (sentences, d)."""
    every = [sentence.text for found in texts for sentence in found]
    vectors = encoder().encode_query(every) if every else np.zeros((0, identity().dimension))
    ends = np.cumsum([len(found) for found in texts], dtype=int)
    return np.split(vectors.astype("<f2"), ends)[: len(texts)]


def _kept(documents: Sequence[Document], model: type[NeedSentences | OfferSentences]) -> dict[int, Array]:
    """By `id` of the document, for those whose vectors are of the present text."""
    own = {document.pk: document for document in documents if document.pk and _model_of(document) is model}
    if not own:
        return {}
    rows = model.objects.filter(document__in=own).values_list("document", "made_from", "vectors")
    shape = (-1, identity().dimension)
    return {
        id(own[pk]): np.frombuffer(data, "<f2").reshape(shape)
        for pk, made_from, data in rows
        if made_from == source(own[pk].text_hash)
    }


def _keep(made: Sequence[tuple[Document, Array]]) -> None:
    for model in (NeedSentences, OfferSentences):
        rows = [
            model(document=document, made_from=source(document.text_hash), vectors=vectors.tobytes())
            for document, vectors in made
            if _model_of(document) is model
        ]
        fields = ["made_from", "vectors"]
        model.objects.bulk_create(rows, update_conflicts=True, unique_fields=["document"], update_fields=fields)


def _model_of(document: Document) -> type[NeedSentences | OfferSentences]:
    return NeedSentences if isinstance(document, Need) else OfferSentences


def source(text_hash: str) -> str:
    """What the vectors kept for a text are made with and from, where they are up to date."""
    return f"{identity().fingerprint}:{VERSION}:{text_hash}"
