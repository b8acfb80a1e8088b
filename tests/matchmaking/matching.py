"""Needs and offers as tests of matching make them, encoded by the real encoder."""

import pytest

from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents
from catalog.models import Need, Offer
from matchmaking import diversity
from matchmaking.codes import MatchState
from matchmaking.models import Match, Run
from matchmaking.pipeline import match_need

WATER = {
    "title": "Rinse water smells",
    "description": "Our rinse water smells and the authority complains about the load we discharge.",
}
TREATMENT = {
    "title": "Treatment of rinse water",
    "description": "We treat rinse water of dairies on site, so that what is discharged stays below the limit.",
}
BAKING = {
    "title": "Forecasts for bakeries",
    "description": "Our software tells how many rolls a branch will sell.",
}


@pytest.fixture(autouse=True)
def everything_above_zero(settings, monkeypatch: pytest.MonkeyPatch):
    """Where the cut lies is not what these tests are about, nor that copies of a text collapse."""
    settings.LEAST_PROBABILITY = 0.0
    monkeypatch.setattr(diversity, "SAME_TERMS", 2.0)


def bring_up_to_date() -> None:
    while embed_stale_documents():
        pass
    refresh_if_grown()


def matched(need: Need) -> Run:
    bring_up_to_date()
    need.refresh_from_db()
    return match_need(need)


def offers_proposed_for(need: Need) -> list[Offer]:
    return [match.offer for match in Match.objects.filter(need=need, state=MatchState.PROPOSED).order_by("rank")]
