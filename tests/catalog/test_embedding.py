"""Documents get their language, terms and vector, whoever wrote them and whatever is killed meanwhile."""

import os
import random
import signal
import string
import subprocess
import sys
import time

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection

from catalog import embedding, words
from catalog.checks import stored_vectors_have_the_encoders_dimension
from catalog.embedding import embed_stale_documents, stale_documents
from catalog.encoding import encoder, identity
from catalog.models import Need, Offer
from catalog.placing import query_from
from catalog.words import term_id
from tests.factories import make_need, make_offer, make_organisation

pytestmark = pytest.mark.django_db


def embed_all() -> int:
    return sum(iter(embed_stale_documents, 0))


def test_a_new_document_is_out_of_date_until_it_is_embedded():
    offer = make_offer()
    assert Offer.objects.stale(identity().fingerprint).get() == offer
    assert embed_all() == 1
    offer.refresh_from_db()
    assert offer.embedded_from == f"{identity().fingerprint}:{offer.text_hash}"
    assert offer.embedding_dimension == identity().dimension
    assert (offer.term_count, len(offer.held_terms.term_ids)) == (
        11,
        9,
    )  # demand and forecast stand in title and text
    assert not stale_documents(Offer).exists()


def test_the_vector_is_that_of_the_encoder_with_the_prompt_of_its_side():
    need, offer = make_need(), make_offer()
    embed_all()
    need.refresh_from_db()
    offer.refresh_from_db()
    assert np.allclose(need.embedding, encoder().encode_query([need.text])[0], atol=1e-3)
    assert np.allclose(offer.embedding, encoder().encode_document([offer.text])[0], atol=1e-3)


def test_a_change_by_any_door_makes_a_document_stale():
    offer = make_offer()
    embed_all()
    Offer.objects.filter(pk=offer.pk).update(description="We now repair pumps.")
    assert stale_documents(Offer).get() == offer
    embed_all()
    assert Offer.objects.bearing([term_id("pump")]) == [offer.pk]
    assert Offer.objects.bearing([term_id("holidays")]) == []


def test_a_text_with_more_terms_than_the_database_keeps_of_one_is_embedded():
    letters = random.Random(0).choices(string.ascii_letters + "     ", k=60_000)
    offer = make_offer(description="".join(letters))
    embed_all()
    assert len(offer.held_terms.gram_ids) == words.MOST_TERMS


def test_a_change_of_anything_but_the_text_costs_no_encoding():
    offer = make_offer()
    embed_all()
    offer.pause()
    assert not stale_documents(Offer).exists()


def test_a_text_that_changes_while_it_is_encoded_stays_stale(monkeypatch: pytest.MonkeyPatch):
    offer = make_offer(language_is_detected=False)
    real = embedding._missing_vectors

    def edited_meanwhile(documents):
        if documents:
            Offer.objects.filter(pk=offer.pk).update(title="Something else")
        return real(documents)

    monkeypatch.setattr(embedding, "_missing_vectors", edited_meanwhile)
    embed_stale_documents()
    assert stale_documents(Offer).get().embedding is None


def test_the_language_is_detected_unless_somebody_stated_it():
    german = "Wir suchen einen günstigeren Weg, das Holz in unserer kleinen Werkstatt zu trocknen."
    detected = make_need(title="Holz", description=german)
    stated = make_need(title="Holz", description=german, language="nl", language_is_detected=False)
    embed_all()
    assert Need.objects.get(pk=detected.pk).language == "de"
    assert Need.objects.get(pk=stated.pk).language == "nl"
    assert not stale_documents(Need).exists()


def test_needs_are_embedded_before_offers():
    make_offer()
    make_need()
    assert embed_stale_documents(limit=10) == 1
    assert not stale_documents(Need).exists()
    assert stale_documents(Offer).exists()


def test_documents_are_found_by_meaning_and_by_words():
    pumps = make_offer(title="Heat pumps", description="We plan heat pumps for old buildings.")
    bread = make_offer(title="Bread", description="We bake bread with less waste.")
    embed_all()
    query = query_from(encoder().read_query(["warm water without gas in an old house"])[0], "en")
    assert list(Offer.objects.nearest(query.vector, 2)) == [pumps, bread]
    assert list(Offer.objects.nearest(query.vector, 1, exact=True)) == [pumps]
    assert Offer.objects.bearing([term_id("bread")]) == [bread.pk]
    assert Offer.objects.with_bm25({term_id("bread"): 2.0}).get(pk=bread.pk).bm25 > 2


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture):
    make_offer()
    call_command("encode")
    assert "Encoded 1 documents; all 1 are up to date." in capsys.readouterr().out


def test_vectors_of_another_dimension_are_an_error_that_says_what_to_run():
    make_offer()
    embed_all()
    assert not stored_vectors_have_the_encoders_dimension(["default"])
    Offer.objects.update(embedding=[0.6, 0.8], embedding_dimension=2)
    (error,) = stored_vectors_have_the_encoders_dimension(["default"])
    assert "manage.py encode" in error.hint
    assert not stored_vectors_have_the_encoders_dimension(None)


# What is killed is real: process, claims and transactions. Its encoder is a slow stand-in, so that no model has to be
# loaded a second time and there is always a middle to be killed in.
WORKER = """
import time, types
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = {name!r}
import numpy as np
from catalog import embedding, placing
from catalog.encoder.reading import Reading
def encode(texts):
    return np.array([[1.0] + [0.0] * 383 for _ in texts], np.float32)
def read(texts):
    time.sleep(0.2)
    return [Reading(row, np.array([7], np.int32), row[None].astype(np.float16)) for row in encode(texts)]
slow = types.SimpleNamespace(encode_document=encode, encode_query=encode, read_document=read)
placing.encoding.encoder = lambda: slow
while embedding.embed_stale_documents(limit=4):
    pass
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_encoding_loses_nothing_and_does_nothing_twice():
    organisation = make_organisation()
    for n in range(40):
        make_offer(organisation=organisation, title=f"Offer {n}", description="We repair pumps of any make.")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "matchmaking.settings"}
    code = WORKER.format(name=connection.settings_dict["NAME"])
    worker = subprocess.Popen([sys.executable, "-c", code], env=environment)  # noqa: S603 - our own interpreter
    try:
        wait_until_some_are_embedded(worker)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    done = embedded_times()
    assert 0 < len(done) < 40
    wait_until_its_connection_is_gone()
    embed_all()
    after = embedded_times()
    assert len(after) == 40
    assert not stale_documents(Offer).exists()
    assert {pk: after[pk] for pk in done} == done


def embedded_times() -> dict[int, object]:
    return dict(Offer.objects.embedded().values_list("pk", "embedded_at"))


def wait_until_some_are_embedded(worker: subprocess.Popen) -> None:
    end = time.monotonic() + 90
    while not embedded_times():
        assert worker.poll() is None, "the worker ended by itself"
        assert time.monotonic() < end, "the worker encoded nothing"
        time.sleep(0.02)


def wait_until_its_connection_is_gone() -> None:
    """The server notices a killed client at once; its claims end with it."""
    end = time.monotonic() + 10
    held = """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
              WHERE locktype = 'advisory' AND datname = current_database()"""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(held)
            if not cursor.fetchone()[0]:
                return
            assert time.monotonic() < end, "the claims of a killed worker are still held"
            time.sleep(0.05)
