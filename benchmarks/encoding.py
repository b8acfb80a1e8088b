"""Texts a second from stale rows to written ones, beside the bare model on the same texts."""

from collections.abc import Iterator

from catalog.embedding import embed_stale_documents
from catalog.encoding import local_encoder
from catalog.models import Offer

from .registry import Corpus, Figure, at_least, suite
from .timing import Spent, cores, timed

TEXTS = 64
ROUNDS = 3


@suite("encoding", grows=False)
def measure(corpus: Corpus) -> Iterator[Figure]:
    offers = list(Offer.objects.embedded().order_by("pk")[:TEXTS])
    texts = [offer.text for offer in offers]
    rounds = [(_bare(texts), _product(offers)) for _ in range(ROUNDS)]  # in turns: the machine may change its pace
    bare, product = (min((one[side] for one in rounds), key=lambda spent: spent.clock) for side in (0, 1))
    yield Figure("SentenceTransformer.encode", len(texts) / bare.clock, "texts/s")
    yield Figure("product, reading and writing the rows included", len(texts) / product.clock, "texts/s")
    yield at_least("  share of the bare model's", bare.clock / product.clock, "", 0.95)
    yield Figure("  the same by processor time", bare.processor / product.processor, "")


def _bare(texts: list[str]) -> Spent:
    """As the library comes, with torch's threads on all cores."""
    import torch

    model = local_encoder().model
    torch.set_num_threads(cores())
    spent = timed(lambda: model.encode(texts, prompt_name="document", show_progress_bar=False))
    torch.set_num_threads(1)
    return spent


def _product(offers: list[Offer]) -> Spent:
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(embedded_from="")
    return timed(lambda: embed_stale_documents(len(offers)))
