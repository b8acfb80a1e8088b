"""After a restore: what the database of today has sent since the backup is not sent again by that of the backup.

Which mails that was nobody knows any more. So all that is owed by now is in doubt, and waits for the operator.
"""

from django.db import transaction

from .admissions import announce_admissions
from .digest import open_due_digests
from .expiry import announce_expiry
from .follow_ups import ask_how_it_went
from .introductions import remind_silent_sides
from .models import Mail, MailState
from .saved_searches import open_due_searches

# Whatever the schedule alone finds due: digests and searches are on their present period then.
OPENING = (
    open_due_digests,
    open_due_searches,
    remind_silent_sides,
    ask_how_it_went,
    announce_expiry,
    announce_admissions,
)


@transaction.atomic
def doubt_what_is_owed() -> int:
    """Leave to the operator what was due when the backup was made and what has come due since; how many mails."""
    for open_due in OPENING:
        open_due()
    owed = Mail.objects.filter(state__in=(MailState.DUE, MailState.SENDING))
    return owed.update(state=MailState.IN_DOUBT, error="restored from a backup: it may have been sent since")
