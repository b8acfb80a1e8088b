"""The development machine's outbox: real .eml files, and the pages that show them."""

import pytest
from django.core.mail import EmailMultiAlternatives

from matchmaking.checks import check_mail_leaves_the_house
from matchmaking.mailbox import newest, read


@pytest.fixture
def outbox(settings, tmp_path):
    settings.EMAIL_BACKEND = "matchmaking.mailbox.EmlBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.DEBUG = True
    return settings.EMAIL_FILE_PATH


def send_one(subject="Grüße aus Łódź"):
    message = EmailMultiAlternatives(subject, "Guten Tag", to=["a@firm.example"], bcc=["secret@firm.example"])
    message.attach_alternative("<p>Guten <b>Tag</b></p><script>alert(1)</script>", "text/html")
    message.send()


def test_each_mail_is_one_whole_eml_file(outbox):
    send_one()
    send_one()
    files = list(outbox.iterdir())
    assert len(files) == 2
    assert {path.suffix for path in files} == {".eml"}
    assert b"\r\nSubject: =?utf-8?" in files[0].read_bytes()
    assert b"secret@firm.example" not in files[0].read_bytes()


def test_a_mail_to_nobody_writes_nothing(outbox):
    EmailMultiAlternatives("Nobody", "Text").send()
    assert not outbox.exists()


@pytest.mark.django_db
def test_the_outbox_lists_mails_and_shows_each_with_its_html_locked_in(outbox, client):
    assert "Nothing has been sent yet" in client.get("/dev/mail/").content.decode()
    send_one()
    (letter,) = newest()
    assert "Grüße aus Łódź" in client.get("/dev/mail/").content.decode()
    page = client.get(f"/dev/mail/{letter.name}/").content.decode()
    assert "Guten Tag" in page
    assert "<script>alert" not in page
    frame = client.get(f"/dev/mail/{letter.name}/html/")
    assert "<b>Tag</b>" in frame.content.decode()
    assert "default-src 'none'" in frame["Content-Security-Policy"]
    assert "allow-scripts" not in frame["Content-Security-Policy"] + page
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nothing", "..%2F..%2Fsecret_key", "20260101-000000-00000000"])
def test_only_mails_of_the_outbox_can_be_read(outbox, client, name):
    assert read(name) is None
    assert client.get(f"/dev/mail/{name}/").status_code == 404


@pytest.mark.django_db
def test_without_debug_there_is_no_outbox(outbox, client, settings):
    send_one()
    settings.DEBUG = False
    (letter,) = newest()
    for path in ("/dev/mail/", f"/dev/mail/{letter.name}/", f"/dev/mail/{letter.name}/html/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(("url", "complaints"), [("", ["matchmaking.E003"]), ("smtp://mail.example", [])])
def test_a_server_without_a_mail_server_is_told_so(settings, url, complaints):
    settings.EMAIL_URL = url
    assert [found.id for found in check_mail_leaves_the_house()] == complaints
