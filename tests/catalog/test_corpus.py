"""What is known of all offers and needs together."""

import numpy as np
import pytest

from catalog import term_counts
from catalog.corpus import refresh, refresh_if_grown
from catalog.embedding import embed_stale_documents, stale_documents
from catalog.encoding import encoder, identity
from catalog.mean_vectors import need_direction, need_directions
from catalog.models import CorpusStatistic, MeanVector, Offer, TermStatistic
from catalog.words import term_id
from tests.factories import make_need, make_offer

pytestmark = pytest.mark.django_db


def embed_all() -> int:
    return sum(iter(embed_stale_documents, 0))


def test_counting_terms_tells_rare_from_common():
    for n in range(4):
        make_offer(title=f"Pump {n}", description="Pumps of all kinds" + (" to EN 1090" if n == 0 else ""))
    embed_all()
    assert refresh_if_grown()
    assert not refresh_if_grown()
    assert TermStatistic.objects.get(term=term_id("pump")).documents == 4
    query = term_counts.query_terms("pumps to EN 1090", "en")
    assert query.weights[term_id("=en-1090")] > query.weights[term_id("pump")] > 0
    assert set(query.rare[:3]) == {term_id("=en-1090"), term_id("1090"), term_id("en")}


def test_terms_are_weighed_anew_when_documents_have_become_much_longer():
    make_offer(description="Pumps")
    embed_all()
    for _ in range(9):
        make_offer(description="Pumps for wells, dairies, mines and breweries. " * 20)
    embed_all()
    vectors_made = list(Offer.objects.order_by("pk").values_list("embedded_at", flat=True))
    refresh()
    assert stale_documents(Offer).count() == 10
    embed_all()
    assert CorpusStatistic.objects.get().mean_length > 50
    assert list(Offer.objects.order_by("pk").values_list("embedded_at", flat=True)) == vectors_made


def test_the_corpus_is_measured_anew_only_when_it_has_grown_or_the_encoder_changed():
    assert refresh_if_grown()
    assert not refresh_if_grown()
    make_need()
    assert not refresh_if_grown()
    embed_all()
    assert refresh_if_grown()
    CorpusStatistic.objects.update(encoder="another")
    assert refresh_if_grown()


def test_on_the_first_day_every_language_has_a_mean_of_usual_sentences():
    refresh()
    for side in MeanVector.Side.values:
        assert MeanVector.objects.filter(side=side).count() == 29


def test_means_move_to_the_real_texts_as_they_come_in():
    refresh()
    usual = mean("offer", "en")
    for _ in range(40):
        make_offer(language_is_detected=False)
    embed_all()
    refresh()
    real = np.array(Offer.objects.first().embedding)
    assert distance(mean("offer", "en"), real) < 0.5 * distance(usual, real)
    assert distance(mean("offer", "de"), real) > distance(mean("offer", "en"), real)


def mean(side: str, language: str) -> np.ndarray:
    return np.array(MeanVector.objects.get(side=side, language=language).vector)


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(one - other))


def test_taking_the_mean_out_brings_what_fits_before_what_is_in_the_same_language():
    treatment = make_offer(title="Abwasser", description="Wir reinigen Spülwasser von Molkereien vor Ort.")
    make_offer(title="Concert tickets", description="Our app sells what is left in the last hour.")
    embed_all()
    refresh()
    vector = encoder().encode_query(["our rinse water smells"])[0]
    best, other = Offer.objects.closest(identity().fingerprint, need_direction(vector, "en"), 2)
    assert best == treatment
    assert best.meaning > other.meaning + 0.1


def test_a_single_offer_is_no_measure_of_itself():
    make_offer()
    embed_all()
    refresh()
    vector = encoder().encode_query(["how much bread will we sell tomorrow"])[0]
    (only,) = Offer.objects.closest(identity().fingerprint, need_direction(vector, "en"), 5)
    assert only.meaning > 0.1


def test_vectors_of_two_encoders_never_mix():
    offer = make_offer()
    embed_all()
    refresh()
    Offer.objects.update(embedded_from="another:text")
    vector = np.array([1.0] + [0.0] * 383, np.float32)
    assert not Offer.objects.closest(identity().fingerprint, vector, 5)
    assert list(Offer.objects.closest("another", vector, 5)) == [offer]
    MeanVector.objects.update(encoder="another")
    assert np.allclose(need_direction(vector, "en"), vector)


def test_directions_have_length_one_in_any_language():
    refresh()
    vectors = encoder().encode_query(["pumps", "Pumpen", "насоси"])
    lengths = np.linalg.norm(need_directions(vectors, ["en", "de", "xx"]), axis=1)
    assert np.allclose(lengths, 1)
