"""Rows in the binary format are those that Django reads."""

import numpy as np
import pytest
from django.db.models import F, FloatField
from django.db.models.functions import Cast, NullIf

from catalog.binary_rows import binary_columns, binary_rows
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


def test_columns_of_numbers_come_in_the_order_of_the_rows_with_nothing_where_a_row_has_none():
    first, second = make_offer(), make_offer()
    Offer.objects.filter(pk=second.pk).update(term_count=7)
    counted = Offer.objects.annotate(n=NullIf(Cast(F("term_count"), FloatField()), 0.0, output_field=FloatField()))
    pks, (numbers,) = binary_columns(counted.order_by("-pk"), "pk", ["n"])
    assert pks.tolist() == [second.pk, first.pk]
    assert numbers[0] == 7.0
    assert np.isnan(numbers[1])
    for nothing in (counted.filter(pk__in=[]), counted.filter(pk=0)):
        pks, (numbers,) = binary_columns(nothing, "pk", ["n"])
        assert (pks.tolist(), numbers.tolist()) == ([], [])
