"""What a file says beside what it shows does not get through; what it shows does."""

import io

import pikepdf
import pytest
from PIL import Image

from catalog import cleaning
from catalog.cleaning import UncleanFile, clean, without_jpeg_metadata
from tests.files import SECRET, everything_in, make_image, make_pdf

KINDS = ["JPEG", "PNG", "WEBP"]


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def hidden(content: bytes) -> set[str]:
    """What Pillow finds in a picture apart from its pixels, but for what every file of the kind has."""
    always = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp", "duration"}
    return opened(content).info.keys() - always


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_keeps_its_pixels_and_nothing_else(kind):
    dirty = make_image(kind)
    assert SECRET.encode() in dirty
    assert hidden(dirty)
    file = clean(dirty)
    assert file.content_type == f"image/{kind.lower()}"
    assert SECRET.encode() not in file.content
    assert not hidden(file.content)
    assert not opened(file.content).getexif()
    assert opened(file.content).size == (40, 20)
    red, _, blue = opened(file.content).convert("RGB").getpixel((5, 10))
    assert red > 200 > 60 > blue


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_lay_on_its_side_is_put_upright(kind):
    file = clean(make_image(kind, orientation=6))
    assert opened(file.content).size == (20, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_mode_can_be_read_again(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    written = io.BytesIO()
    Image.new(mode, (8, 8)).save(written, format=kind)
    assert opened(clean(written.getvalue()).content).size == (8, 8)


def test_see_through_parts_of_a_palette_stay_see_through():
    picture = Image.new("P", (8, 8), 3)
    picture.putpalette([0, 0, 0, 1, 1, 1, 2, 2, 2, 200, 0, 0])
    written = io.BytesIO()
    picture.save(written, format="PNG", transparency=3)
    assert opened(clean(written.getvalue()).content).convert("RGBA").getpixel((0, 0))[3] == 0


def test_a_picture_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(cleaning, "MOST_PIXELS", 799)
    with pytest.raises(UncleanFile, match="pixels"):
        clean(make_image())


def test_a_pdf_keeps_its_page_photograph_and_link_and_nothing_else():
    dirty = make_pdf()
    assert everything_in(dirty).count(b"Marie Tremblay") > 5
    file = clean(dirty)
    assert (file.content_type, file.extension) == ("application/pdf", ".pdf")
    left = everything_in(file.content)
    for word in (
        b"Marie",
        b"virus.exe",
        b"app.alert",
        b"EmbeddedFiles",
        b"XFA",
        b"PieceInfo",
        b"OpenAction",
        b"Exif",
    ):
        assert word not in left, word
    with pikepdf.open(io.BytesIO(file.content)) as pdf:
        photo = pikepdf.PdfImage(pdf.pages[0].get_images()["/Photo"]).as_pil_image()
        assert photo.convert("RGB").getpixel((5, 10))[0] > 200
        assert "/Info" not in pdf.trailer
    assert b"https://site.example" in left
    assert b"nice" in left


def test_the_same_pdf_is_cleaned_into_the_same_bytes():
    assert clean(make_pdf()) == clean(make_pdf())


def test_what_an_earlier_version_inside_a_pdf_said_is_gone():
    dirty = make_pdf()
    with pikepdf.open(io.BytesIO(dirty)) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(b"% nothing")
    history = dirty + b"\n% an incremental update would follow\n" + SECRET.encode()
    assert SECRET.encode() not in clean(history).content


def test_a_pdf_that_inflates_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(cleaning, "MOST_INFLATED", 1_000_000)
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.Root.Bomb = pdf.make_indirect(pikepdf.Array([pikepdf.String("x" * 9_000_000)]))
    written = io.BytesIO()
    pdf.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert len(written.getvalue()) < 100_000
    with pytest.raises(UncleanFile):
        clean(written.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00 a program",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>%PD</html>",
        b"%PDF-1.7 and nothing more",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        make_image()[:300],
        make_pdf(encryption=pikepdf.Encryption(owner="o", user="u")),
        make_pdf(encryption=pikepdf.Encryption(owner="o", user="")),
    ],
    ids=["empty", "program", "svg", "html", "half pdf", "gif", "half jpeg", "locked pdf", "restricted pdf"],
)
def test_other_files_are_refused_whatever_they_are_called(content):
    with pytest.raises(UncleanFile):
        clean(content)


def test_taking_metadata_out_of_a_jpeg_leaves_its_picture_as_it_was():
    dirty = make_image()
    bare = without_jpeg_metadata(dirty)
    assert SECRET.encode() not in bare
    assert opened(bare).tobytes() == opened(dirty).tobytes()


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"\xff\xd8\xff", b"no picture at all", b"\xff\xd8\xff\xe1\x00\x00"]
)
def test_what_is_no_jpeg_does_no_harm(content):
    assert len(without_jpeg_metadata(content)) <= len(content)
