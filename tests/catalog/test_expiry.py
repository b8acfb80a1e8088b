"""The end of needs and offers whose last day is over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.codes import State
from catalog.models import Need, Offer
from catalog.tasks import expire_documents
from tests.factories import make_need, make_offer

pytestmark = pytest.mark.django_db


def day(offset):
    return timezone.localdate() + timedelta(days=offset)


def test_what_is_overdue_expires_and_nothing_else():
    over, last_day, endless = make_need(valid_until=day(-1)), make_need(valid_until=day(0)), make_need()
    paused = make_need(valid_until=day(-1), state=State.PAUSED)
    offer = make_offer(valid_until=day(-30))
    assert expire_documents.apply().get() == 2
    states = dict(Need.objects.values_list("pk", "state"))
    assert states[over.pk] == State.EXPIRED
    assert {states[need.pk] for need in (last_day, endless)} == {State.PUBLISHED}
    assert states[paused.pk] == State.PAUSED
    offer.refresh_from_db()
    assert (offer.state, offer.closed_at is None) == (State.EXPIRED, False)
    assert expire_documents.apply().get() == 0


def test_what_was_imported_together_ends_together_some_at_a_time(monkeypatch):
    monkeypatch.setattr("catalog.models.document.TOGETHER", 2)
    for offset in (-1, -1, -1, -2, -3, 0):
        make_offer(valid_until=day(offset))
    assert Offer.objects.expire() == 5
    assert Offer.objects.open().count() == 1


def test_what_expired_can_be_published_again():
    need = make_need(valid_until=day(-1))
    Need.objects.expire()
    need.refresh_from_db()
    need.publish(until=day(90))
    need.refresh_from_db()
    assert need.is_open
    assert need.closed_at is None
