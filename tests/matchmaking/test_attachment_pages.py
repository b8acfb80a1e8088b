"""Who downloads a file: the one table of disclosure. Who adds and removes one: the editors."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from catalog.attachments import attach
from catalog.codes import Disclosure
from catalog.models import Attachment
from tests.disclosure_table import ROWS, make_scene
from tests.factories import make_need, make_organisation, make_user
from tests.files import make_image

pytestmark = pytest.mark.django_db


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("Würstchen.png", make_image("PNG"))


def sign_in(client, person) -> None:
    if person.is_authenticated:
        client.force_login(person)


def download(client, attachment) -> tuple[HttpResponse, bytes]:
    response = client.get(reverse("attachment", args=[attachment.pk]))
    content = response.getvalue()
    response.close()
    return response, content


@pytest.mark.parametrize(("kind", "visibility", "viewer", "level"), ROWS)
def test_a_file_is_downloaded_by_whoever_sees_the_whole_document(client, kind, visibility, viewer, level):
    document, person = make_scene(kind, visibility, viewer)
    attachment = attach(document, picture(), by=make_user())
    sign_in(client, person)
    assert download(client, attachment)[0].status_code == (200 if level == Disclosure.FULL else 404)


def test_a_download_is_never_run_guessed_or_kept_by_a_browser(client):
    attachment = attach(make_need(), picture(), by=make_user())
    response, content = download(client, attachment)
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''W%C3%BCrstchen.png"
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert content.startswith(b"\x89PNG")


def test_files_have_no_address_of_their_own(client, settings):
    attachment = attach(make_need(), picture(), by=make_user())
    for prefix in ("/", "/media/", settings.STATIC_URL):
        assert client.get(f"{prefix}{attachment.file.name}").status_code == 404


def test_an_editor_adds_and_removes_a_file(client):
    editor = make_user()
    need = make_need(organisation=make_organisation(people=(editor,)))
    client.force_login(editor)
    page = client.post(reverse("need-attach", args=[need.pk]), {"file": picture()}, follow=True)
    assert "Stored without its metadata: Würstchen.png" in page.text
    attachment = need.attachments.get()
    client.post(reverse("attachment-remove", args=[attachment.pk]))
    assert not need.attachments.exists()


@pytest.mark.parametrize("file", [None, SimpleUploadedFile("evil.pdf", b"MZ")])
def test_a_file_that_cannot_be_taken_is_answered_in_words(client, file):
    editor = make_user()
    need = make_need(organisation=make_organisation(people=(editor,)))
    client.force_login(editor)
    page = client.post(reverse("need-attach", args=[need.pk]), {"file": file} if file else {}, follow=True)
    assert "Choose a file first." in page.text or "Only PDF" in page.text
    assert not need.attachments.exists()


def test_whoever_only_reads_adds_and_removes_nothing(client):
    need = make_need()
    attachment = attach(need, picture(), by=make_user())
    client.force_login(make_user())
    assert client.post(reverse("need-attach", args=[need.pk]), {"file": picture()}).status_code == 404
    assert client.post(reverse("attachment-remove", args=[attachment.pk])).status_code == 404
    assert Attachment.objects.count() == 1


def test_a_request_that_is_too_large_is_refused_before_it_is_stored(client, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    editor = make_user()
    need = make_need(organisation=make_organisation(people=(editor,)))
    client.force_login(editor)
    large = SimpleUploadedFile("large.pdf", bytes(2000))
    assert client.post(reverse("need-attach", args=[need.pk]), {"file": large}).status_code == 400
