"""Tables to take away: the disclosure table holds in them, and one's own come back by the import."""

import json
import resource

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Organisation
from catalog.codes import CostBand, Disclosure
from catalog.importing import Importer, importable_columns
from catalog.models import Offer
from catalog.table_files import read_rows
from catalog.table_writing import WRITERS
from tests.disclosure_table import ROWS, make_scene
from tests.factories import make_case, make_cluster, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db


def exported(client, kind, **query):
    response = client.get(reverse("api-export", args=[kind, "jsonl"]), query)
    assert response.status_code == 200
    return [json.loads(line) for line in response.getvalue().splitlines()]


SIGNED_IN = [row for row in ROWS if row[2] != "visitor"]


@pytest.mark.parametrize(("kind", "visibility", "viewer", "level"), SIGNED_IN)
def test_a_table_holds_as_much_of_a_text_as_the_disclosure_table_says(client, kind, visibility, viewer, level):
    document, user = make_scene(kind, visibility, viewer)
    type(document).objects.filter(pk=document.pk).update(
        description=f"{document.organisation.name} dries dough. Write to kim@firm.example.", external_id="X-1"
    )
    client.force_login(user)
    row = next((one for one in exported(client, f"{kind}s") if one["reference"] == document.reference), None)
    if level == Disclosure.NONE:
        assert row is None
        return
    assert row["disclosure"] == level.name.lower()
    assert row["organisation"] == (document.organisation.name if level == Disclosure.FULL else "")
    assert ("kim@firm.example" in row["description"]) == (level == Disclosure.FULL)
    assert "dries dough" in row["description"]
    if viewer in ("stranger", "asked side", "introduced side", "linked broker"):
        assert row["external_id"] is None


@pytest.mark.parametrize("kind", ["offers", "needs", "matches", "organisations"])
def test_without_signing_in_there_is_no_table(client, kind):
    assert client.get(reverse("api-export", args=[kind, "csv"])).status_code == 401


@pytest.mark.parametrize(("kind", "form"), [("users", "csv"), ("offers", "exe")])
def test_other_kinds_and_formats_are_not_there(client, kind, form):
    client.force_login(make_user())
    assert client.get(reverse("api-export", args=[kind, form])).status_code == 404


@pytest.mark.parametrize("form", list(WRITERS))
def test_ones_own_offers_come_back_unchanged_by_the_import(client, form, tmp_path):
    user = make_user()
    organisation = make_organisation(people=(user,))
    make_offer(
        organisation=organisation, external_id="X-1", title="Drying", countries=["DE", "PL"], sdgs=[7, 12],
        technology_keywords=["heat pump"], cost_band=CostBand.values[1], partner_kinds=["university"],
        advantages='"dry", fast\nand',
    )  # fmt: skip
    make_offer(title="Of somebody else")
    client.force_login(user)
    address = reverse("api-export", args=["offers", form])
    response = client.get(address, {"mine": "true"}, headers={"accept": "text/csv"})
    assert response["Content-Disposition"].startswith('attachment; filename="offers-')
    path = tmp_path / f"offers.{form}"
    path.write_bytes(response.getvalue())
    known = {*importable_columns(Offer), "organisation"}
    header = next(iter(read_rows(path)))[1]
    importer = Importer(
        Offer, path.name, lambda name: Organisation.objects.get(name=name),
        mapping={column: column if column in known else "" for column in header},
    )  # fmt: skip
    plan = importer.plan(read_rows(path))
    assert (plan.problems, plan.unchanged, plan.created, plan.updated) == ([], 1, [], [])


def test_matches_are_those_the_person_sees_with_what_it_may_know_of_both_sides(client):
    case = make_case(offer={"visibility": "anonymous"}, state="proposed", reasons=[], components={"words": 0.25})
    make_case()
    client.force_login(case.seeker)
    (row,) = exported(client, "matches")
    assert (row["need"], row["state"]) == (case.match.need.reference, "proposed")
    assert row["offer_organisation"] == "SME, 10 to 49 people, Germany"
    assert row["components"] == {}
    client.force_login(case.provider)
    assert exported(client, "matches") == []
    client.force_login(case.broker)
    assert [row["components"] for row in exported(client, "matches")] == [{"words": 0.25}]
    assert exported(client, "matches", mine="true") == []


def test_organisations_are_those_one_knows(client):
    broker = make_user()
    mine = make_organisation(clusters=(make_cluster(brokers=(broker,)),))
    make_organisation(name="Unknown Ltd")
    client.force_login(broker)
    names = {row["name"] for row in exported(client, "organisations")}
    assert mine.name in names
    assert "Unknown Ltd" not in names


def test_a_table_costs_as_many_queries_for_many_rows_as_for_few(client, django_assert_max_num_queries):
    case = make_case(state="accepted")
    for number in range(30):
        make_offer(title=f"Offer {number}", organisation=case.match.offer.organisation)
    client.force_login(case.provider)
    for kind in ("offers", "matches", "organisations"):
        with django_assert_max_num_queries(14):
            exported(client, kind)


def test_the_lists_offer_their_tables(client):
    case = make_case()
    client.force_login(case.broker)
    page = client.get(reverse("queue")).text
    assert reverse("api-export", args=["matches", "xlsx"]) in page
    client.force_login(case.seeker)
    assert f"{reverse('api-export', args=['needs', 'csv'])}?mine=true" in client.get(reverse("need-list")).text


@pytest.mark.long
def test_a_hundred_thousand_offers_are_written_in_constant_memory(client):
    offer = make_offer(description="We dry dough with waste heat. " * 30)
    user = make_user()
    client.force_login(user)
    copied = [f.column for f in Offer._meta.concrete_fields if f.column not in ("id", "reference", "text_hash")]
    names = ", ".join(f'"{name}"' for name in copied)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the hard case: what the planner knows is a time when there was next to nothing
        cursor.execute(
            f"INSERT INTO catalog_offer ({names}) SELECT {names} FROM catalog_offer, generate_series(1, 99999)"  # noqa: S608
            " WHERE id = %s",
            [offer.pk],
        )
        cursor.execute("ANALYZE")
    for form in WRITERS:
        client.get(reverse("api-export", args=["organisations", form])).getvalue()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        response = client.get(reverse("api-export", args=["offers", form]))
        size = sum(len(piece) for piece in response.streaming_content)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(f"{form}: {size:,} bytes, {grown / 1024:.0f} MB more")  # noqa: T201
        assert grown < 60 * 1024
