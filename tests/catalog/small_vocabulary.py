"""A small vocabulary for tests whose vectors are made once, and what the worker does with it."""

from dataclasses import replace

from catalog.annotating import annotate_stale_documents, embed_stale_decisions
from catalog.codes import LabelSource
from catalog.concept_vectors import embed_stale_vocabulary, stale_vocabulary
from catalog.embedding import embed_stale_documents
from catalog.encoding import encoder, identity
from catalog.models import Concept, ConceptLabel
from catalog.vocabulary_files import entries
from catalog.vocabulary_loading import Vocabulary, load
from tests.factories import make_concept

KNOWN_VECTORS = {}


def embed_vocabulary():
    """As the worker does, but every text once for all tests."""
    for model, field in ((ConceptLabel, "text"), (Concept, "definition")):
        rows = list(stale_vocabulary(model))
        new = [text for text in (getattr(row, field) for row in rows) if text not in KNOWN_VECTORS]
        KNOWN_VECTORS.update(zip(new, encoder().encode_query(new), strict=True))
        for row in rows:
            row.embedding = KNOWN_VECTORS[getattr(row, field)]
            row.embedded_from = f"{identity().fingerprint}:{row.text_hash}"
        model.objects.bulk_update(rows, ["embedding", "embedded_from"])


def in_english(entry):
    """With its preferred name and its definition only."""
    names = [name for name in entry.names if (name.language, name.kind) == ("en", "preferred")]
    return replace(entry, names=tuple(names), broader=(), related=())


def some_vocabulary():
    """Some concepts that lie far from each other among a hundred others: nearness is relative."""
    load(Vocabulary("others", "", "", LabelSource.SHIPPED, lambda: map(in_english, list(entries())[::5])))
    return {
        "water": make_concept(
            "smelly rinse water", "anaerobic treatment", definition="Used water that smells, and cleaning it."
        ),
        "heat": make_concept("waste heat recovery", "heat exchanger", definition="Using heat that is lost."),
        "bread": make_concept("food waste prevention", "surplus bread", definition="Throwing away less food."),
        "lca": make_concept("life cycle assessment", "LCA", definition="Counting effects from cradle to grave."),
        "staff": make_concept("shortage of people", definition="Not finding trained people."),
    }


def work():
    while (
        embed_stale_documents() or embed_stale_vocabulary() or embed_stale_decisions() or annotate_stale_documents()
    ):
        pass
