"""The administration: every page opens, none loads a table, and records are only read."""

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import ForeignKey, ManyToManyField
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Brokership, ClusterMembership, Consent, Membership
from catalog.models import Attachment
from catalog.models.reading import NeedReading, NeedSentences, NeedTerms, OfferReading, OfferSentences, OfferTerms
from catalog.models.vocabulary import CorpusStatistic, MeasuredSpace, TermStatistic
from matchmaking.models import (
    Achievement,
    Ask,
    Case,
    CaseEvent,
    DigestItem,
    DigestRound,
    FollowUp,
    Introduction,
    Mail,
    MailKind,
    OptOut,
    Pace,
    Review,
    Run,
    SavedSearch,
    SearchHit,
    SilencedAddress,
)  # fmt: skip
from tests.factories import make_case, make_user
from tests.sampling import sampled

pytestmark = pytest.mark.django_db
REGISTERED = sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label)
SHORT_TABLES = {Group, Permission}  # as many rows as somebody wrote by hand, or as there are models
# hashes, counts and vectors, nothing that anybody reads
COUNTED_BY_MACHINE = {
    TermStatistic,
    CorpusStatistic,
    MeasuredSpace,
    NeedReading,
    OfferReading,
    NeedSentences,
    OfferSentences,
    NeedTerms,
    OfferTerms,
}
OURS = {"accounts", "catalog", "matchmaking"}


def label(value):
    return value._meta.label if hasattr(value, "_meta") else ""


@pytest.fixture
def staff(client):
    person = make_user(is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def fill(times: int) -> None:
    """Some rows in every table."""
    for _ in range(times):
        case = make_case()
        run = Run.objects.create(need=case.match.need, fingerprint="f", candidates=1, proposed=1)
        Review.objects.create(match=case.match, broker=case.broker, verdict="accept")
        ask = Ask.objects.create(match=case.match, side="need", answered_by=case.seeker)
        taken = Case.objects.create(match=case.match, owner=case.broker)
        FollowUp.objects.create(case=taken, side="need", months=6)
        Achievement.objects.create(case=taken, side="need", jobs=2)
        CaseEvent.objects.create(case=taken, kind="taken", by=case.broker)
        introduction = Introduction.objects.create(match=case.match, broker=case.broker, message="Hello")
        mail = Mail.objects.create(
            key=f"ask:{ask.pk}", kind=MailKind.ASK, recipient=case.seeker, introduction=introduction
        )
        DigestRound.objects.create(user=case.seeker, period=timezone.localdate())
        DigestItem.objects.create(user=case.seeker, section="ask", object_id=run.pk, version="1", mail=mail)
        Attachment.objects.create(need=case.match.need, name="a.pdf", size=1, uploaded_by=case.seeker)
        EmailAddress.objects.create(user=case.seeker, email=case.seeker.email)
        search = SavedSearch.objects.create(owner=case.broker, name="Drying", text="drying")
        SearchHit.objects.create(search=search, object_id=run.pk, mail=mail)
        OptOut.objects.create(user=case.seeker, group="cases")
        Consent.objects.note(case.seeker, "cases", "withdrawn", "page")
        SilencedAddress.objects.create(address=case.seeker.email.lower(), why="bounce")
    Pace.take()


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_table_of_ours_is_in_the_administration():
    mine = {model for name in OURS for model in apps.get_app_config(name).get_models()}
    assert mine - COUNTED_BY_MACHINE <= set(admin.site._registry)


@pytest.mark.parametrize(("model", "pages"), sampled(REGISTERED, 8), ids=label)
def test_a_list_costs_as_many_queries_for_six_rows_as_for_two(client, staff, model, pages, django_assert_num_queries):
    fill(2)
    client.get(address(model, "changelist"))
    with CaptureQueriesContext(connection) as few:
        assert client.get(address(model, "changelist")).status_code == 200
    fill(4)
    with django_assert_num_queries(len(few)):
        client.get(address(model, "changelist"))


@pytest.mark.ignore_template_errors  # Django's own form of a person leaves a variable out
@pytest.mark.parametrize(("model", "pages"), sampled(REGISTERED, 16), ids=label)
def test_each_row_and_each_empty_form_opens_and_can_be_searched_for(client, staff, model, pages, rf):
    fill(1)
    row = model.objects.first()
    if row is not None:
        assert client.get(address(model, "change", row.pk)).status_code == 200
    request = rf.get("/")
    request.user = staff
    if pages.has_add_permission(request):
        assert client.get(address(model, "add")).status_code == 200
    assert client.get(address(model, "changelist"), {"q": "nothing like it"}).status_code == 200


@pytest.mark.parametrize(("model", "pages"), REGISTERED, ids=label)
def test_no_form_offers_a_whole_table_to_choose_from(model, pages, rf, staff):
    request = rf.get("/")
    request.user = staff
    light = {*pages.get_autocomplete_fields(request), *pages.raw_id_fields, *pages.get_readonly_fields(request)}
    if pages.has_change_permission(request) or pages.has_add_permission(request):
        assert {field.name for field in chosen_from_a_list(model)} <= light


def chosen_from_a_list(model):
    """Fields of a form whose choices are the rows of a table that grows."""
    relations = [field for field in model._meta.get_fields() if isinstance(field, ForeignKey | ManyToManyField)]
    edited = [field for field in relations if field.editable and field.related_model not in SHORT_TABLES]
    return [
        field for field in edited if isinstance(field, ForeignKey) or field.remote_field.through._meta.auto_created
    ]


def test_the_vectors_of_documents_are_not_read_for_a_list(client, staff, django_assert_max_num_queries):
    fill(1)
    for name in ("need", "offer"):
        with django_assert_max_num_queries(12) as asked:
            client.get(reverse(f"admin:catalog_{name}_changelist"))
        assert not [query for query in asked.captured_queries if '"embedding"' in query["sql"]]


def test_what_the_rules_write_is_only_read_here(client, staff):
    fill(1)
    for model in (Run, Review, Ask, Introduction, Mail, DigestItem):
        assert client.post(address(model, "change", model.objects.first().pk), {}).status_code == 403
        assert client.get(address(model, "add")).status_code == 403


def test_letting_somebody_in_by_hand_or_by_action_is_a_decision_of_the_administrator(client, staff):
    case = make_case()
    organisation, cluster = case.match.offer.organisation, case.cluster
    client.post(
        address(ClusterMembership, "add"),
        {"organisation": organisation.pk, "cluster": cluster.pk, "state": "requested"},
    )
    assert ClusterMembership.objects.get(organisation=organisation).decided_by == staff
    waiting = Brokership.objects.create(user=make_user(), cluster=cluster)
    client.post(address(Brokership, "changelist"), {"action": "approve", "_selected_action": [waiting.pk]})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == ("approved", staff)
    turned_down = Membership.objects.create(user=make_user(), organisation=organisation)
    client.post(address(Membership, "changelist"), {"action": "decline", "_selected_action": [turned_down.pk]})
    turned_down.refresh_from_db()
    assert turned_down.state == "declined"


def test_a_person_is_made_by_address_alone(client, staff):
    form = {
        "email": "new@firm.example",
        "usable_password": "true",
        "password1": "five tall oaks",
        "password2": "five tall oaks",
    }
    response = client.post(reverse("admin:accounts_user_add"), form)
    assert response.status_code == 302, response.context["adminform"].form.errors
