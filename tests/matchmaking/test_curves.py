"""The pictures of how far probabilities hold."""

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from matchmaking.reliability import coverage_curve, summary

SAID, RIGHT = np.array([0.1, 0.2, 0.4, 0.9]), np.array([0.0, 0.0, 1.0, 1.0])


@pytest.fixture
def report(tmp_path: Path) -> Path:
    found = summary(SAID, np.zeros((len(SAID), 0)), RIGHT, np.arange(len(SAID)), np.arange(len(SAID))) | {
        "coverage": coverage_curve(SAID, RIGHT)
    }
    path = tmp_path / "small & odd.json"
    path.write_text(json.dumps({"system": {"calibration": found}}))
    return path


def test_both_pictures_are_drawn_with_every_set_named(report: Path, tmp_path: Path):
    call_command("draw_curves", str(tmp_path / "out"), str(report))
    for name in ("reliability", "coverage"):
        picture = ElementTree.parse(tmp_path / "out" / f"{name}.svg").getroot()  # noqa: S314 - our own
        texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
        assert "small & odd" in texts
        paths = [element.get("d") for element in picture.iter("{http://www.w3.org/2000/svg}path")]
        assert paths[-1].count("L") == 3  # four points


def test_what_is_no_report_is_named(tmp_path: Path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]")
    for path in (wrong, tmp_path / "missing.json"):
        with pytest.raises(CommandError, match=path.name):
            call_command("draw_curves", str(tmp_path), str(path))
