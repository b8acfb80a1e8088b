"""The rights of a person: all that is kept is in the file, every door logs consent, erasing leaves no words."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from knox.models import AuthToken

from accounts.models import Consent, Membership, Organisation, PersonalToken, User
from accounts.models.consent import Subject
from catalog.codes import Disclosure
from catalog.models import Attachment, ClientText, Need, NeedConcept, Rewording
from matchmaking import bounces, consent, erasure, introductions, questions
from matchmaking.codes import Topic
from matchmaking.links import search_url, settings_url
from matchmaking.models import Ask, Introduction, Mail, MailGroup, Match, Review, SavedSearch, SilencedAddress
from matchmaking.personal_data import data_of
from matchmaking.wanting import want
from tests.factories import make_case, make_concept, make_need, make_organisation, make_user
from tests.matchmaking.test_mail_choices import path_of

pytestmark = pytest.mark.django_db
# Tables that point to a person and are not in the file, each with its reason; the file's `account` has their content.
NOT_IN_FILE = {
    "accounts.User_groups": "names of groups stand in the account",
    "accounts.User_user_permissions": "names of rights stand in the account",
}
PASSWORD = "correct horse"


def full_life():
    """Somebody alone in an organisation, with something in every kind of table."""
    case = make_case(state="accepted", bridge=[{"need": "our dough", "offer": "x"}], reasons=[{"code": "words"}])
    person, need = case.seeker, case.match.need
    Need.objects.filter(pk=need.pk).update(author=person, technology_keywords=["dough"])
    person.name = "Marie Tremblay"
    person.save()
    ask = Ask.objects.create(match=case.match, side="need", answered_by=person, note="ring Marie Tremblay")
    Review.objects.create(match=case.match, broker=case.broker, verdict="accept", note="dough they say")
    Introduction.objects.create(match=case.match, broker=case.broker, message="Marie Tremblay throws away dough")
    NeedConcept.objects.create(document=need, concept=make_concept("food waste"), sentence="We throw away dough")
    file = ContentFile(b"dough", name="dough.pdf")
    Attachment.objects.create(need=need, name="dough.pdf", file=file, size=5, uploaded_by=person)
    Mail.objects.create(key=f"ask:{ask.pk}:{person.pk}", kind="ask", recipient=person, ask=ask)
    SavedSearch.objects.create(owner=person, name="Drying", text="drying")
    SavedSearch.objects.create(owner=case.broker, name="For Marie", client_email=person.email)
    for_client = {"organisation": case.match.offer.organisation, "name": person.name, "email": person.email}
    ClientText.objects.create(kind="offer", broker=case.broker, **for_client)
    Rewording.objects.create(need=need, texts={"title": "Less dough"}, proposed_by=case.broker)
    SilencedAddress.objects.create(address=person.email, why="bounce")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Consent.objects.note_client(person.email, Subject.CLIENT_SEARCH, "agreed", "mail")
    consent.leave(person, [MailGroup.CASES])
    PersonalToken.objects.make(person, name="Our CRM", scope="read", lasts=timedelta(days=1), most=9)
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=case.broker, content_type=kind, object_id=person.pk, object_repr=str(person), action_flag=CHANGE
    )
    return case


# Download


def test_every_table_that_points_to_a_person_is_in_the_file_or_has_a_reason_not_to():
    tables = data_of(make_user())["tables"]
    pointing = {
        (model._meta.label, column.name)
        for model in apps.get_models(include_auto_created=True)
        for column in model._meta.get_fields()
        if column.concrete and not column.many_to_many and column.related_model is User
    }
    missing = {f"{table}.{name}" for table, name in pointing if table not in NOT_IN_FILE} - tables.keys()
    assert not missing
    assert len(pointing) > 15


def test_the_file_holds_what_was_written_and_nothing_that_opens_the_account(client):
    case = full_life()
    client.force_login(case.seeker)
    response = client.get(reverse("personal-data-download"))
    assert response["Content-Disposition"].startswith("attachment")
    data, text = json.loads(response.text), response.text
    assert data["account"]["email"] == case.seeker.email
    assert data["tables"]["matchmaking.Ask.answered_by"][0]["note"] == "ring Marie Tremblay"
    assert data["tables"]["catalog.Attachment.uploaded_by"][0]["name"] == "dough.pdf"
    assert data["texts_of_your_own_organisations"]["needs"][0]["description"] == case.match.need.description
    assert data["by_address"]["searches_set_up_for_you"][0]["name"] == "For Marie"
    assert data["by_address"]["searches_set_up_for_you"][0]["owner_id"] is None
    assert data["tables"]["accounts.Consent.person"][0]["subject"] == "cases"
    assert [one["name"] for one in data["access_of_programs"]] == ["Our CRM"]
    assert case.seeker.password not in text
    assert AuthToken.objects.get().digest not in text
    assert AuthToken.objects.get().token_key not in text


def test_a_suggestion_that_somebody_wants_is_in_the_file_without_what_was_found_in_the_text_of_the_other_side():
    bridge = [{"need": "our dough", "offer": "ask Ovens of Porto"}]
    case = make_case(bridge=bridge, reasons=[{"code": "words", "params": {"words": ["Porto"]}}], similar=[7])
    assert want(case.match, by=case.seeker)
    (row,) = data_of(case.seeker)["tables"]["matchmaking.Match.wanted_by"]
    assert (row["id"], row["wanted_by_id"]) == (case.match.pk, case.seeker.pk)
    assert not row.keys() & {"bridge", "reasons", "similar", "components"}


def test_of_a_question_each_side_has_its_own_words_alone():
    case = make_case(state="accepted")
    question = questions.ask(case.match, "need", Topic.OTHER, "Call our Anna Meyer?", by=case.seeker)
    question.write_answer("Ask for Jan Kowalski.", by=case.provider)
    (asked,) = data_of(case.seeker)["tables"]["matchmaking.Question.asked_by"]
    (answered,) = data_of(case.provider)["tables"]["matchmaking.Question.answered_by"]
    assert (asked["text"], answered["answer"]) == ("Call our Anna Meyer?", "Ask for Jan Kowalski.")
    assert "answer" not in asked
    assert "text" not in answered


def test_a_former_broker_does_not_take_sentences_of_clients_along():
    use = NeedConcept.objects.create(document=make_need(), concept=make_concept("heat"), sentence="Our pond leaks.")
    NeedConcept.objects.filter(pk=use.pk).update(decided_by=(broker := make_user()))
    (row,) = data_of(broker)["tables"]["catalog.NeedConcept.decided_by"]
    assert row["concept_id"] == use.concept_id
    assert not row.keys() & {"sentence", "phrase"}


def test_who_left_an_organisation_does_not_take_along_what_its_texts_became():
    author = make_user()
    firm = make_organisation(people=(author, make_user()))
    need = make_need(author=author, organisation=firm, title="Our pond leaks")
    (row,) = data_of(author)["tables"]["catalog.Need.author"]
    assert row["title"] == "Our pond leaks"
    firm.memberships.filter(user=author).delete()
    (row,) = data_of(author)["tables"]["catalog.Need.author"]
    assert row["id"] == need.pk
    assert not row.keys() & {"title", "description", "technology_keywords"}


def test_nobody_downloads_the_data_of_somebody_else(client):
    assert client.get(reverse("personal-data-download")).status_code == 302
    case = full_life()
    client.force_login(case.provider)
    assert case.seeker.email not in client.get(reverse("personal-data-download")).text


# The log


def entries(person):
    return list(Consent.objects.of(person).order_by("pk").values_list("subject", "act", "detail", "door"))


def test_each_door_writes_its_own_decisions_into_the_log(client):
    person = make_user()
    path = path_of(settings_url(person))
    client.post(path, {"frequency": "daily", "groups": ["searches", "questions", "joining", "introduced"]})
    client.post(path, {"frequency": "daily", "groups": [*set(MailGroup.values) - {"digest", "cases"}]})
    bounces._let_go(person.email)
    assert entries(person) == [
        ("digest", "agreed", "daily", "mail"),
        ("expiry", "withdrawn", "", "mail"),
        ("expiry", "agreed", "", "mail"),
        ("digest", "withdrawn", "never", "provider"),
        *[(group, "withdrawn", "", "provider") for group in sorted(set(MailGroup.values) - {"digest"})],
    ]
    assert set(MailGroup.values) < set(Subject.values)


def test_the_profile_form_logs_only_a_frequency_that_changed(client):
    person = make_user()
    client.force_login(person)
    form = {"name": "Jo", "language": "pl", "time_zone": "Europe/Warsaw", "digest_weekday": "0", "digest_hour": "7"}
    for frequency in ("weekly", "monthly", "monthly"):
        client.post(reverse("profile"), form | {"digest_frequency": frequency})
    assert entries(person) == [("digest", "agreed", "monthly", "page")]


def test_an_answer_to_a_question_is_logged_with_its_case():
    case = make_case(state="accepted")
    introductions.draft(case.match, broker=case.broker)
    introductions.ask_both_sides(case.match)
    introductions.answer(case.match.asks.get(side="need"), "later", by=case.seeker)
    introductions.answer(case.match.asks.get(side="need"), "yes", by=case.seeker, door="api")
    assert not introductions.answer(case.match.asks.get(side="need"), "yes", by=case.seeker)
    assert entries(case.seeker) == [("introduction", "postponed", "", "page"), ("introduction", "agreed", "", "api")]
    assert Consent.objects.first().about == str(case.match)


def test_a_client_without_an_account_is_in_the_log_by_address_and_finds_it_after_signing_up(client):
    search = SavedSearch.objects.create(owner=make_user(), name="Drying", client_email="Ann@Firm.example")
    for _ in range(2):
        client.post(path_of(search_url(search, "confirm")))
    client.post(path_of(search_url(search, "end")))
    ann = make_user(email="ann@firm.example")
    logged = [("client search", "agreed", "", "mail"), ("client search", "withdrawn", "", "mail")]
    assert entries(ann) == logged
    client.force_login(ann)
    page = client.get(reverse("personal-data")).text
    assert "Taken back" in page
    assert "By a link in a mail" in page


def test_the_page_of_the_log_costs_the_same_for_many_entries(client, django_assert_max_num_queries):
    person = make_user()
    for frequency in ["daily", "weekly"] * 20:
        Consent.objects.note(person, "digest", "agreed", "page", detail=frequency)
    client.force_login(person)
    with django_assert_max_num_queries(8):
        assert "once a week" in client.get(reverse("personal-data")).text


# Erasing


def words_left(*words):
    """Tables and columns in which one of these words still stands."""
    found = set()
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.get_internal_type() in ("CharField", "TextField", "JSONField", "EmailField", "FileField"):
                values = " ".join(str(value) for value in model._default_manager.values_list(column.name, flat=True))
                found |= {f"{model._meta.label}.{column.name}" for word in words if word.lower() in values.lower()}
    return found - {"catalog.Concept.identifier"}


def test_after_erasing_no_table_holds_the_name_the_address_or_a_word_of_the_texts(
    client, django_capture_on_commit_callbacks
):
    case = full_life()
    address, stored = case.seeker.email, Attachment.objects.get().file
    client.force_login(case.seeker)
    assert {"accounts.User.name", "catalog.Need.description", "matchmaking.Match.bridge"} <= words_left(
        "dough", "marie"
    )
    assert "dough" not in client.post(reverse("account-erase"), {"password": "wrong"}).text
    assert User.objects.filter(pk=case.seeker.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("account-erase"), {"password": PASSWORD}).url == reverse("home")
    assert words_left("dough", "marie", "tremblay", address) == set()
    assert not stored.storage.exists(stored.name)
    assert client.get(reverse("profile")).status_code == 302


def test_what_statistics_count_stays_and_the_other_side_can_still_open_the_case(client):
    case = full_life()
    Match.objects.update(state="introduced", score=0.7, components={"words": 0.5})
    erasure.erase(case.seeker)
    match = Match.objects.get()
    assert (match.state, match.score, match.components) == ("introduced", 0.7, {"words": 0.5})
    assert (match.need.state, match.need.organisation.country) == ("withdrawn", "DE")
    assert Review.objects.get().verdict == "accept"
    client.force_login(case.provider)
    page = client.get(reverse("match-detail", args=[match.pk]))
    assert page.status_code == 200
    assert "Erased organisation" in page.text


def test_open_cases_end_so_that_nobody_waits_for_an_answer():
    case = full_life()
    erasure.erase(case.seeker)
    assert Match.objects.get().state == "withdrawn"


def test_what_an_organisation_of_several_people_has_stays_with_it_and_gets_an_owner(client):
    case = full_life()
    editor, organisation = make_user(name="Ivo"), case.match.need.organisation
    Membership.objects.create(user=editor, organisation=organisation, state="approved")
    client.force_login(case.seeker)
    page = client.get(reverse("account-erase")).text
    assert f"Ivo becomes owner of {organisation}" in page
    assert "nobody else acts for it" not in page
    erasure.erase(case.seeker)
    need = Need.objects.get()
    assert (need.author, need.organisation.name) == (None, organisation.name)
    assert "dough" in need.description
    assert Membership.objects.get(organisation=organisation).role == "owner"
    assert words_left("marie", "tremblay") == set()
    assert "dough" in Introduction.objects.get().message


def test_who_alone_acts_for_an_organisation_is_told_that_it_goes(client):
    person = make_user()
    organisation = make_organisation(people=(person,))
    client.force_login(person)
    page = client.get(reverse("account-erase")).text
    assert organisation.name in page
    assert "nobody else acts for it" in page


def test_sessions_and_tokens_end_with_the_account(client):
    case = full_life()
    client.force_login(case.seeker)
    assert (Session.objects.count(), AuthToken.objects.count()) == (1, 1)
    erasure.erase(case.seeker)
    assert (Session.objects.count(), AuthToken.objects.count()) == (0, 0)


def test_the_operator_sees_what_goes_before_saying_yes(capsys):
    person = make_user()
    need = make_need(organisation=make_organisation(people=(person,), name="Alone Ltd"))
    call_command("personal_data", person.email)
    assert json.loads(capsys.readouterr().out)["account"]["email"] == person.email
    call_command("erase_person", person.email)
    assert "goes: Alone Ltd" in capsys.readouterr().out
    assert User.objects.filter(pk=person.pk).exists()
    call_command("erase_person", person.email, "--yes")
    need.refresh_from_db()
    assert (need.title, need.organisation.name) == ("Erased", f"Erased organisation {need.organisation_id}")
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("erase_person", person.email)


def test_the_only_administrator_cannot_leave_the_site_without_one(client):
    admin = make_user(is_superuser=True, is_staff=True)
    client.force_login(admin)
    page = client.post(reverse("account-erase"), {"password": PASSWORD})
    assert page.status_code == 422
    assert "only administrator" in page.text
    make_user(is_superuser=True, is_staff=True)
    assert client.post(reverse("account-erase"), {"password": PASSWORD}).status_code == 302
    assert not User.objects.filter(pk=admin.pk).exists()


def test_an_erased_text_is_shown_to_nobody_outside():
    person = make_user()
    need = make_need(organisation=make_organisation(people=(person,)))
    erasure.erase(person)
    seen = Need.objects.with_disclosure_to(make_user()).get(pk=need.pk)
    assert seen.disclosure == Disclosure.NONE
    assert Organisation.objects.filter(pk=need.organisation_id).exists()


def test_the_same_file_is_read_over_the_api_by_its_person_alone(client):
    person, other = full_life().seeker, make_user(name="Ann Other")
    client.force_login(person)
    file, told = (client.get(path).json() for path in ("/profile/data/download/", "/api/v1/me/data/"))
    assert told.keys() == file.keys()
    tables = {name: len(rows) for name, rows in file["tables"].items()}
    assert {name: len(rows) for name, rows in told["tables"].items()} == tables
    assert told["account"]["email"] == person.email
    client.force_login(other)
    assert "Marie Tremblay" not in client.get("/api/v1/me/data/").text
    client.logout()
    assert client.get("/api/v1/me/data/").status_code == 401
