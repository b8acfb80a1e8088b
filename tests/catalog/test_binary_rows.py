"""Rows in the binary format are those that Django reads."""

import pytest

from catalog.binary_rows import binary_rows
from catalog.models import Offer
from tests.factories import make_offer

pytestmark = pytest.mark.django_db
FIELDS = ("pk", "title", "term_count", "published_at")


def test_the_rows_are_those_that_django_reads():
    offers = [make_offer(title=title) for title in ("Ärzte", "Bread", "Cheese")]
    found = Offer.objects.filter(pk__in=[offer.pk for offer in offers[:2]]).order_by("pk").values_list(*FIELDS)
    assert binary_rows(found) == list(found)
    assert [row[1] for row in binary_rows(found)] == ["Ärzte", "Bread"]


def test_conditions_that_nothing_can_meet_give_nothing():
    make_offer()
    assert binary_rows(Offer.objects.filter(pk__in=[]).values_list(*FIELDS)) == []
