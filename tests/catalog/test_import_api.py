"""Importing through the API: a job with progress and a report, by the rules of the pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from catalog import import_jobs, table_files
from catalog.models import ImportJob, Need, Offer
from tests.catalog.test_hostile_tables import BOMB, HOSTILE, workbook
from tests.factories import make_organisation, make_user
from tests.permission_scene import token_of

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/imports/"
TABLE = "key,name,text\n1,Ovens,They keep their heat.\n2,,Without a title\n"
MAPPING = '{"name": "title"}'


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr(import_jobs.current_app, "send_task", lambda task: None)


def api_of(person):
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token_of(person, 'write')[1]}")
    return api


@pytest.fixture
def api():
    person = make_user()
    make_organisation(people=(person,))
    return api_of(person)


def send(api, text=TABLE, name="offers.csv", headers=None, **fields):
    fields = {"kind": "offer", "file": SimpleUploadedFile(name, text.encode())} | fields
    return api.post(IMPORTS, fields, format="multipart", headers=headers or {})


def test_a_file_is_sent_followed_and_its_report_read(api):
    made = send(api, mapping=MAPPING, publishes="true")
    assert made.status_code == 201, made.json()
    address = made["Location"]
    assert made.json().items() >= {"state": "waiting", "rows_read": 0, "has_report": False}.items()
    assert api.get(f"{address}report/").status_code == 404
    import_jobs.run_pending()
    job = api.get(address).json()
    assert job.items() >= {"state": "done", "rows_total": 2, "rows_read": 2, "created": 1, "rejected": 1}.items()
    report = api.get(f"{address}report/", headers={"accept": "text/csv"})
    assert report["Content-Type"] == "text/csv"
    assert "Without a title" in report.getvalue().decode()
    assert Offer.objects.get().state == "published"
    assert api.post(f"{address}stop/").status_code == 409


def test_the_same_file_with_the_same_key_is_one_job(api):
    first, again = (send(api, mapping=MAPPING, headers={"idempotency-key": "k"}) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert send(api, TABLE + "3,a,b\n", mapping=MAPPING, headers={"idempotency-key": "k"}).status_code == 409
    assert ImportJob.objects.count() == 1


def test_a_job_is_stopped_before_a_worker_comes(api):
    address = send(api, kind="need")["Location"]
    assert api.post(f"{address}stop/").json()["state"] == "stopped"
    assert (import_jobs.run_pending(), Need.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"mapping": '{"name": "colour"}'}, "mapping"),
        ({"mapping": '{"nothing": "title"}'}, "mapping"),
        ({"mapping": '{"name": ""}'}, "mapping"),
        ({"mapping": "title"}, "mapping"),
        ({"organisation": 0}, "organisation"),
        ({"kind": "secret"}, "kind"),
        ({"name": "offers.exe"}, "file"),
        ({"text": ""}, "file"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(api, fields, wrong):
    refused = send(api, **fields)
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["errors"].keys() == {wrong}
    assert not ImportJob.objects.exists()


HARM = ["macros.xlsx", "macro-kind.xlsx", "laughs.xlsx", "cut.xlsx", "nested.json", "utf16.csv", "virus.exe"]


@pytest.mark.parametrize("name", [*HARM, "macros.xlsm", "letter.docm", "bomb.xlsx"])
def test_a_hostile_file_is_refused_and_nothing_is_kept(api, name, monkeypatch):
    monkeypatch.setattr(table_files, "LARGEST_WORKBOOK", len(BOMB) // 2)
    files = HOSTILE | {"bomb.xlsx": workbook(**{"xl/media/image.bin": BOMB})}
    content = files.get(name, HOSTILE["macros.xlsx"])
    refused = send(api, file=SimpleUploadedFile(name, content), mapping=MAPPING)
    assert (refused.status_code, refused.json()["errors"].keys()) == (400, {"file"})
    assert not ImportJob.objects.exists()


def test_the_limit_of_what_a_workbook_unpacks_to_is_named(api):
    bomb = SimpleUploadedFile("bomb.xlsx", workbook(**{"xl/media/image.bin": BOMB}))
    refused = send(api, file=bomb, mapping=MAPPING)
    assert refused.status_code == 400
    assert "more than 300 times its size" in refused.json()["errors"]["file"][0]


def test_visitors_and_strangers_neither_send_nor_see(api):
    assert send(APIClient()).status_code == 401
    assert send(api_of(make_user())).json()["errors"].keys() == {"organisation"}
    address = send(api, mapping=MAPPING)["Location"]
    stranger = api_of(make_user())
    assert stranger.get(IMPORTS).json()["results"] == []
    assert [stranger.get(f"{address}{end}").status_code for end in ("", "report/")] == [404, 404]
    assert stranger.post(f"{address}stop/").status_code == 404


def test_a_file_that_is_too_large_is_refused_as_a_problem(api, settings):
    settings.IMPORT_UPLOAD_MAX_BYTES = 100
    refused = send(api, mapping=MAPPING, headers={"idempotency-key": "k"})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


# Looking at the columns before it begins


@pytest.fixture
def waiting(api):
    """The address of a job that waits, with one column that nobody could guess."""
    made = send(
        api, "Bezeichnung,Was,Lager\nOvens,They keep their heat.,7\n,Cold.,8\n", waits="true", publishes="true"
    )
    assert (made.status_code, made.json()["state"]) == (201, "checking"), made.json()
    return made["Location"]


def test_the_columns_are_told_with_what_would_become_of_the_first_rows(api, waiting):
    job = ImportJob.objects.get()
    told = api.get(f"{waiting}columns/").json()
    assert told["columns"] == [
        {"column": "Bezeichnung", "example": "Ovens", "field": "title"},
        {"column": "Was", "example": "They keep their heat.", "field": ""},
        {"column": "Lager", "example": "7", "field": ""},
    ]
    assert {"field": "description", "label": "Description"} in told["meanings"]
    client = Client()
    client.force_login(job.author)
    page = client.get(f"/imports/{job.pk}/").context["rows"]
    assert [row["outcome"] for row in told["rows"]] == [row.outcome for row in page] == ["cannot be imported"] * 2
    assert [row["line"] for row in told["rows"]] == [2, 3]


def test_a_column_is_put_right_looked_at_again_and_then_the_import_begins(api, waiting):
    mapping = {"mapping": {"Was": "description"}}
    first, second = api.post(f"{waiting}columns/", mapping, format="json").json()["rows"]
    assert (first["title"], first["text"], first["outcome"], first["problems"]) == (
        "Ovens", "They keep their heat.", "new", []
    )  # fmt: skip
    assert [problem["field"] for problem in second["problems"]] == ["title"]
    assert api.get(f"{waiting}columns/").json()["columns"][1]["field"] == ""
    begun = api.post(f"{waiting}start/", mapping | {"is_all_or_nothing": False}, format="json")
    assert (begun.status_code, begun.json()["state"], begun.json()["publishes"]) == (200, "waiting", True)
    import_jobs.run_pending()
    assert (Offer.objects.get().title, Offer.objects.get().state) == ("Ovens", "published")
    late = [api.get(f"{waiting}columns/"), api.post(f"{waiting}columns/"), api.post(f"{waiting}start/")]
    assert [answer.status_code for answer in late] == [409] * 3


@pytest.mark.parametrize("mapping", [{"Was": "colour"}, {"Was": "title"}, {"Colour": "title"}, {}, {"Was": 7}, [7]])
def test_meanings_that_cannot_be_are_refused_and_nothing_begins(api, waiting, mapping):
    for end in ("columns", "start"):
        refused = api.post(f"{waiting}{end}/", {"mapping": mapping}, format="json")
        assert (refused.status_code, refused.json()["errors"].keys()) == (400, {"mapping"})
    assert ImportJob.objects.get().state == "checking"
    assert ImportJob.objects.get().mapping == {"Bezeichnung": "title", "Was": "", "Lager": ""}


def test_nobody_else_settles_what_the_columns_mean(waiting):
    stranger = api_of(make_user())
    ends = [
        stranger.get(f"{waiting}columns/"),
        stranger.post(f"{waiting}columns/"),
        stranger.post(f"{waiting}start/"),
    ]
    assert [answer.status_code for answer in ends] == [404] * 3
