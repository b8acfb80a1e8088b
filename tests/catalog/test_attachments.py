"""Files of documents: stored clean and under names that tell nothing, removed, and swept when orphaned."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.attachments import attach, remove, sweep
from catalog.models import Attachment
from tests.factories import make_need, make_offer, make_user
from tests.files import SECRET, make_image, make_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def media(settings) -> Path:
    return settings.MEDIA_ROOT


def upload(content: bytes | None = None, name: str = "plan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_pdf() if content is None else content)


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("make", [make_need, make_offer])
def test_a_file_is_stored_clean_under_a_name_that_tells_nothing(media, make):
    document, person = make(), make_user()
    attachment = attach(document, upload(name="Bäckerei Müller.pdf"), by=person)
    assert (attachment.document, attachment.uploaded_by) == (document, person)
    assert (attachment.name, attachment.content_type) == ("Bäckerei Müller.pdf", "application/pdf")
    (path,) = stored(media)
    assert "Müller" not in str(path)
    assert SECRET.encode() not in path.read_bytes()
    assert attachment.size == path.stat().st_size
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("holiday.pdf.exe", "holiday.pdf.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\ana\\photo.png", "photo.jpg"),
        ("\u202egnp.exe", "gnp.jpg"),
        ("a\r\nb.jpg", "ab.jpg"),
        ("x" * 255, "x" * 120 + ".jpg"),
    ],
)
def test_the_shown_name_ends_as_the_content_says_and_carries_nothing_odd(name, shown):
    file = upload(make_image())
    file._name = name  # as a client sent it, before Django's own cleaning
    assert attach(make_need(), file, by=make_user()).name == shown


def test_what_is_too_large_or_one_too_many_or_of_another_kind_is_refused(settings, media):
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENTS_A_DOCUMENT = 3_000_000, 1
    need, person = make_need(), make_user()
    with pytest.raises(ValidationError, match="larger than"):
        attach(need, upload(bytes(3_000_001)), by=person)
    with pytest.raises(ValidationError, match="Only PDF"):
        attach(need, upload(b"MZ a program"), by=person)
    attach(need, upload(), by=person)
    with pytest.raises(ValidationError, match="remove one first"):
        attach(need, upload(), by=person)
    assert len(stored(media)) == Attachment.objects.count() == 1


def test_a_removed_file_is_gone_once_the_removal_stands(media, django_capture_on_commit_callbacks):
    attachment = attach(make_need(), upload(), by=make_user())
    with django_capture_on_commit_callbacks(execute=True):
        remove(attachment)
        assert stored(media)
    assert not stored(media)


def test_only_old_files_of_deleted_documents_are_swept(media):
    need, person = make_need(), make_user()
    orphan, kept = attach(need, upload(), by=person), attach(make_offer(), upload(), by=person)
    need.delete()
    assert sweep() == 0
    for path in stored(media):
        os.utime(path, (0, 0))
    assert sweep(timedelta(days=1)) == 1
    assert [path.name for path in stored(media)] == [Path(kept.file.name).name]
    assert not orphan.file.storage.exists(orphan.file.name)
