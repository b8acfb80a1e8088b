"""What a broker wrote for a client goes out by the client's own plain yes to what it saw, and by no other way."""
# ruff: noqa: F811 - fixtures of another module

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Membership, User
from catalog.attachments import attach
from catalog.codes import State
from catalog.import_jobs import importer
from catalog.models import Attachment, ClientText, ImportJob, Need, Offer
from catalog.models.client_text import ClientState
from matchmaking import clients
from matchmaking.retention import apply
from tests.factories import make_offer, make_user
from tests.matchmaking.clients_asked import MARIE, broker, draft, firm, question, yes  # noqa: F401

pytestmark = pytest.mark.django_db


def test_no_file_goes_out_that_the_client_never_saw(client, draft, broker):
    file = {"need": draft, "file": "plan.pdf", "name": "plan.pdf", "content_type": "application/pdf", "size": 1}
    before = Attachment.objects.create(**file)
    with pytest.raises(ValidationError, match="files"):
        clients.ask(draft, MARIE, by=broker)
    before.delete()
    _text, path = question(draft, broker)
    with pytest.raises(ValidationError, match="not confirmed"):
        attach(draft, SimpleUploadedFile("plan.pdf", b""), by=broker)
    stamp = client.get(path).context["stamp"]
    Attachment.objects.create(**file)  # however it came there
    assert clients.stamp_of(draft) != stamp
    assert client.post(path, {"answer": "yes", "stamp": stamp}).status_code == 409
    assert yes(client, path).status_code == 409
    assert Need.objects.get().state == State.DRAFT


def test_whose_brokership_ended_neither_publishes_for_the_client_nor_reads_its_address(client, draft, broker, firm):
    _text, path = question(draft, broker)
    yes(client, path)
    second = make_offer(organisation=firm, author=broker, state=State.DRAFT)
    broker.brokerships.all().delete()
    client.force_login(broker)
    for address in (f"/offers/{second.pk}/publish/", f"/api/v1/offers/{second.pk}/publish/"):
        answer = client.post(address)
        assert answer.status_code == 404
        assert "marie@firm.example" not in answer.text
    client.post("/offers/change/", {"offer": [second.pk], "action": "publish"})
    assert Offer.objects.get().state == State.DRAFT
    job = ImportJob(kind="offer", author=broker, organisation=firm, publishes=True)
    assert importer(job).drafts_for == {firm.pk}


def test_a_link_opens_nothing_that_is_no_draft_any_more(client, draft, broker):
    text, path = question(draft, broker)
    stamp = client.get(path).context["stamp"]
    Need.objects.update(state=State.WITHDRAWN)
    assert not clients.confirm(text, stamp)
    assert not clients.refuse(text, for_good=False)
    assert client.get(path).status_code == 410
    assert client.post(path, {"answer": "yes", "stamp": stamp}).status_code == 410
    assert Need.objects.get().state == State.WITHDRAWN


@pytest.mark.parametrize("answer", [{}, {"answer": "maybe"}, {"answer": "yes", "for_good": "1"}])
def test_only_a_plain_yes_is_a_yes(client, draft, broker, answer):
    text, path = question(draft, broker)
    stamp = client.get(path).context["stamp"]
    assert client.post(path, answer | {"stamp": stamp}).context["stamp"] == stamp  # the question again
    text.refresh_from_db()
    assert (Need.objects.get().state, text.state) == (State.DRAFT, ClientState.WAITING)


def test_an_address_that_is_somebody_s_second_one_is_theirs(client, draft, broker, firm):
    person = make_user(email="marie@home.example")
    for email in (person.email, "marie@firm.example"):
        EmailAddress.objects.create(user=person, email=email, primary=email == person.email, verified=True)
    with pytest.raises(ValidationError):
        clients.ask(draft, MARIE, by=broker)
    EmailAddress.objects.filter(email="marie@firm.example").delete()
    _text, path = question(draft, broker)
    EmailAddress.objects.create(user=person, email="marie@firm.example", verified=True)
    assert yes(client, path).status_code == 200
    person.refresh_from_db()
    assert person.has_usable_password()
    assert User.objects.acting_for(firm).get() == person


def test_a_question_that_was_taken_back_counts_for_the_day_and_is_gone_after_it(client, draft, broker, monkeypatch):
    monkeypatch.setattr(clients, "ASKED_A_DAY", 1)
    client.force_login(broker)
    text, _path = question(draft, broker)
    client.post(f"/clients/{text.pk}/take-back/")
    with pytest.raises(ValidationError):
        clients.ask(draft, MARIE, by=broker)
    kept = ClientText.objects.get()
    assert (kept.name, kept.email, kept.document) == ("", "", None)
    assert not client.get("/clients/").context["rows"]
    ClientText.objects.update(asked_at=timezone.now() - timedelta(days=2), taken_back_at=timezone.now())
    question(draft, broker)
    ClientText.objects.filter(pk=text.pk).update(taken_back_at=timezone.now() - timedelta(days=2))
    apply()
    assert ClientText.objects.get().state == ClientState.WAITING


@pytest.mark.parametrize("days", [0, 46])
def test_members_publish_as_usual_what_was_asked_before_they_came(client, draft, broker, firm, days):
    question(draft, broker)
    ClientText.objects.update(asked_at=timezone.now() - timedelta(days=days))
    member = make_user()
    Membership.objects.create(user=member, organisation=firm, state="approved")
    client.force_login(member)
    assert f"/needs/{draft.pk}/publish/" in client.get(f"/needs/{draft.pk}/").text
    client.post(f"/needs/{draft.pk}/publish/")
    assert Need.objects.get().state == State.PUBLISHED
