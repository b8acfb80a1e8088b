"""Files as people send them: pictures and PDFs full of what must not get through."""

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, PngImagePlugin

SECRET = "Marie Tremblay, 12 rue du Port"


def make_image(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options) -> bytes:
    """A picture, its left half red, with Exif that says where, by whom and that it lies on its side."""
    image = Image.new(mode, size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x013B], exif[0x010E] = SECRET, SECRET  # artist, description
    exif[0x0112] = options.pop("orientation", 1)
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # latitude
    written = io.BytesIO()
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", SECRET)
        options["pnginfo"] = text
    if kind == "JPEG":
        options["comment"] = SECRET
    image.save(written, format=kind, exif=exif, xmp=f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode(), **options)
    return written.getvalue()


def make_pdf(**options) -> bytes:
    """A page with a photograph and a link, and around it everything a PDF can tell or do."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(200, 200))
    page.Resources = Dictionary(XObject=Dictionary(Photo=_photo(pdf)))
    page.Contents = pdf.make_stream(b"q 100 0 0 50 0 0 cm /Photo Do Q")
    page.PieceInfo = Dictionary(Editor=Dictionary(Private=String(SECRET)))
    page.Annots = Array([
        Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], T=String(SECRET), Contents=String("nice")),
        _link(Dictionary(S=Name.URI, URI=String("https://site.example"))),
        _link(Dictionary(S=Name.Launch, F=String("virus.exe"))),
        _link(Dictionary(S=Name.JavaScript, JS=String("app.alert('started')"))),
    ])  # fmt: skip
    pdf.attachments["notes.txt"] = SECRET.encode()
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert('started')"))
    pdf.Root.AcroForm = Dictionary(XFA=String(SECRET), Fields=Array([]))
    pdf.docinfo["/Author"] = SECRET
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = [SECRET]
    written = io.BytesIO()
    pdf.save(written, **options)
    return written.getvalue()


def _link(action: Dictionary) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)


def _photo(pdf: pikepdf.Pdf) -> pikepdf.Stream:
    photo = pdf.make_stream(make_image())
    photo.update(
        Dictionary(
            Type=Name.XObject, Subtype=Name.Image, Width=40, Height=20, BitsPerComponent=8,
            ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode,
        )
    )  # fmt: skip
    return photo


def everything_in(pdf: bytes) -> bytes:
    """The file with every stream unpacked, to be searched."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        written = io.BytesIO()
        opened.save(written, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable,
                    stream_decode_level=pikepdf.StreamDecodeLevel.generalized)  # fmt: skip
    return written.getvalue()
