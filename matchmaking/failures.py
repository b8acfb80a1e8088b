"""What an error of a mail server or of a mail provider means: try again, give up, or nobody knows.

Pure but for the exceptions' classes; what follows from it is done in `mailing`.
"""

import re
import smtplib

from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout, ReadTimeout
from urllib3.exceptions import ProtocolError

# Refusals of a provider that say "not now" (RFC 9110, 6585); the other 4xx are about this very mail.
PASSING = {408, 425, 429}
NO_ANSWER = {502, 504}  # somebody between us and the provider heard nothing from it
ABOUT_THE_MAIL = (
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
# Bad or unknown destination mailbox or domain, or a mailbox that moved (RFC 3463, 3.2).
NO_ADDRESS = re.compile(rb"\b5\.1\.(1|2|3|6|10)\b")
NO_MAILBOX = {550, 551, 553}  # RFC 5321, where the server gives no enhanced code


def is_permanent(error: Exception) -> bool:
    """Whether the server refused this very mail for good.

    A refused greeting, login or key concerns the server's settings, not the mail: that is worth another attempt.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return error.smtp_code >= 500
    if isinstance(error, AnymailAPIError):
        status = error.status_code or 0
        return 400 <= status < 500 and status not in {*PASSING, 401, 403}
    return isinstance(error, ABOUT_THE_MAIL)


def is_unknown(error: Exception) -> bool:
    """Whether the mail may have been taken although no answer came: a provider fell silent after the request."""
    if not isinstance(error, AnymailAPIError):
        return False
    if error.status_code in NO_ANSWER:
        return True
    broke_off = isinstance(error, RequestsConnectionError) and not isinstance(error, ConnectTimeout)
    cause = error.__cause__.args[0] if broke_off and error.__cause__ and error.__cause__.args else None
    return isinstance(error, ReadTimeout) or isinstance(cause, ProtocolError)


def is_no_address(code: int, words: bytes) -> bool:
    """Whether a refusal says that there is no such mailbox, rather than that it is full or does not like us."""
    if NO_ADDRESS.search(words):
        return True
    return code in NO_MAILBOX and not re.search(rb"\b5\.\d+\.\d+\b", words)
