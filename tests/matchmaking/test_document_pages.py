"""The pages of needs and offers: writing, publishing, closing, and what each person sees of them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.codes import Disclosure, State
from catalog.models import Need, Offer
from matchmaking.codes import MatchState
from matchmaking.models import Match, Run
from tests.disclosure_table import ROWS, make_scene
from tests.factories import make_case, make_match, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

TEXT = "We throw away a third of our dough every evening. We tried a list on the wall."
FORM = {"description": TEXT, "visibility": "anonymous"}


@pytest.fixture
def author(client):
    user = make_user()
    make_organisation(people=(user,))
    client.force_login(user)
    return user


def post(client, page, /, *args, **form):
    return client.post(reverse(page, args=args), form, follow=True)


@pytest.mark.parametrize(("kind", "model"), [("need", Need), ("offer", Offer)])
def test_a_text_alone_is_published_and_shown_with_what_happens_next(client, author, kind, model):
    page = post(client, f"{kind}-new", **FORM, publish="")
    document = model.objects.get()
    assert page.redirect_chain[0][0] == reverse(f"{kind}-detail", args=[document.pk])
    assert (document.state, document.author, document.title) == (State.PUBLISHED, author, TEXT.split(".")[0])
    with timezone.override(author.time_zone):  # the day is the author's, also around midnight
        assert document.valid_until == timezone.localdate() + timedelta(days=365)
    assert "What happens next" in page.text


def test_a_draft_is_saved_for_the_author_alone(client, author):
    post(client, "need-new", **FORM)
    need = Need.objects.get()
    assert need.state == State.DRAFT
    client.force_login(make_user())
    assert client.get(reverse("need-detail", args=[need.pk])).status_code == 404


@pytest.mark.parametrize("state", [State.DRAFT, State.PAUSED, State.UNMET])
def test_what_can_be_published_has_one_button_for_it_which_comes_first_where_that_is_the_next_step(
    client, author, state
):
    need = make_need(organisation=author.organisation_set.get(), state=state)
    page = client.get(reverse("need-detail", args=[need.pk])).text
    button = f'action="{reverse("need-publish", args=[need.pk])}"'
    assert page.count(button) == 1
    assert (page.index(button) < page.index("Suggestions")) == (state != State.UNMET)


def test_an_error_is_named_on_top_at_the_field_and_in_the_title_and_nothing_typed_is_lost(client, author):
    page = client.post(reverse("need-new"), {**FORM, "deadline": "soon", "title": "Less dough", "publish": ""})
    assert page.status_code == 422
    assert "<title>Error:" in page.text
    assert 'href="#id_deadline"' in page.text
    assert 'id="id_deadline_error"' in page.text
    assert TEXT in page.text
    assert 'value="Less dough"' in page.text
    assert not Need.objects.exists()


def test_the_text_of_a_published_need_can_be_changed_in_place(client, author):
    need = make_need(author=author, organisation=author.organisation_set.get(), language="en")
    page = post(client, "need-edit", need.pk, **FORM | {"title": "New title"})
    need.refresh_from_db()
    assert (need.title, need.description, need.state) == ("New title", TEXT, State.PUBLISHED)
    assert "New title" in page.text


def test_a_text_changed_meanwhile_is_not_put_back_unawares(client, author):
    need = make_need(author=author, organisation=author.organisation_set.get(), language="en")
    opened = client.get(reverse("need-edit", args=[need.pk])).context["form"]["seen"].value()
    Need.objects.filter(pk=need.pk).update(description="A colleague wrote this.")
    page = client.post(reverse("need-edit", args=[need.pk]), FORM | {"title": "Mine", "seen": opened})
    now = Need.objects.get(pk=need.pk)
    assert (page.status_code, now.description) == (422, "A colleague wrote this.")
    assert "Save once more if yours is to stand in its place." in page.text
    assert TEXT in page.text
    assert f'name="seen" value="{now.text_hash}"' in page.text
    post(client, "need-edit", need.pk, **FORM | {"title": "Mine", "seen": now.text_hash})
    assert Need.objects.get(pk=need.pk).description == TEXT


def test_saving_waits_for_whoever_publishes_and_leaves_the_day_they_set(client, author):
    need = make_need(author=author, organisation=author.organisation_set.get(), language="en", state=State.DRAFT)
    Need.objects.filter(pk=need.pk).update(valid_until=None)
    form = client.get(reverse("need-edit", args=[need.pk])).context["form"]
    assert 'name="initial-valid_until"' in str(form["valid_until"])
    Need.objects.get(pk=need.pk).publish_for_a_term()
    sent = FORM | {"title": "Mine", "seen": form["seen"].value(), "valid_until": "", "initial-valid_until": ""}
    with CaptureQueriesContext(connection) as queries:
        client.post(reverse("need-edit", args=[need.pk]), sent)
    now = Need.objects.get(pk=need.pk)
    assert any('FOR UPDATE OF "catalog_need"' in query["sql"] for query in queries)
    assert (now.title, now.state, bool(now.valid_until)) == ("Mine", State.PUBLISHED, True)


def test_a_person_without_an_organisation_is_told_what_comes_first(client):
    client.force_login(make_user())
    assert "First, your organisation" in client.get(reverse("need-new")).text


@pytest.mark.parametrize("kind", ["need", "offer"])
def test_pause_publish_and_close(client, author, kind):
    make = {"need": make_need, "offer": make_offer}[kind]
    document = make(organisation=author.organisation_set.get())
    for action, form, state in [
        ("pause", {}, State.PAUSED),
        ("publish", {}, State.PUBLISHED),
        ("close", {"end": "elsewhere"}, State.PUBLISHED),
        ("close", {"end": "met_elsewhere"}, State.MET_ELSEWHERE),
    ]:
        assert post(client, f"{kind}-{action}", document.pk, **form).status_code == 200
        document.refresh_from_db()
        assert document.state == state


@pytest.mark.parametrize(
    ("state", "is_offered"),
    [
        (State.DRAFT, False),
        (State.PUBLISHED, True),
        (State.PAUSED, True),
        (State.EXPIRED, True),
        (State.UNMET, False),
    ],
)
def test_how_it_ended_is_asked_on_the_page_of_what_was_out_once(client, author, state, is_offered):
    need = make_need(organisation=author.organisation_set.get(), state=state)
    page = client.get(need.get_absolute_url()).text
    assert (reverse("need-close", args=[need.pk]) in page) is is_offered


@pytest.mark.parametrize(
    ("action", "form"), [("pause", {}), ("close", {"end": "unmet"}), ("publish", {"seen": "paused"})]
)
def test_a_page_opened_before_it_was_closed_does_not_change_how_it_ended(client, author, action, form):
    need = make_need(organisation=author.organisation_set.get())
    need.close(State.MET_HERE)
    page = post(client, f"need-{action}", need.pk, **form)
    assert "changed since you opened the page" in page.text
    assert Need.objects.get().state == State.MET_HERE


def test_the_button_that_publishes_says_which_state_was_seen_so_that_a_closed_need_can_be_published_again(
    client, author
):
    need = make_need(organisation=author.organisation_set.get(), state=State.MET_HERE)
    assert '<input type="hidden" name="seen" value="met_here">' in client.get(need.get_absolute_url()).text
    assert "Published." in post(client, "need-publish", need.pk, seen="met_here").text


def test_whoever_presses_twice_reads_twice_that_it_is_done(client, author):
    need = make_need(organisation=author.organisation_set.get(), state=State.DRAFT)
    for action, form, said in [
        ("publish", {"seen": "draft"}, "Published."),
        ("pause", {}, "Paused."),
        ("close", {"end": "met_here"}, "Closed."),
    ]:
        for _ in range(2):
            assert said in post(client, f"need-{action}", need.pk, **form).text


@pytest.mark.parametrize("action", ["edit", "publish", "pause", "close"])
def test_nobody_touches_the_documents_of_others(client, author, action):
    need = make_need(visibility="public", state=State.PAUSED)
    assert client.post(reverse(f"need-{action}", args=[need.pk]), FORM | {"end": "unmet"}).status_code == 404
    need.refresh_from_db()
    assert need.state == State.PAUSED


@pytest.mark.parametrize("action", ["publish", "pause", "close"])
def test_a_link_changes_nothing(client, author, action):
    need = make_need(organisation=author.organisation_set.get())
    assert client.get(reverse(f"need-{action}", args=[need.pk])).status_code == 405


SECRET = "Glanzwerk"


@pytest.mark.parametrize(("kind", "visibility", "viewer", "level"), ROWS)
def test_the_page_of_a_document_shows_as_much_as_the_table_says(client, kind, visibility, viewer, level):
    document, user = make_scene(kind, visibility, viewer)
    document.organisation.name = f"{SECRET} GmbH"
    document.organisation.website = f"https://{SECRET}.example"
    document.organisation.save()
    document.title = f"Polishing by {SECRET}"
    document.description = f"{SECRET} polishes steel. Write to info@{SECRET}.example or call +49 40 123 456 78."
    document.technology_keywords = [SECRET]
    document.save()
    if user.is_authenticated:
        client.force_login(user)
    page = client.get(reverse(f"{kind}-detail", args=[document.pk]))
    assert page.status_code == (404 if level == Disclosure.NONE else 200)
    assert (SECRET.lower() in page.text.lower()) == (level == Disclosure.FULL)
    assert ("123 456" in page.text) == (level == Disclosure.FULL)
    assert ("polishes steel" in page.text) == (level > Disclosure.NONE)


def test_the_author_sees_suggestions_that_no_broker_has_seen_and_that_they_are_not_reviewed(client):
    case = make_case(offer={"visibility": "anonymous", "title": "Forecasts by Mehlwerk"}, state=MatchState.PROPOSED)
    case.match.offer.organisation.name = "Mehlwerk AG"
    case.match.offer.organisation.save()
    client.force_login(case.seeker)
    page = client.get(reverse("need-detail", args=[case.match.need.pk]))
    assert "Forecasts by […]" in page.text
    assert "Not yet reviewed by a broker" in page.text
    assert "Mehlwerk" not in page.text


def test_long_shots_are_folded_away_below_what_fits_and_stand_open_where_nothing_does(client):
    case = make_case(offer={"title": "Fits well"}, state=MatchState.PROPOSED, probability=0.4)
    need, address = case.match.need, reverse("need-detail", args=[case.match.need.pk])
    make_match(need=need, offer=make_offer(title="Fits in part"), probability=0.05)
    client.force_login(case.seeker)
    page = client.get(address).text
    assert page.index("Fits well") < page.index("1 long shot") < page.index("Fits in part")
    assert re.search(r"<details[^>]*>\s*<summary>1 long shot", page)
    assert "Nothing fits well yet" not in page
    Match.objects.filter(pk=case.match.pk).update(probability=0.09)
    page = client.get(address).text
    assert "Nothing fits well yet" in page
    assert re.search(r"<details[^>]* open>\s*<summary>2 long shots", page)


def test_what_a_broker_has_decided_on_is_no_long_shot(client):
    case = make_case(offer={"title": "Fits in part"}, state=MatchState.ACCEPTED, probability=0.05)
    client.force_login(case.seeker)
    page = client.get(reverse("need-detail", args=[case.match.need.pk])).text
    assert "Fits in part" in page
    assert "long shot</summary>" not in page


def test_what_is_for_the_network_only_is_not_suggested_before_a_broker_agrees(client):
    case = make_case(offer={"visibility": "network", "title": "Secret forecasts"}, state=MatchState.PROPOSED)
    client.force_login(case.seeker)
    assert "Secret forecasts" not in client.get(reverse("need-detail", args=[case.match.need.pk])).text


def test_others_do_not_see_the_suggestions_of_a_public_need(client):
    case = make_case(need={"visibility": "public"}, offer={"title": "Forecasts"}, state=MatchState.PROPOSED)
    assert "Forecasts" not in client.get(reverse("need-detail", args=[case.match.need.pk])).text


def test_a_need_that_is_being_matched_looks_again_by_itself_and_one_that_nothing_fits_says_so(client, author):
    need = make_need(organisation=author.organisation_set.get())
    address = reverse("need-detail", args=[need.pk])
    assert "every 4s" in client.get(address).text
    Run.objects.create(need=need, fingerprint="now", candidates=0, proposed=0)
    page = client.get(address)
    assert "every 4s" not in page.text
    assert "Nothing fits yet" in page.text


def test_what_is_said_of_a_need_beside_its_suggestions_is_brought_up_to_date_with_them(client, author):
    need = make_need(organisation=author.organisation_set.get())
    address = reverse("need-detail", args=[need.pk])
    before = client.get(address).text
    Run.objects.create(need=need, fingerprint="now", candidates=0, proposed=0)
    after = client.get(address).text
    assert "Looking for matches" in before
    assert "Looking for matches" not in after
    for part in re.search('hx-select-oob="([^"]+)"', before).group(1).split(","):
        assert before.count(f'id="{part[1:]}"') == after.count(f'id="{part[1:]}"') == 1


@pytest.mark.parametrize("kind", ["need", "offer"])
def test_a_list_costs_the_same_queries_for_one_row_and_for_twenty(
    client, author, django_assert_max_num_queries, kind
):
    make = {"need": make_need, "offer": make_offer}[kind]
    documents = [make(organisation=author.organisation_set.get()) for _ in range(20)]
    for document in documents:
        make_match(**{kind: document}, state=MatchState.ACCEPTED)
    with django_assert_max_num_queries(6) as captured:
        page = client.get(reverse(f"{kind}-list"))
    assert page.text.count('<p class="meta">') == 20
    assert not [query for query in captured.captured_queries if '"embedding"' in query["sql"]]


def test_the_page_of_a_need_costs_the_same_queries_for_twenty_suggestions(
    client, author, django_assert_max_num_queries
):
    need = make_need(organisation=author.organisation_set.get())
    for _ in range(20):
        make_match(need=need, offer=make_offer())
    with django_assert_max_num_queries(12):
        page = client.get(reverse("need-detail", args=[need.pk]))
    assert page.text.count("Read both texts") == 20
