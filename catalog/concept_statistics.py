"""What the database knows of concepts for ranking: those of documents, their neighbours, how many offers have one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count

from .concept_agreement import idf_of, widened
from .models import Concept, ConceptUse, CorpusStatistic, OfferConcept


def weights_of(model: type[ConceptUse], documents: Iterable[int]) -> dict[int, dict[int, float]]:
    """By document, the weights of its concepts that nobody has removed; one query."""
    found: dict[int, dict[int, float]] = defaultdict(dict)
    rows = model.objects.standing().filter(document__in=list(documents))
    for document, concept, weight in rows.values_list("document", "concept", "weight"):
        found[document][concept] = weight
    return dict(found)


def neighbours_of(concepts: Iterable[int]) -> dict[int, set[int]]:
    """By concept, those one step broader or narrower."""
    pks = set(concepts)
    steps = Concept.broader.through.objects
    found: dict[int, set[int]] = defaultdict(set)
    for start, end in steps.filter(from_concept__in=pks).values_list("from_concept", "to_concept"):
        found[start].add(end)
    for start, end in steps.filter(to_concept__in=pks).values_list("from_concept", "to_concept"):
        found[end].add(start)
    return dict(found)


def with_neighbours(weights: Mapping[int, float]) -> dict[int, float]:
    return widened(weights, neighbours_of(weights))


def idf(concepts: Iterable[int]) -> dict[int, float]:
    """How much it tells that an offer has each concept."""
    pks = list(concepts)
    counted = OfferConcept.objects.standing().filter(concept__in=pks).values_list("concept").annotate(n=Count("pk"))
    statistic = CorpusStatistic.objects.first()
    return idf_of(dict.fromkeys(pks, 0) | dict(counted.order_by()), statistic.offers if statistic else 0)
