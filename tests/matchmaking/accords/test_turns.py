"""In which order a match and what was agreed of it are locked."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from matchmaking.models import Accord, Match
from tests.factories import make_case
from tests.matchmaking.embedded_users import comes_true
from tests.matchmaking.test_federation import peer  # noqa: F401 - a fixture


def delete_in_thread(document):
    try:
        document.delete()
    finally:
        connection.close()


def is_waited_for():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("side", ["need", "offer"])
def test_a_text_that_is_deleted_waits_for_the_match_before_it_takes_what_was_agreed(peer, side):  # noqa: F811
    case = make_case()
    Accord.objects.create(peer=peer, side="need", number=1, match=case.match)
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            Match.objects.select_for_update().get(pk=case.match.pk)
            deleted = worker.submit(delete_in_thread, getattr(case.match, side))
            assert comes_true(is_waited_for)
            Accord.objects.select_for_update(nowait=True).get()
        deleted.result()
    assert not Match.objects.exists()
    assert Accord.objects.get().match is None
