"""`manage.py propose`: one shot without a site."""

import io
import json
import os
import random
import string

import pytest
from django.core.management import CommandError, call_command

from matchmaking.pipeline import LONGEST_TRIAL
from tests.factories import make_offer

pytestmark = pytest.mark.django_db

NEED = "Our rinse water smells and the authority complains"


@pytest.fixture(autouse=True)
def everything_above_zero(settings):
    settings.LEAST_PROBABILITY = 0.0


def make_offers() -> None:
    make_offer(title="Treatment of rinse water", description="We treat rinse water of dairies on site.")
    make_offer()


def test_offers_are_encoded_first_and_printed_best_first_with_reasons(capsys):
    make_offers()
    call_command("propose", NEED, "--top", "1")
    printed = capsys.readouterr()
    assert printed.out.startswith("1. Treatment of rinse water  (0.")
    assert "- Both use the words “rinse” and “water”." in printed.out
    assert "2 offers are being encoded first." in printed.err


def test_json_is_all_there_is_on_standard_output(capsys):
    make_offers()
    call_command("propose", NEED, "--json")
    (first, *_others) = json.loads(capsys.readouterr().out)
    assert (first["rank"], first["title"]) == (1, "Treatment of rinse water")
    assert first["score"] > 0
    assert first["reasons"]
    assert first["bridge"][0]["need"] == NEED


def test_standard_input_is_read_for_a_dash(monkeypatch, capsys):
    make_offers()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(NEED.encode() + b"\xff\x00 now")))
    call_command("propose", "-", "--json", "--language", "en")
    assert json.loads(capsys.readouterr().out)[0]["title"] == "Treatment of rinse water"


def test_an_argument_in_another_encoding_is_read_as_far_as_it_can_be(capsys):
    make_offers()
    call_command("propose", os.fsdecode("Spülwasser, rinse water".encode("latin-1")), "--language", "en")
    assert "Treatment of rinse water" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "  \n ", "\0"])
def test_an_empty_text_is_refused_with_a_word(text):
    with pytest.raises(CommandError, match="empty") as refused:
        call_command("propose", text)
    assert refused.value.returncode == 2


def test_a_number_of_offers_below_one_is_refused():
    with pytest.raises(CommandError, match="--top"):
        call_command("propose", NEED, "--top", "0")


def test_a_very_long_text_is_cut_and_said_so(capsys):
    make_offers()
    call_command("propose", "rinse water " * 10_000, "--top", "1")
    printed = capsys.readouterr()
    assert f"Only the first {LONGEST_TRIAL:,} of 119,999 characters are read." in printed.err
    assert "Treatment of rinse water" in printed.out


def test_a_long_text_of_no_language_is_ranked_like_any_other(capsys):
    """It has more different terms than the database keeps of one text."""
    make_offers()
    letters = random.Random(0).choices(string.ascii_letters + string.digits, k=100_000)
    call_command("propose", "".join(letters), "--json")
    assert isinstance(json.loads(capsys.readouterr().out), list)


def test_without_offers_it_says_so(capsys):
    call_command("propose", NEED)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "There are no open offers yet." in printed.err
    assert "Nothing fits yet." in printed.err
    call_command("propose", NEED, "--json")
    assert json.loads(capsys.readouterr().out) == []
