"""How a mail is made, whatever it says."""

import email
import email.policy
import re

import pytest

from matchmaking.letters import Message


@pytest.mark.parametrize("title", ["Wärme aus Öfen " * 12, "Heat of ovens " * 12, "Heat ↔ cold"])
def test_a_subject_begins_beside_its_name_and_is_read_back_as_it_was_written(title):
    message = Message(title, "body", "a@x.example", ["b@x.example"]).message().as_bytes(linesep="\r\n")
    assert re.search(rb"^Subject: \S", message, re.MULTILINE)
    assert max(map(len, message.split(b"\r\n"))) <= 78
    read = email.message_from_bytes(message, policy=email.policy.default)
    assert read["Subject"].split() == title.split()
