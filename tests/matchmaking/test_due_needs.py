"""Which needs are due, and that all of them are matched once, whatever fails or runs beside."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalog.codes import State
from catalog.models import CorpusStatistic, Need, Offer
from matchmaking import due, pipeline, tasks
from matchmaking.due import due_needs, match_due_needs
from matchmaking.models import Match, Run
from matchmaking.pipeline import match_need
from tests.factories import make_need, make_offer
from tests.matchmaking.matching import (  # noqa: F401 - a fixture
    BAKING,
    TREATMENT,
    WATER,
    bring_up_to_date,
    everything_above_zero,
    matched,
    offers_proposed_for,
)

pytestmark = pytest.mark.django_db


def test_a_need_is_due_until_it_has_been_matched_and_again_when_its_text_changes():
    make_offer(**TREATMENT)
    need = make_need(**WATER)
    assert not due_needs().exists()
    bring_up_to_date()
    assert due_needs().get() == need
    assert match_due_needs() == 1
    assert match_due_needs() == 0
    Need.objects.filter(pk=need.pk).update(description="Our ovens need too much gas.")
    assert not due_needs().exists()
    bring_up_to_date()
    assert due_needs().get() == need


def test_a_need_is_due_when_the_engine_has_changed(monkeypatch: pytest.MonkeyPatch):
    need = make_need(**WATER)
    matched(need)
    assert not due_needs().exists()
    monkeypatch.setattr(pipeline, "ENGINE_VERSION", "next")
    assert due_needs().get() == need


def test_a_need_is_due_when_its_text_or_the_engine_goes_back_to_what_it_was(monkeypatch: pytest.MonkeyPatch):
    need = make_need(**WATER)
    matched(need)
    former = Need.objects.get(pk=need.pk).description
    monkeypatch.setattr(pipeline, "ENGINE_VERSION", "next")
    match_need(Need.objects.get(pk=need.pk))
    monkeypatch.undo()
    assert due_needs().get() == need
    assert match_due_needs() == 1
    for text in ("Our ovens need too much gas.", former):
        Need.objects.filter(pk=need.pk).update(description=text)
        bring_up_to_date()
        assert match_due_needs() == 1
    assert not due_needs().exists()


def test_a_need_is_due_when_its_wishes_change():
    need = make_need(**WATER)
    matched(need)
    assert not due_needs().exists()
    need.refresh_from_db()
    need.deadline = timezone.localdate() + timedelta(days=30)
    need.save()
    assert due_needs().get() == need


@pytest.mark.parametrize("state", [State.DRAFT, State.PAUSED, State.MET_HERE])
def test_a_need_that_is_not_open_is_not_due(state: State):
    make_need(state=state, **WATER)
    bring_up_to_date()
    assert not due_needs().exists()


def test_an_offer_that_changed_makes_needs_due_after_some_hours(settings):
    offer, need = make_offer(**TREATMENT), make_need(**WATER)
    for _ in range(40):
        make_offer(**BAKING)
    matched(need)
    offer.pause()
    assert not due_needs().exists()
    Run.objects.update(created_at=timezone.now() - timedelta(hours=settings.REMATCH_HOURS + 1))
    assert due_needs().get() == need


def test_hours_without_a_change_make_nothing_due():
    make_offer(**TREATMENT)
    matched(make_need(**WATER))
    past = timezone.now() - timedelta(days=2)
    Need.objects.update(updated_at=past)
    Offer.objects.update(updated_at=past, embedded_at=past)
    CorpusStatistic.objects.update(counted_at=past)
    Run.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert not due_needs().exists()


def test_what_was_matched_before_the_corpus_was_measured_is_due_again():
    make_offer(**TREATMENT)
    need = make_need(**WATER)
    matched(need)
    CorpusStatistic.objects.update(counted_at=timezone.now())
    assert due_needs().get() == need


def test_many_new_offers_make_needs_due_at_once():
    make_offer(**TREATMENT)
    need = make_need(**WATER)
    matched(need)
    assert not due_needs().exists()
    make_offer(**BAKING)
    make_offer(**TREATMENT)
    bring_up_to_date()
    assert due_needs().get() == need


def test_a_need_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch):
    make_offer(**TREATMENT)
    bad, good = make_need(**WATER), make_need(**WATER)
    bring_up_to_date()
    real = due.match_need

    def failing(need, nearest):
        if need == bad:
            raise RuntimeError("broken")
        return real(need, nearest)

    monkeypatch.setattr(due, "match_need", failing)
    with pytest.raises(ExceptionGroup, match="matched: 1"):
        match_due_needs()
    assert Run.objects.get().need == good


def test_needs_that_fail_hold_up_no_others_however_many_they_are(monkeypatch: pytest.MonkeyPatch):
    bad = [make_need(**WATER) for _ in range(12)]
    Need.objects.update(published_at=timezone.now())
    good = make_need(published_at=timezone.now() - timedelta(days=9), **WATER)
    bring_up_to_date()
    plain = due.match_need

    def sometimes(need, *nearest):
        if need.pk != good.pk:
            raise RuntimeError("bad")
        return plain(need, *nearest)

    monkeypatch.setattr(due, "match_need", sometimes)
    with pytest.raises(ExceptionGroup, match="matched: 12"):
        tasks.match_due_needs()
    assert set(due_needs()) == set(bad)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_propose_every_pair_once():
    for _ in range(3):
        make_offer(**TREATMENT)
    need = make_need(**WATER)
    bring_up_to_date()
    need.refresh_from_db()
    with ThreadPoolExecutor(4) as workers:
        runs = list(workers.map(run_in_thread, [need.pk] * 8))
    assert {run.proposed for run in runs} == {3}
    assert Match.objects.count() == 3
    assert sorted(Match.objects.values_list("rank", flat=True)) == [1, 2, 3]


def run_in_thread(pk: int) -> Run:
    try:
        return match_need(Need.objects.get(pk=pk))
    finally:
        connection.close()
