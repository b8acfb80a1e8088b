"""Files from outside, made clean: what they are is read from their content, and what they say beside it is dropped.

A pure module: bytes in, bytes out. Images are painted anew, so that no place, camera or author survives (the
colour profile goes, too). PDFs are written anew without document information, XMP, private data of programs,
scripts, actions that start something, embedded files, names of commentators and signatures.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image, ImageOps

if TYPE_CHECKING:
    import pikepdf

MOST_PIXELS = 50_000_000  # what a good camera makes; decoded, 200 MB
MOST_INFLATED = 64 * 1024 * 1024  # bytes of one unpacked stream of a PDF
QUALITY = 90  # of JPEG and WebP painted anew; the loss cannot be seen

IMAGES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
PDF = ("application/pdf", ".pdf")
PDF_MARK, PDF_MARK_WITHIN = b"%PDF-", 1024  # ISO 32000-2, Annex I.3: readers accept it in the first 1,024 bytes

# JPEG segments: application data 1 to 15 (Exif, XMP, IPTC; 14 says how colours are coded and stays) and comments.
JPEG_DROPPED = {*range(0xE1, 0xF0), 0xFE} - {0xEE}
JPEG_SCAN = 0xDA


class UncleanFile(ValueError):
    """The file is of no accepted kind, or cannot be read; the text says so to whoever sent it."""


class CleanFile(NamedTuple):
    content: bytes
    content_type: str
    extension: str


def clean(content: bytes) -> CleanFile:
    """The file without anything but what it shows. Raises UncleanFile."""
    if PDF_MARK in content[:PDF_MARK_WITHIN]:
        return CleanFile(_clean_pdf(content), *PDF)
    return _clean_image(content)


# Images


def _clean_image(content: bytes) -> CleanFile:
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGES)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UncleanFile("too many pixels")
            kind = image.format
            painted = _painted_anew(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UncleanFile(str(error)) from error
    written = io.BytesIO()
    painted.save(written, format=kind, quality=QUALITY)
    return CleanFile(written.getvalue(), *IMAGES[kind])


def _painted_anew(image: Image.Image) -> Image.Image:
    """The pixels alone, upright, in a mode that all three kinds can write; of an animation the first picture."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("L", "RGB"):
        mode = "RGBA" if "transparency" in upright.info else upright.mode
    else:
        mode = "RGBA" if upright.has_transparency_data else "RGB"
    pixels = upright.convert(mode)
    return Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())


# PDF


def _clean_pdf(content: bytes) -> bytes:
    import pikepdf
    from pikepdf import sanitize, settings

    settings.set_qpdf_limits(flate_max_memory=MOST_INFLATED)
    sanitizer = sanitize.Sanitizer().remove_javascript().remove_attachments().remove_multimedia()
    sanitizer.remove_thumbnails().remove_web_capture().remove_private_app_data().remove_collection()
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise UncleanFile("encrypted")
            if not len(pdf.pages):
                raise UncleanFile("no page")
            sanitizer.apply(pdf)
            _drop_what_names_somebody(pdf)
            return _saved(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError) as error:
        raise UncleanFile(str(error)) from error


def _saved(pdf: "pikepdf.Pdf") -> bytes:
    written = io.BytesIO()
    pdf.save(written, deterministic_id=True, fix_metadata_version=False)
    return written.getvalue()


def _drop_what_names_somebody(pdf: "pikepdf.Pdf") -> None:
    from pikepdf import Name, Stream

    _drop(pdf.Root, Name.Metadata, Name.OpenAction, Name.AA, Name.Perms, Name.DSS, Name.Legal)
    _drop(pdf.Root.get(Name.AcroForm, {}), Name.XFA)
    _drop(pdf.trailer, Name.Info)
    for part in _dictionaries(pdf):
        _drop(part, Name.Metadata)
        _drop_launching(part)
        _drop_commentator(part)
        if isinstance(part, Stream):
            _drop_exif(part)


def _drop(part: Any, *names: "pikepdf.Name") -> None:
    for name in names:
        if name in part:
            del part[name]


def _dictionaries(pdf: "pikepdf.Pdf") -> Iterator["pikepdf.Object"]:
    """Every dictionary and stream of the file, also those that stand inside another one."""
    import pikepdf

    waiting = list(pdf.objects)
    while waiting:
        part = waiting.pop()
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            yield part
            inside = [value for _name, value in part.items()]
        else:
            inside = list(part) if isinstance(part, pikepdf.Array) else []
        waiting += [
            value
            for value in inside
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
        ]


def _drop_launching(part: "pikepdf.Object") -> None:
    """Actions that start a program, send a form or open another file; a link to a page of the web stays."""
    from pikepdf import Dictionary, Name

    _drop(part, Name.AA)
    action = part.get(Name.A)
    started = (Name.Launch, Name.SubmitForm, Name.ImportData, Name.GoToR, Name.GoToE, Name.JavaScript)
    if isinstance(action, Dictionary) and action.get(Name.S) in started:
        del part[Name.A]


def _drop_commentator(part: "pikepdf.Object") -> None:
    """Who wrote a comment and when, and who signed; the name of a form field is no person's."""
    from pikepdf import Name

    if part.get(Name.FT) == Name.Sig:
        _drop(part, Name.V)
    if Name.Rect in part and part.get(Name.Subtype) not in (None, Name.Widget):
        _drop(part, Name.T, Name.M, Name.CreationDate)


def _drop_exif(stream: "pikepdf.Object") -> None:
    """What a camera wrote into a photograph inside the file."""
    from pikepdf import Array, Name

    filters = stream.get(Name.Filter)
    if filters == Name.DCTDecode or (isinstance(filters, Array) and list(filters) == [Name.DCTDecode]):
        picture = without_jpeg_metadata(stream.read_raw_bytes())
        stream.write(picture, filter=filters, decode_parms=stream.get(Name.DecodeParms))


def without_jpeg_metadata(content: bytes) -> bytes:
    """A JPEG without Exif, XMP, IPTC and comments, its picture untouched; unchanged where it is no JPEG."""
    kept, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != JPEG_SCAN:
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if content[at + 1] not in JPEG_DROPPED:
            kept.append(content[at:end])
        at = end
    return b"".join([*kept, content[at:]])
