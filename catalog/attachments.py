"""Files of offers and needs: taken in clean, counted, removed. Who may download one is a query (`visible_to`)."""

import logging
import re
import uuid
from datetime import timedelta
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

from .cleaning import UncleanFile, clean
from .models import Attachment, Document, Offer

log = logging.getLogger(__name__)

FOLDER = "attachments"
LONGEST_NAME = 120
# Also those that turn the direction of writing, so that "gpj.exe" reads otherwise.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def attach(document: Document, upload: UploadedFile, *, by: User) -> Attachment:
    """Store the file with the document, without its metadata.

    Raises ValidationError for a file that is too large, none of PDF, JPEG, PNG and WebP, or one too many, and while a
    client, who does not see files, is asked about the text.
    """
    _check_room(document, upload)
    try:
        file = clean(upload.read())
    except UncleanFile as error:
        log.info("attachment refused: %s", type(error.__cause__ or error).__name__)
        raise ValidationError(_("Only PDF, JPEG, PNG and WebP files that open without a password.")) from error
    side = {"offer": document} if isinstance(document, Offer) else {"need": document}
    return Attachment.objects.create(
        **side,
        file=ContentFile(file.content, name=f"{uuid.uuid4().hex}{file.extension}"),
        name=plain_name(upload.name or "", file.extension),
        content_type=file.content_type,
        size=len(file.content),
        uploaded_by=by,
    )


def _check_room(document: Document, upload: UploadedFile) -> None:
    if document.client_texts.waiting().exists():
        raise ValidationError(_("The client has not confirmed this text yet."))
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        most = filesizeformat(settings.ATTACHMENT_MAX_BYTES)
        raise ValidationError(_("The file is larger than %(most)s.") % {"most": most})
    if document.attachments.count() >= settings.ATTACHMENTS_A_DOCUMENT:
        most = settings.ATTACHMENTS_A_DOCUMENT
        raise ValidationError(_("There are %(most)s files already; remove one first.") % {"most": most})


def plain_name(name: str, extension: str) -> str:
    """The name people see, without folders and control characters, ending as its content says."""
    bare = CONTROL_CHARACTERS.sub("", name.replace("\\", "/"))
    return (PurePath(bare).stem[:LONGEST_NAME].strip() or _("file")) + extension


def remove(attachment: Attachment) -> None:
    """Delete the file with its row, once the transaction stands."""
    name = attachment.file.name
    attachment.delete()
    transaction.on_commit(lambda: default_storage.delete(name))


def sweep(older_than: timedelta = timedelta(days=1)) -> int:
    """Delete files that belong to no row any more (their document was deleted); how many.

    Young ones are left alone: their row may be about to be written.
    """
    return sweep_folder(FOLDER, set(Attachment.objects.values_list("file", flat=True)), older_than)


def sweep_folder(folder: str, known: set[str], older_than: timedelta) -> int:
    before = timezone.now() - older_than
    unknown = [name for name in _stored(folder) if name not in known]
    stale = [name for name in unknown if default_storage.get_modified_time(name) < before]
    for name in stale:
        default_storage.delete(name)
    return len(stale)


def _stored(folder: str) -> list[str]:
    if not default_storage.exists(folder):
        return []
    folders, files = default_storage.listdir(folder)
    return [f"{folder}/{name}" for name in files] + [name for one in folders for name in _stored(f"{folder}/{one}")]
