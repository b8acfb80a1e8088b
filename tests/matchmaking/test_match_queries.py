"""However much people did about a match, its page asks the database a dozen times at most."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from catalog.codes import Facet
from catalog.models import NeedConcept, OfferConcept
from matchmaking import cases, follow_ups, introductions, questions, reviewing
from matchmaking.codes import Answer, MatchState, Reason, Topic
from matchmaking.models import FollowUp, GlossaryEntry, Match
from tests.factories import (
    APPROVED,
    make_case,
    make_cluster,
    make_concept,
    make_match,
    make_offer,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


@pytest.fixture
def case():
    """A match between two clusters with everything a page can show of one. The first broker belongs to the need's
    organisation as well, so that the page asks for both."""
    seeker, provider, other, taught = make_user(), make_user(), make_user(), make_concept("forecasting")
    theirs = make_cluster(brokers=(other,))
    pair = {"need": "We throw dough away.", "offer": "It forecasts.", "score": 0.8, "concept": taught.pk}
    found = make_case(
        need={"organisation": make_organisation(people=(seeker,)), "description": pair["need"]},
        offer={
            "organisation": make_organisation(people=(provider,), clusters=(theirs,)),
            "description": pair["offer"],
        },
        bridge=[pair],
        similar=[make_offer().pk],
    )
    found.seeker, found.provider, found.other = seeker, provider, other
    Membership.objects.create(user=found.broker, organisation=found.match.need.organisation, state=APPROVED)
    about = make_concept("food waste prevention", facet=Facet.GREEN_AIM, green_aims=["waste"])
    NeedConcept.objects.create(document=found.match.need, concept=about, sentence=pair["need"])
    OfferConcept.objects.create(document=found.match.offer, concept=about)
    words = {"need_words": "dough", "offer_words": "forecast", "need_language": "en", "offer_language": "en"}
    GlossaryEntry.objects.create(match=found.match, cluster=found.cluster, made_by=found.broker, **words)
    earlier = make_match(need=found.match.need, cluster=found.cluster)
    reviewing.reject(earlier, by=found.broker, reason=Reason.TOO_EXPENSIVE)
    questions.ask(found.match, "need", Topic.COST, "", by=seeker)
    return found


@pytest.fixture
def costs_little(client, case, django_assert_max_num_queries):
    def look(*people, shows):
        for person in people:
            client.force_login(person)
            with django_assert_max_num_queries(MOST_QUERIES):
                page = client.get(reverse("match-detail", args=[case.match.pk]))
            assert shows in page.text
        case.match = Match.objects.with_documents().get(pk=case.match.pk)

    return look


def test_a_match_asks_a_dozen_queries_at_most_before_an_introduction(case, costs_little):
    costs_little(case.broker, case.seeker, shows="What does a first project cost?")
    reviewing.park(case.match, by=case.broker, until=timezone.localdate() + timedelta(9))
    costs_little(case.broker, shows="Put aside by a broker")
    reviewing.accept(case.match, by=case.broker)
    costs_little(case.other, case.broker, shows="a broker of the other side decides, too")
    reviewing.accept(case.match, by=case.other)
    costs_little(case.broker, case.seeker, case.provider, shows="Accepted by a broker; both sides asked")
    introductions.answer(case.match.asks.get(side="need"), Answer.YES, by=case.seeker)
    costs_little(case.broker, case.provider, shows="Accepted by a broker; both sides asked")


def test_a_case_asks_a_dozen_queries_at_most_whatever_became_of_it(case, costs_little):
    reviewing.accept(case.match, by=case.broker)
    reviewing.accept(Match.objects.with_documents().get(pk=case.match.pk), by=case.other)
    for ask in case.match.asks.all():
        introductions.answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    costs_little(case.broker, case.other, case.seeker, case.provider, shows=case.provider.email)
    opened = case.match.case
    cases.plan(opened, "Call both", date(2030, 1, 9), by=case.broker, seen=opened.version)
    cases.note(opened, "They like each other.", by=case.other)
    cases.move(opened, MatchState.AGREEMENT, by=case.broker, seen=opened.version)
    told = follow_ups.Told("together", achieved={"jobs": 2})
    for side, person in (("need", case.seeker), ("offer", case.provider)):
        asked = FollowUp.objects.create(case=opened, side=side, months=6)
        follow_ups.tell(asked, told, by=person, seen=None)
    costs_little(case.broker, case.other, shows="They like each other.")
    costs_little(case.seeker, case.provider, shows="Change what you told")
