"""Importing a file on the site: its columns are guessed, its first rows shown, a worker does the rest."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from catalog import import_jobs, retention
from catalog.codes import State
from catalog.import_columns import guessed
from catalog.models import ImportJob, Need, Offer
from tests.factories import make_cluster, make_organisation, make_user

pytestmark = pytest.mark.django_db
TABLE = "Nr;Titel;Beschreibung;Land;Lager\n1;Ovens;Ovens that keep their heat.;PT;7\n2;;Without a title;PT;8\n"


@pytest.fixture
def provider(client):
    person = make_user()
    make_organisation(people=(person,))
    client.force_login(person)
    return person


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """There is none in a test: the test does its work."""
    monkeypatch.setattr(import_jobs.current_app, "send_task", lambda task: None)


def upload(text, name="offers.csv"):
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


def send(client, text=TABLE, name="offers.csv", kind="offer"):
    return client.post(reverse(f"{kind}-import"), {"file": upload(text, name)}, follow=True)


def begin(client, **choices):
    """Import with the columns as they were guessed, but for `choices`: {number: field}."""
    job = ImportJob.objects.latest("pk")
    fields = {f"column-{number}": job.mapping[column] or "-" for number, column in enumerate(job.columns)}
    fields |= {name.replace("column_", "column-"): value for name, value in choices.items()}
    return client.post(reverse("import-columns", args=[job.pk]), fields | {"start": ""}, follow=True)


def report_of(client, job):
    return client.get(reverse("import-problems", args=[job.pk])).getvalue().decode("utf-8-sig")


def test_columns_are_guessed_by_their_names_in_any_language():
    names = ["Título", "descripcion", "Nr", "Reifegrad", "Technology Keywords", "Lager", "titre"]
    assert guessed(Offer, names) == {
        "Título": "title", "descripcion": "description", "Nr": "external_id", "Reifegrad": "stage",
        "Technology Keywords": "technology_keywords", "Lager": "", "titre": "",
    }  # fmt: skip


def test_a_column_that_is_called_as_a_field_is_that_field_whatever_stands_before_it():
    assert guessed(Offer, ["country", "countries"])["countries"] == "countries"


def test_a_table_is_looked_at_corrected_imported_and_what_is_wrong_comes_back(client, provider):
    page = send(client)
    assert page.status_code == 200
    text = page.content.decode()
    assert "cannot be imported" in text
    assert "Ovens that keep their heat." in text
    assert not Offer.objects.exists()
    assert "It begins in a moment" in begin(client).content.decode()
    assert import_jobs.run_pending() == 1
    offer, job = Offer.objects.get(), ImportJob.objects.get()
    assert (offer.title, offer.external_id, offer.state, offer.author) == ("Ovens", "1", State.DRAFT, provider)
    assert (job.state, job.created, job.rejected, job.rows_total, job.file) == ("done", 1, 1, 2, "")
    (row,) = csv.DictReader(io.StringIO(report_of(client, job)))
    assert (row["line"], row["Nr"], row["Lager"]) == ("3", "2", "8")
    assert "title" in row["reasons"]
    assert "1</strong> <span>new" in client.get(reverse("import-detail", args=[job.pk])).content.decode()


def test_a_field_with_a_problem_is_called_as_in_the_form_and_as_an_import_knows_it_in_the_report(client, provider):
    client.cookies["django_language"] = "fr"
    text = send(client).content.decode()
    assert "<li>Titre: " in text
    assert "(sans titre)" in text
    begin(client)
    import_jobs.run_pending()
    (row,) = csv.DictReader(io.StringIO(report_of(client, ImportJob.objects.get())))
    assert "title" in row["reasons"]


def test_the_report_is_mended_and_imported_and_nothing_is_doubled(client, provider):
    send(client)
    begin(client)
    import_jobs.run_pending()
    job = ImportJob.objects.get()
    with default_storage.open(job.report) as stored:
        mended = stored.read().decode("utf-8-sig").replace("2,,Without", "2,Kilns,Without")
    for text in (mended, TABLE):
        send(client, text)
        begin(client)
        import_jobs.run_pending()
    assert sorted(Offer.objects.values_list("title", flat=True)) == ["Kilns", "Ovens"]
    assert ImportJob.objects.latest("pk").unchanged == 1


def test_a_broken_row_comes_back_with_the_others_and_stands_in_no_preview(client, provider):
    page = send(
        client, "title,description\nKilns,We build kilns, too\nOvens,They keep their heat.\n"
    ).content.decode()
    assert "They keep their heat." in page
    assert "Kilns" not in page
    begin(client)
    import_jobs.run_pending()
    job = ImportJob.objects.get()
    assert (Offer.objects.get().title, job.rejected) == ("Ovens", 1)
    assert "2,unread: more cells than the header has" in report_of(client, job)


def test_a_column_is_put_right_by_hand_and_two_of_one_meaning_are_refused(client, provider):
    send(client, "a,b\nOvens,They keep their heat.\n", kind="need")
    refused = begin(client, column_0="title", column_1="title")
    assert refused.status_code == 422
    assert "Another column has this meaning already" in refused.content.decode()
    assert "Choose the column that holds: description" in refused.content.decode()
    begin(client, column_0="title", column_1="description", publishes="on")
    import_jobs.run_pending()
    assert (Need.objects.get().title, Need.objects.get().state) == ("Ovens", State.PUBLISHED)


def test_all_or_nothing_imports_nothing_where_a_row_is_wrong(client, provider):
    send(client)
    begin(client, is_all_or_nothing="on")
    import_jobs.run_pending()
    job = ImportJob.objects.get()
    assert (job.state, job.rejected, Offer.objects.count()) == ("failed", 1, 0)
    assert "Without a title" in report_of(client, job)


def test_a_worker_killed_while_importing_leaves_a_job_that_the_next_one_ends_without_doubling(
    client, provider, monkeypatch
):
    send(client)
    begin(client)

    def killed(*args):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(import_jobs.ImportPlan, "carry_out", killed)
        with pytest.raises(SystemExit):
            import_jobs.run_pending()
    assert (ImportJob.objects.get().state, Offer.objects.count()) == ("running", 0)
    assert import_jobs.run_pending() == 1
    assert import_jobs.run_pending() == 0
    assert (ImportJob.objects.get().state, ImportJob.objects.get().attempts, Offer.objects.count()) == ("done", 2, 1)


def test_a_job_that_stops_every_worker_is_given_up_in_words(client, provider):
    send(client)
    begin(client)
    ImportJob.objects.update(attempts=import_jobs.MOST_ATTEMPTS)
    import_jobs.run_pending()
    assert "never came to its end" in client.get(reverse("import-detail", args=[ImportJob.objects.get().pk])).text


def test_stopping_imports_nothing_and_deletes_the_file(client, provider, django_capture_on_commit_callbacks):
    send(client)
    name = ImportJob.objects.get().file
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("import-stop", args=[ImportJob.objects.get().pk]))
    assert (import_jobs.run_pending(), Offer.objects.count()) == (0, 0)
    assert not default_storage.exists(name)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"PK\x03\x04 no workbook", "offers.xlsx", "not an Excel workbook"),
        (TABLE, "offers.exe", "Only files that end in"),
        ("Titel;Text\n", "offers.csv", "There are no rows below the header"),
        ("Titel;Text\n" + "a" * 300, "../../offers.json", "not JSON"),
        (("t" * 300 + ",b\nx,y\n"), "offers.csv", "The first row must hold the names"),
        (b"Titel\n\xff\xfe", "offers.csv", "not UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_in_words(client, provider, content, name, words):
    page = send(client, content, name)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not ImportJob.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_stored(client, provider, settings):
    settings.IMPORT_UPLOAD_MAX_BYTES = 100
    page = send(client, "Titel;Text\n" + "a;b\n" * 100)
    assert page.status_code == 400
    assert "This is too large" in page.content.decode()


def test_a_file_is_nobody_elses_and_only_for_organisations_one_writes_for(client, provider):
    send(client, TABLE.replace("Lager", "organisation").replace(";7\n", ";Someone else\n"))
    job = ImportJob.objects.get()
    begin(client)
    import_jobs.run_pending()
    assert ImportJob.objects.get().rejected == 2
    stranger = make_user()
    make_organisation(people=(stranger,))
    client.force_login(stranger)
    for name in ("import-detail", "import-problems"):
        assert client.get(reverse(name, args=[job.pk])).status_code == 404
    assert client.post(reverse("import-stop", args=[job.pk])).status_code == 404
    client.force_login(make_user())
    assert "file" not in client.get(reverse("offer-import")).context


def test_a_broker_imports_for_a_client_and_not_after_the_client_has_left(client):
    broker = make_user()
    organisation = make_organisation(clusters=(make_cluster(brokers=(broker,)),))
    client.force_login(broker)
    send(client)
    begin(client)
    organisation.cluster_memberships.all().delete()
    import_jobs.run_pending()
    assert ImportJob.objects.get().problem == "You no longer act for this organisation."


@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.long)])
def test_many_rows_are_imported_and_their_progress_told(client, provider, monkeypatch, count):
    told, tell = [], ImportJob.tell
    monkeypatch.setattr(ImportJob, "tell", lambda job, **progress: told.append(progress) or tell(job, **progress))
    send(
        client,
        "key,title,description,language\n" + "".join(f"{n},Oven {n},It bakes {n}.,en\n" for n in range(count)),
    )
    begin(client)
    assert import_jobs.run_pending() == 1
    assert (ImportJob.objects.get().created, Offer.objects.count()) == (count, count)
    assert [step["rows_read"] for step in told if "rows_read" in step] == [
        *range(0, count + 1, import_jobs.TELL_EVERY)
    ]


def test_files_nobody_began_and_old_reports_are_forgotten(client, provider, settings):
    send(client)
    send(client)
    begin(client)
    import_jobs.run_pending()
    old = timezone.now() - timedelta(days=settings.RETENTION_DAYS["runs"] + 1)
    ImportJob.objects.filter(state="done").update(ended_at=old)
    ImportJob.objects.filter(state="checking").update(created_at=old)
    assert retention.forget_imports() == 2
    assert not ImportJob.objects.exists()


def test_a_profile_of_the_enterprise_europe_network_is_taken_with_its_own_columns(client, provider):
    record = '{"profileType": "TO", "title": "Ovens", "description": "They keep their heat.", "sdgs": [7]}'
    send(client, f'{{"profiles": [{record}]}}', "profiles.json")
    begin(client)
    import_jobs.run_pending()
    assert (Offer.objects.get().title, Offer.objects.get().sdgs) == ("Ovens", [7])
    assert "of another kind" in send(client, f"[{record}]", "profiles.json", kind="need").content.decode()
