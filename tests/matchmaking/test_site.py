"""What an installation may set about its look."""

import pytest

from matchmaking.checks import check_accent, contrast_with_white


@pytest.mark.parametrize(
    ("colour", "found"),
    [("", []), ("#0a5a5c", []), ("teal", ["matchmaking.E010"]), ("#ffee00", ["matchmaking.E011"])],
)
def test_an_accent_on_which_white_cannot_be_read_is_refused(settings, colour, found):
    settings.SITE_ACCENT = colour
    assert [message.id for message in check_accent()] == found


def test_contrast_is_that_of_the_guidelines():
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)  # the lightest grey that passes
