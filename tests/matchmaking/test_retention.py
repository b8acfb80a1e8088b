"""What is forgotten and what is not: each thing one day before and one day after its time."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import ClusterMembership, Membership, Organisation, User
from catalog.codes import ENDS, State
from catalog.models import Need, Offer
from matchmaking import retention
from matchmaking.models import DigestItem, Mail, MailKind, MailState, Match, Run
from tests.factories import make_cluster, make_match, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db
DAYS = settings.RETENTION_DAYS


def ago(days: float):
    return timezone.now() - timedelta(days=days)


def aged(document, days, **fields):
    """The document as it would be `days` after its last change."""
    type(document).objects.filter(pk=document.pk).update(updated_at=ago(days), **fields)
    return document


@pytest.mark.parametrize("make", [make_need, make_offer])
def test_drafts_nobody_touched_are_deleted_and_what_was_once_published_is_not(make):
    aged(make(state=State.DRAFT), DAYS["drafts"] + 1)
    young = aged(make(state=State.DRAFT), DAYS["drafts"] - 1)
    paused = aged(make(state=State.PAUSED), 9000)
    reopened = aged(make(state=State.DRAFT), 9000, published_at=ago(9000))
    assert retention.apply()["drafts deleted"] == 1
    assert set(type(young).objects.all()) == {young, paused, reopened}


@pytest.mark.parametrize("end", ENDS)
def test_what_ended_goes_to_the_archive_and_from_there_for_good(end):
    match = make_match(need=make_need(state=end, closed_at=ago(DAYS["ended"] + 1)))
    young = make_need(state=end, closed_at=ago(DAYS["ended"] - 1))
    assert retention.apply()["documents archived"] == 1
    match.need.refresh_from_db()
    assert match.need.state == State.ARCHIVED
    assert retention.apply()["archived documents deleted"] == 0
    Need.objects.filter(pk=match.need.pk).update(closed_at=ago(DAYS["ended"] + DAYS["archived"] + 1))
    assert retention.apply()["archived documents deleted"] == 1
    assert list(Need.objects.all()) == [young]
    assert not Match.objects.exists()
    assert Offer.objects.exists()


def test_what_expired_counts_from_the_last_day_it_was_valid():
    offer = make_offer(state=State.EXPIRED, valid_until=ago(DAYS["ended"] + 2).date())
    make_offer(state=State.EXPIRED, valid_until=ago(DAYS["ended"] - 2).date())
    make_offer(state=State.PUBLISHED, valid_until=None)
    retention.apply()
    assert list(Offer.objects.filter(state=State.ARCHIVED)) == [offer]


def test_the_newest_run_of_a_need_is_kept_however_old_it_is():
    need = make_need()
    runs = [Run.objects.create(need=need, fingerprint="f", candidates=1, proposed=1) for _ in range(3)]
    match = make_match(need=need, run=runs[0])
    Run.objects.update(created_at=ago(DAYS["runs"] + 1))
    assert retention.apply()["runs deleted"] == 2
    assert list(Run.objects.all()) == [runs[-1]]
    match.refresh_from_db()
    assert match.run is None
    assert retention.apply()["runs deleted"] == 0


def test_a_trial_that_was_never_confirmed_leaves_nothing_behind():
    person = make_user(date_joined=ago(DAYS["trials"] + 1))
    EmailAddress.objects.create(user=person, email=person.email)
    organisation = make_organisation(people=(person,))
    ClusterMembership.objects.create(organisation=organisation, cluster=make_cluster())
    retention.apply()
    assert not User.objects.filter(pk=person.pk).exists()
    assert not Organisation.objects.filter(pk=organisation.pk).exists()


@pytest.mark.parametrize("holds", ["a need", "an offer", "a cluster", "another applicant"])
def test_an_organisation_that_others_know_about_outlives_its_founder(holds):
    person = make_user(date_joined=ago(DAYS["trials"] + 1))
    EmailAddress.objects.create(user=person, email=person.email)
    organisation = make_organisation(people=(person,), clusters=(make_cluster(),) if holds == "a cluster" else ())
    if holds == "a need":
        make_need(organisation=organisation)
    elif holds == "an offer":
        make_offer(organisation=organisation)
    elif holds == "another applicant":
        Membership.objects.create(user=make_user(), organisation=organisation)
    retention.apply()
    assert Organisation.objects.filter(pk=organisation.pk).exists()
    assert not User.objects.filter(pk=person.pk).exists()


def test_digests_that_had_nothing_to_tell_go_and_what_others_told_stays_told():
    old = ago(DAYS["deliveries"] + 1)
    fields = {"kind": MailKind.DIGEST, "recipient": make_user()}
    Mail.objects.create(key="empty", state=MailState.DROPPED, settled_at=old, **fields)
    kept = [
        Mail.objects.create(key="young", state=MailState.DROPPED, settled_at=ago(DAYS["deliveries"] - 1), **fields),
        Mail.objects.create(key="sent", state=MailState.SENT, settled_at=old, **fields),
        Mail.objects.create(key="dropped", state=MailState.DROPPED, settled_at=old, **fields),
    ]
    told = {"section": "suggestion", "object_id": 1, "version": "1"}
    DigestItem.objects.create(user=fields["recipient"], mail=kept[-1], **told)
    assert retention.apply()["empty digests deleted"] == 1
    assert list(Mail.objects.order_by("pk")) == kept


def test_sessions_and_tokens_that_are_over_are_deleted():
    for days in (1, -1):
        session = SessionStore()
        session["kept_text"] = "We throw away a third of the dough."
        session.save()
        Session.objects.filter(pk=session.session_key).update(expire_date=ago(days))
        AuthToken.objects.create(user=make_user(), expiry=timedelta(days=-days))
    counts = retention.apply()
    assert (counts["sessions deleted"], counts["tokens deleted"]) == (1, 1)
    assert (Session.objects.count(), AuthToken.objects.count()) == (1, 1)


def test_deleting_reads_no_vectors(django_assert_max_num_queries):
    aged(make_need(state=State.DRAFT), DAYS["drafts"] + 1)
    with django_assert_max_num_queries(80) as asked:
        retention.apply()
    assert not [query for query in asked.captured_queries if '"embedding"' in query["sql"]]
