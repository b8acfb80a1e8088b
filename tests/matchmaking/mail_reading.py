"""Composing a mail in a test and reading it as its receiver would."""

import re
from email import message_from_bytes
from email.policy import default

from matchmaking.composing import compose
from matchmaking.models import Mail

LINK = re.compile(r"https?://[^\s\"<>]+")


def read(mail: Mail):
    """The composed mail, parsed from its bytes; None if there is nothing to say."""
    message = compose(mail)
    return message and message_from_bytes(message.message().as_bytes(), policy=default)


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def html_of(message) -> str:
    return message.get_body(("html",)).get_content()


def link_to(message, part: str) -> str:
    """The first link of the text whose address contains `part`, without the site's own part."""
    found = next(link for link in LINK.findall(text_of(message)) if part in link)
    return "/" + found.split("/", 3)[3]
