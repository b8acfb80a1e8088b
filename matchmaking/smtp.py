"""Django's SMTP backend, made exact about the end of a dialogue.

Three things the standard one leaves unsaid decide whether a mail may be sent again:

- the connection broke after the whole text had been handed over: the server may have taken it (`DeliveryUnknown`);
- some recipients were refused while others got the mail (`message.refused`);
- a connection that fails while it is being closed does not undo what was sent on it.
"""

import smtplib
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend


class DeliveryUnknown(Exception):
    """The text was handed over, but no answer came: it may have arrived."""


class Exact:
    """For an SMTP connection: remember what was handed over, and who was refused."""

    text_is_out = False
    refused: dict[str, tuple[int, bytes]] = {}

    def send(self, s: str | bytes) -> None:
        super().send(s)
        # Commands are strings; the text goes out as bytes in one piece, closed by a line with a full stop.
        self.text_is_out = isinstance(s, bytes)

    def data(self, msg: str | bytes) -> tuple[int, bytes]:
        try:
            return super().data(msg)
        except smtplib.SMTPServerDisconnected as error:
            if self.text_is_out:
                raise DeliveryUnknown(f"no answer after the text was handed over: {error}") from error
            raise

    def sendmail(self, *args: Any, **kwargs: Any) -> dict[str, tuple[int, bytes]]:
        self.refused = super().sendmail(*args, **kwargs)
        return self.refused


class ExactSmtp(Exact, smtplib.SMTP):
    """Plain or STARTTLS."""


class ExactSmtpSsl(Exact, smtplib.SMTP_SSL):
    """TLS from the first byte."""


class SmtpBackend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return ExactSmtpSsl if self.use_ssl else ExactSmtp

    def _send(self, email_message: EmailMessage) -> bool:
        sent = super()._send(email_message)
        email_message.refused = self.connection.refused
        return sent

    def _close_connection(self, connection: smtplib.SMTP) -> None:
        with suppress(smtplib.SMTPException, OSError):
            super()._close_connection(connection)
