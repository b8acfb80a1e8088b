"""A real SMTP server for tests, which accepts, refuses, answers 4xx for a while, drops connections, is slow."""

import logging
import socket
import time
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

logging.getLogger("mail.log").setLevel(logging.WARNING)  # the dialogue of every connection


class Behaviour:
    """What the server does; `received` holds what it took, in order."""

    def __init__(self, *, refused=(), busy=0, drop=0, seconds=0.0, reply="250 OK", parsed=True):
        """`refused`: addresses; `busy`: so many 451 first; `drop`: so many connections cut after DATA first;
        `parsed`: whether to read the mails, or only to count them."""
        self.parsed = parsed
        self.refused, self.busy, self.drop, self.seconds, self.reply = set(refused), busy, drop, seconds, reply
        self.received = []

    @property
    def recipients(self):
        return Counter(address for _message, addresses in self.received for address in addresses)

    @property
    def messages(self):
        return [message for message, _addresses in self.received]

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 5.1.1 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.busy:
            self.busy -= 1
            return "451 4.3.0 Try again later"
        if self.drop:
            self.drop -= 1
            server.transport.abort()
            return ""
        if self.seconds:
            time.sleep(self.seconds)
        if self.reply.startswith("250"):
            message = message_from_bytes(envelope.content, policy=default) if self.parsed else None
            self.received.append((message, list(envelope.rcpt_tos)))
        return self.reply


class Quiet(Controller):
    def factory(self):
        return SMTP(self.handler, hostname="mail.test", enable_SMTPUTF8=True)


@contextmanager
def mail_server(settings=None, **behaviour):
    """The server, and `settings` that send there; yields its Behaviour with the `port`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    handler = Behaviour(**behaviour)
    handler.port = port
    controller = Quiet(handler, hostname="127.0.0.1", port=port)
    controller.start()
    if settings:
        settings.EMAIL_BACKEND = "matchmaking.smtp.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    try:
        yield handler
    finally:
        controller.stop()
