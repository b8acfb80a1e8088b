"""What is known of all offers and needs together."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.db import connections

from catalog import placing, term_counts
from catalog.claiming import claimed
from catalog.corpus import refresh, refresh_if_grown
from catalog.embedding import embed_stale_documents, stale_documents
from catalog.encoding import encoder
from catalog.hubs import LIKE_NEEDS
from catalog.measuring import current_space, measure_space, one_space, space_from_bytes, space_to_bytes
from catalog.models import CorpusStatistic, MeasuredSpace, Need, NeedReading, Offer, OfferReading, TermStatistic
from catalog.placing import place_documents, query_from, query_of
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


def test_what_many_offers_say_tells_none_of_them_and_the_rarest_word_comes_first():
    for n in range(5):
        make_offer(description="Pumps" + " for mines" * (n < 3) + " of titanium" * (n == 0))
    embed_all()
    refresh()
    pump, mine, titanium, unknown = (term_id(word) for word in ("pump", "mine", "titanium", "zirconium"))
    assert term_counts.telling([pump, mine, titanium, unknown]) == [unknown, titanium, mine]


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


def test_on_the_first_day_every_language_has_a_middle_from_the_projects_own_sentences():
    space = current_space()
    assert set(space.middles) == {"offer", "need", "offer tokens", "need tokens"}
    assert all(len(middles) == 29 for middles in space.middles.values())
    vectors = encoder().encode_query(["pumps", "Pumpen", "насоси"])
    for language, vector in zip(["en", "de", "xx"], vectors, strict=True):
        assert np.linalg.norm(space.place("need", language, vector)) == pytest.approx(1, abs=1e-5)


def test_middles_move_to_the_real_texts_as_they_come_in():
    usual = current_space().middle("offer", "en")
    for _ in range(40):
        make_offer(language_is_detected=False)
    embed_all()
    refresh()
    real, space = np.array(Offer.objects.first().embedding), current_space()
    assert distance(space.middle("offer", "en"), real) < 0.5 * distance(usual, real)
    assert distance(space.middle("offer", "de"), real) > distance(space.middle("offer", "en"), real)


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(one - other))


def nearest(text: str, k: int) -> list[Offer]:
    query = query_from(encoder().read_query([text])[0], "en")
    return list(Offer.objects.nearest(query.vector, k, exact=True))


def test_taking_the_mean_out_brings_what_fits_before_what_is_in_the_same_language():
    treatment = make_offer(title="Abwasser", description="Wir reinigen Spülwasser von Molkereien vor Ort.")
    make_offer(title="Concert tickets", description="Our app sells what is left in the last hour.")
    embed_all()
    refresh()
    best, other = nearest("our rinse water smells", 2)
    assert best == treatment
    assert best.cosine > other.cosine + 0.1


def test_a_single_offer_is_no_measure_of_itself():
    make_offer()
    embed_all()
    refresh()
    assert OfferReading.objects.get().meaning_hub is None
    (only,) = nearest("how much bread will we sell tomorrow", 5)
    assert only.cosine > 0.1


def test_measuring_anew_places_everything_anew_without_the_encoder(monkeypatch):
    make_offer(title="Bread and cakes")
    offer = make_offer()
    embed_all()
    before = Offer.objects.get(pk=offer.pk)
    monkeypatch.setattr(placing.encoding, "encoder", None)
    refresh()
    after = Offer.objects.get(pk=offer.pk)
    assert not stale_documents(Offer).exists()
    assert after.placed_from != before.placed_from
    assert after.embedded_at == before.embedded_at
    assert not np.allclose(after.place, before.place, atol=1e-4)


def test_a_need_that_is_not_placed_anew_yet_is_compared_as_if_it_were():
    for _ in range(3):
        make_offer()
    need = make_need()
    embed_all()
    before = query_of(need)
    measure_space()
    now = query_of(need)
    place_documents(Need, [need.pk])
    later = query_of(need)
    assert not np.allclose(now.vector, before.vector, atol=1e-4)
    assert np.array_equal(now.vector, later.vector)
    assert np.array_equal(now.tokens, later.tokens)


def test_nothing_is_kept_of_a_place_whose_text_was_read_anew_meanwhile(monkeypatch):
    need, plain = make_need(), placing.place_of
    embed_all()
    NeedReading.objects.update(kept=b"of the newer text")

    def changed_meanwhile(document, *means):
        Need.objects.update(embedded_from="another")
        return plain(document, *means)

    monkeypatch.setattr(placing, "place_of", changed_meanwhile)
    place_documents(Need, [need.pk])
    assert bytes(NeedReading.objects.get().kept) == b"of the newer text"


def test_hubs_are_measured_by_the_present_encoder_alone():
    first, second, other = (make_offer(description=text) for text in ("Pumps", "Pumps for wells", "Bread"))
    embed_all()
    Offer.objects.filter(pk=other.pk).update(embedded_from="another:text")
    OfferReading.objects.filter(pk=other.pk).update(place=b"1234", token_hub=None)
    refresh()
    hubs = dict(OfferReading.objects.values_list("pk", "token_hub"))
    assert hubs[other.pk] is None
    assert None not in (hubs[first.pk], hubs[second.pk])


def test_hubs_that_offers_make_count_for_less_than_those_that_needs_make():
    for title in ("Pumps for wells", "Bread and cakes", "Heat from waste water"):
        make_offer(title=title, description=f"{title} for everybody.")
    embed_all()
    refresh()
    rows = OfferReading.objects.order_by("pk")
    places = np.stack([np.frombuffer(row.place, "<f4") for row in rows])
    cosines = places @ places.T
    for at, row in enumerate(rows):
        others = np.delete(cosines[at], at)  # few enough to be the nearest
        assert row.meaning_hub == pytest.approx(LIKE_NEEDS * others.mean(), abs=1e-5)


def test_a_measurement_that_was_killed_before_its_hubs_is_done_again():
    make_offer()
    embed_all()
    refresh()
    assert not refresh_if_grown()
    MeasuredSpace.objects.update(hubs_at=None)
    assert refresh_if_grown()


@pytest.mark.django_db(transaction=True)
def test_while_one_process_measures_anew_no_other_does():
    make_offer()
    embed_all()
    with ThreadPoolExecutor(1) as other:
        with claimed(CorpusStatistic, [1], 1):
            assert not other.submit(refresh_if_grown).result()
            assert not MeasuredSpace.objects.exists()
        assert other.submit(refresh_if_grown).result()
        other.submit(connections.close_all).result()
    assert not refresh_if_grown()


def test_a_space_survives_being_stored():
    for n in range(3):
        make_offer(title=f"Pump {n}")
    make_need()
    embed_all()
    refresh()
    space = current_space()
    again = space_from_bytes(space.version, space_to_bytes(space))
    vector = encoder().encode_query(["pumps"])[0]
    assert np.allclose(space.place("need", "en", vector), again.place("need", "en", vector), atol=1e-6)
    pieces = encoder().read_query(["Pumps for wells"])[0].pieces
    assert np.array_equal(space.weights(pieces), again.weights(pieces))
    assert (again.needs, again.texts) == (1, space.texts)


def test_every_offer_has_hubs_once_there_are_two():
    for title in ("Pumps for wells", "Bread and cakes", "Heat from waste water"):
        make_offer(title=title, description=f"{title} for everybody.")
    embed_all()
    refresh()
    first = measured_hubs()
    assert all(hub is not None for hubs in first for hub in hubs)
    refresh()
    assert np.allclose(first, measured_hubs())


def measured_hubs() -> list[tuple]:
    return list(OfferReading.objects.order_by("pk").values_list("meaning_hub", "token_hub"))


def test_vectors_of_two_encoders_never_mix():
    make_offer()
    embed_all()
    refresh()
    known = current_space().version
    MeasuredSpace.objects.update(encoder="another")
    assert current_space().version != known


def test_what_is_compared_in_one_space_sees_no_newer_one(django_assert_num_queries):
    with one_space():
        before = current_space()
        measure_space()
        with django_assert_num_queries(0):
            assert current_space() is before
    assert current_space().version != before.version
