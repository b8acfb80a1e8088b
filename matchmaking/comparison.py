"""The product's ranking beside its peers on a set of texts with known answers.

The corpus becomes offers and the queries become needs of a database that holds nothing else; then the functions that
serve an installation embed and rank them, without the cut. Use it within `scratch_database()`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection

from accounts.codes import Country
from accounts.models import Organisation
from catalog.codes import State
from catalog.corpus import refresh
from catalog.embedding import embed_stale_documents
from catalog.models import Need, NeedReading, Offer, OfferReading
from catalog.models.document import Document
from catalog.placing import query_of_reading

from . import peers
from .calibration import FEATURES, features_of
from .candidates import retrieve
from .diversity import pulled, spread
from .evaluation import by_query, evaluate, interval, mean, order
from .evaluation_data import TestSet, Text
from .pipeline import offers_for, rank
from .ranking import Ranked
from .refusals import own_refusals, refusals, strongest_for
from .reliability import coverage_curve, summary

KEPT = 100  # documents a query: no metric looks further
FIRST = 10  # of them are shown
LONGEST_TITLE = 256
Report = dict[str, dict[str, Any]]


@dataclass
class Stopwatch:
    """Seconds by what they were spent on."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start


def compared(
    data: TestSet, *, detect: bool, cold: bool, negatives: Mapping[str, Sequence[Text]], say: Callable[[str], None]
) -> Report:
    """Metrics and seconds of `system`, `dense`, `bm25` and `rrf`; for `system` also how far its probabilities hold.

    `detect` ignores the languages given with the texts. `cold` ranks each need as if it were the only one.
    `negatives` are needs of other sets, by name of the set, that no offer here fits.
    """
    watch = Stopwatch()
    with watch.time("load"):
        _load(data, detect)
    with watch.time("encode"):
        _encode(say, len(data.corpus) + len(data.queries) + len(data.others))
    rows = NeedReading.objects.select_related("document__organisation").order_by("pk")
    readings = list(rows[: len(data.queries)])
    needs = [row.document for row in readings]
    if cold:
        Need.objects.all().delete()
    report = {"system": _system(data, readings, watch, say)}
    first = report["system"].pop("first")
    report["system"]["calibration"] = calibrated(first, data)
    report["system"]["refusals"] = own_refusals(first, data.qrels) | {
        name: refusals(first, data.qrels, strongest_for(texts, say)) for name, texts in negatives.items()
    }
    report |= _peers(data, needs, watch.seconds["encode"], say)
    return report


def _load(data: TestSet, detect: bool) -> None:
    """Two organisations of different countries, so that no wish of theirs speaks for any pair."""
    provider = Organisation.objects.create(name="All offers", country=Country.FR)
    adopter = Organisation.objects.create(name="All needs", country=Country.DE)
    offers = [Offer(organisation=provider, **_fields(text, detect)) for text in data.corpus]
    needs = [Need(organisation=adopter, **_fields(text, detect)) for text in data.queries + data.others]
    Offer.objects.bulk_create(offers, batch_size=1000)
    Need.objects.bulk_create(needs, batch_size=1000)


def _fields(text: Text, detect: bool) -> dict[str, Any]:
    """A title that is too long runs on in the summary: the whole is read as one text anyway. The language is detected
    where none is told."""
    is_detected = detect or not text.language
    return {
        "title": text.title[:LONGEST_TITLE],
        "summary": text.title[LONGEST_TITLE:][:500],
        "description": text.text,
        "language": settings.LANGUAGE_CODE if is_detected else text.language,
        "language_is_detected": is_detected,
        "state": State.PUBLISHED,
    }


def _encode(say: Callable[[str], None], in_all: int) -> None:
    done = 0
    while encoded := embed_stale_documents():
        done += encoded
        say(f"encoded {done} of {in_all}")


def _system(
    data: TestSet, readings: list[NeedReading], watch: Stopwatch, say: Callable[[str], None]
) -> dict[str, Any]:
    with watch.time("index"):
        refresh()
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {Offer._meta.db_table}, {OfferReading._meta.db_table}")
    ids = dict(zip(Offer.objects.order_by("pk").values_list("pk", flat=True), _ids(data.corpus), strict=True))
    run, shown, first = {}, Counter(), {}
    with watch.time("search"):
        for number, (query, reading) in enumerate(zip(data.queries, readings, strict=True), start=1):
            found = ranked(reading)
            scores = {one.pk: one.score for one in found}
            first[query.id] = {ids[one.pk]: one for one in found[:FIRST]}
            pks = pulled(scores, shown, settings.EXPOSURE_PULL)[:KEPT]
            shown.update(pks[:FIRST])
            run[query.id] = dict(zip((ids[pk] for pk in pks), sorted(scores.values(), reverse=True), strict=False))
            if number % 100 == 0:
                say(f"searched {number} of {len(readings)}")
    seconds = watch.seconds
    index = seconds["load"] + seconds["index"]
    figures = _figures(run, data, encode=seconds["encode"], index=index, search=seconds["search"])
    return figures | {"first": first}


def ranked(reading: NeedReading) -> list[Ranked]:
    """The candidates for the need, best first; nothing is cut off."""
    need, query = reading.document, query_of_reading(reading)
    return rank(need, retrieve(need, query, offers_for(need), settings.CANDIDATES))


def calibrated(first: Mapping[str, Mapping[str, Ranked]], data: TestSet) -> dict[str, Any]:
    """How far the probabilities of the first ten hold, and what each cut on them would keep; of judged needs only."""
    judged = [query for query in first if query in data.qrels]
    said = [
        (one.probability, data.qrels[query].get(document, 0.0) > 0, number, one.pk, *features_of(one.components))
        for number, query in enumerate(judged)
        for document, one in first[query].items()
    ]
    probabilities, outcomes, needs, offers, *features = np.array(said, float).reshape(-1, 4 + len(FEATURES)).T
    found = summary(probabilities, np.transpose(features), outcomes, needs, offers)
    return found | {"coverage": coverage_curve(probabilities, outcomes)}


def _peers(data: TestSet, needs: list[Need], encode: float, say: Callable[[str], None]) -> Report:
    """The peers read the texts, languages and vectors that the system read."""
    offers = list(Offer.objects.order_by("pk"))
    queries, corpus = _vectors(needs), _vectors(offers)
    report, scores, watch = {}, {}, Stopwatch()
    say("searching with the peers")
    with watch.time("dense"):
        scores["dense"] = peers.dense(queries, corpus)
    with watch.time("index"):
        bm25 = peers.Bm25().fit([offer.text for offer in offers], [offer.language for offer in offers])
    with watch.time("bm25"):
        scores["bm25"] = bm25.score([need.text for need in needs], [need.language for need in needs])
    with watch.time("rrf"):
        scores["rrf"] = peers.rrf(scores["dense"], scores["bm25"])
    watch.seconds["rrf"] += watch.seconds["dense"] + watch.seconds["bm25"]
    for name, own in scores.items():
        run = peers.run(own, _ids(data.queries), _ids(data.corpus), KEPT)
        spent = {"encode": encode * (name != "bm25"), "index": watch.seconds["index"] * (name != "dense")}
        report[name] = _figures(run, data, **spent, search=watch.seconds[name])
    return report


def _vectors(documents: list[Document]) -> np.ndarray:
    return np.array([document.embedding for document in documents], np.float32)


def _ids(texts: list[Text]) -> list[str]:
    return [text.id for text in texts]


def _figures(run: dict[str, dict[str, float]], data: TestSet, **seconds: float) -> dict[str, Any]:
    """The metrics, with the interval and the languages of the first of them."""
    rounded = {name: round(value, 3) for name, value in seconds.items()}
    values = by_query(run, data.qrels)["ndcg@10"]
    detail = {"interval": interval(list(values.values())), "by_language": _by_language(values, data)}
    detail |= {"exposure": spread((order(scores)[:FIRST] for scores in run.values()), len(data.corpus))}
    return evaluate(run, data.qrels) | detail | {"seconds": rounded}


def _by_language(values: dict[str, float], data: TestSet) -> dict[str, float]:
    """Mean over the queries of each language, as the set names them."""
    found = defaultdict(list)
    for query in data.queries:
        if query.id in values:
            found[query.language].append(values[query.id])
    return {language: mean(own) for language, own in sorted(found.items())}
