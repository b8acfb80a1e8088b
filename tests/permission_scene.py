"""The people and rows of the permission table: everybody around one case, and whatever the addresses name."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from accounts.models import Brokership, ClusterMembership, Membership, PersonalToken, Scope
from catalog.clients import Contact
from catalog.models import Attachment, ImportJob, Scheme
from matchmaking import clients, dismissing, glossary, questions, reviewing, rewordings, wanting
from matchmaking.codes import MatchState, Reason
from matchmaking.models import Case, FollowUp, Match, RankerVersion, SavedSearch, Scouting, Webhook
from tests.factories import (
    make_case,
    make_cluster,
    make_concept,
    make_import,
    make_match,
    make_need,
    make_offer,
    make_organisation,
    make_user,
)

FIGURES = {"needs": 5, "pairs": 9, "loss_before": 0.7, "loss_after": 0.6, "ndcg_before": 0.5, "ndcg_after": 0.6}


def make_scene() -> tuple[dict[str, Any], dict[str, int]]:
    """(people by role, numbers of rows by the names in the table); the visitor is None."""
    case = make_case()
    match = case.match
    reviewing.accept(match, by=case.broker)
    introduced = proposed_beside(case)
    Match.objects.filter(pk=introduced.pk).update(state=MatchState.INTRODUCED)
    opened = Case.objects.create(match=introduced, owner=case.broker)
    foreign = make_user()
    make_cluster(brokers=(foreign,))
    linked = make_cluster()
    case.cluster.linked.add(linked)
    people = {"visitor": None, "stranger": make_user(), "seeker": case.seeker, "provider": case.provider}
    client = make_organisation(clusters=(case.cluster,))
    entered = {"organisation": client, "author": case.broker, "state": "draft"}
    people |= {"broker": case.broker, "foreign broker": foreign, "staff": make_user(is_staff=True)}
    proposed, dismissed, wanted = (proposed_beside(case) for _each in range(3))
    dismissing.dismiss(dismissed, by=case.seeker, reason=Reason.HAVE_IT)
    wanting.want(wanted, by=case.seeker)
    rows = {
        "need": match.need, "offer": match.offer, "match": match, "proposed": proposed,
        "dismissed": dismissed, "wanted": wanted,
        "rewording": rewordings.propose(proposed.need, {"title": "Less dough wasted"}, by=case.broker),
        "client": client, "client_draft": make_need(**entered), "client_offer": make_offer(**entered),
        "client_text": clients.ask(make_need(**entered), Contact("Ann", "ann@firm.example", "en"), by=case.broker),
        "review": match.reviews.get(), "introduction": match.introduction,
        "answer": match.asks.get(side="need"), "other_answer": match.asks.get(side="offer"),
        "organisation": match.need.organisation, "concept": make_concept("food waste"), "cluster": case.cluster,
        "entry": glossary.join(match, "rest of the dough", "bread waste", by=case.broker),
        "search": SavedSearch.objects.create(owner=case.seeker, name="Drying", text="drying"),
        "webhook": Webhook.objects.create(
            cluster=case.cluster, owner=case.broker, url="https://crm.example/", events=["match"]
        ),
        "import": begun_import(case), "unsettled": make_import(case.seeker),
        "case": opened, "linked": linked,
        "question": questions.ask(match, "need", "cost", "", by=case.seeker),
        "follow_up": FollowUp.objects.create(case=opened, side="need", months=6),
        "token": token_of(case.seeker, Scope.READ)[0],
        "owner": case.seeker.memberships.get(),
        "applicant": Membership.objects.create(user=make_user(), organisation=match.need.organisation),
        "asking": ClusterMembership.objects.create(organisation=match.offer.organisation, cluster=case.cluster),
        "candidate": Brokership.objects.create(user=make_user(), cluster=case.cluster),
        "attachment": Attachment.objects.create(
            need=match.need, file=ContentFile(b"x", name="a.png"), name="a.png", content_type="image/png", size=1
        ),
        "vocabulary": Scheme.objects.get(identifier="tests"),
        "version": RankerVersion.objects.create(metrics=FIGURES, is_better=True),
        "scouting": Scouting.objects.create(need=match.need, cluster=case.cluster, text_hash=match.need.text_hash),
    }  # fmt: skip
    return people, {name: row.pk for name, row in rows.items()}


def proposed_beside(case: Any) -> Any:
    """Another match of the same two sides, on which nobody has decided."""
    need = make_need(organisation=case.match.need.organisation)
    return make_match(need=need, offer=make_offer(organisation=case.match.offer.organisation), cluster=case.cluster)


def begun_import(case: Any) -> ImportJob:
    own = {"author": case.seeker, "organisation": case.match.need.organisation}
    return ImportJob.objects.create(kind="need", name="needs.csv", state=ImportJob.State.WAITING, **own)


def token_of(person: Any, scope: str) -> tuple[PersonalToken, str]:
    return PersonalToken.objects.make(person, name="CRM", scope=scope, lasts=timedelta(days=1), most=99)
