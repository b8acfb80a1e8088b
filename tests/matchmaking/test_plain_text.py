"""The text part of a mail: what a template says, read out of its HTML."""

from matchmaking.plain_text import plain_text


def test_paragraphs_and_headings_stay_apart():
    html = "<h1>One</h1>\n  <p>Two\n  words</p><h2>Three</h2><p>Four<br>Five</p>"
    assert plain_text(html) == "One\n\nTwo words\n\n== Three\n\nFour\nFive\n"


def test_a_button_has_its_address_on_its_line_and_a_link_below_its_paragraph():
    html = (
        '<p><a href="https://a.example" style="display:inline-block">Yes</a> <a href="https://b.example">No</a>.</p>'
    )
    assert plain_text(html) == "Yes: https://a.example\nNo.\nhttps://b.example\n"


def test_an_address_that_is_its_own_text_is_not_repeated():
    html = '<p><a href="mailto:a@b.example">a@b.example</a> <a href="https://c.example">https://c.example</a></p>'
    assert plain_text(html) == "a@b.example https://c.example\n"


def test_what_is_not_to_be_read_is_left_out_and_what_is_escaped_is_read():
    html = (
        "<html><head><style>p{}</style><title>T</title></head>"
        '<div style="display:none"><p>preview</p></div><p>1 &lt; 2 &amp; 3</p></html>'
    )
    assert plain_text(html) == "1 < 2 & 3\n"


def test_line_breaks_that_somebody_wrote_are_kept():
    assert (
        plain_text('<p style="white-space:pre-line">Dear all,\n\nyours</p><p>a\nb</p>')
        == "Dear all,\n\nyours\n\na b\n"
    )


def test_the_foot_is_set_apart():
    assert plain_text('<table><tr><td>Text</td></tr><tr><td class="inner foot"><p>Why</p></td></tr></table>') == (
        "Text\n\n--\n\nWhy\n"
    )


def test_words_that_differ_stand_between_asterisks_and_spaces_outside():
    html = "<p>We lose <del>a third </del>of <ins>all dough</ins>.<ins> </ins></p>"
    assert plain_text(html) == "We lose *a third* of *all dough*.\n"
