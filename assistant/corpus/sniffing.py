"""What a file really is, told from its first bytes, so that an error can name it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signature:
    """A binary format recognised by its content.

    Attributes:
        name: what it is, with its article: ``a PDF file``.
        suffix: its usual suffix; empty where the format cannot be read here anyway.
        advice: what to do with a file that cannot be read here.
    """

    name: str
    suffix: str = ""
    advice: str = "remove it, or convert it to text"


_PDF = Signature("a PDF file", ".pdf")
_DOCX = Signature("a Word document", ".docx")
_IMAGE = "run OCR on it and save the result as a searchable PDF"
_UNPACK = "unpack it first"
_OLE = b"\xd0\xcf\x11\xe0"
_OUTLOOK = "__properties_version1.0".encode("utf-16-le")
_MAGIC: tuple[tuple[bytes, Signature], ...] = (
    (b"%PDF-", _PDF),
    (b"\x89PNG\r\n\x1a\n", Signature("a PNG image", advice=_IMAGE)),
    (b"\xff\xd8\xff", Signature("a JPEG image", advice=_IMAGE)),
    (b"GIF87a", Signature("a GIF image", advice=_IMAGE)),
    (b"GIF89a", Signature("a GIF image", advice=_IMAGE)),
    (b"II*\x00", Signature("a TIFF image", advice=_IMAGE)),
    (b"MM\x00*", Signature("a TIFF image", advice=_IMAGE)),
    (
        _OLE,
        Signature("an old or password-protected Office file", advice="save it as an open .docx"),
    ),
    (b"{\\rtf", Signature("an RTF file", advice="save it as .docx")),
    (b"\x1f\x8b", Signature("a gzip archive", advice=_UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", Signature("a 7z archive", advice=_UNPACK)),
    (b"Rar!\x1a", Signature("a RAR archive", advice=_UNPACK)),
    (b"BZh9", Signature("a bzip2 archive", advice=_UNPACK)),
    (b"\xfd7zXZ\x00", Signature("an xz archive", advice=_UNPACK)),
    (b"\x28\xb5\x2f\xfd", Signature("a zstd archive", advice=_UNPACK)),
    (b"\x7fELF", Signature("a program")),
    (b"SQLite format 3\x00", Signature("an SQLite database")),
    (b"ID3\x03", Signature("an MP3 recording")),
    (b"ID3\x04", Signature("an MP3 recording")),
    (b"OggS\x00", Signature("an Ogg recording")),
    (b"PAR1", Signature("a Parquet table", advice="export it as text")),
)
_ZIP_PARTS = (
    ("word/document", _DOCX),
    ("xl/", Signature("an Excel workbook", ".xlsx")),
    ("ppt/", Signature("a PowerPoint presentation", ".pptx")),
    ("META-INF/container.xml", Signature("an EPUB book", ".epub")),
    ("content.xml", Signature("an OpenDocument file", advice="save it as .docx or .pdf")),
)


def sniff(data: bytes) -> Signature | None:
    """The binary format these bytes begin like; None for text and for what is not known."""
    if data.startswith(b"PK\x03\x04"):
        return _sniff_zip(data)
    if data.startswith(_OLE) and _OUTLOOK in data:
        return Signature("an Outlook message", advice="save it as .eml")
    return next((signature for magic, signature in _MAGIC if data.startswith(magic)), None)


def _sniff_zip(data: bytes) -> Signature:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):  # the last: a version from the future
        return Signature("a damaged zip archive", advice="copy or download it again")
    for part, signature in _ZIP_PARTS:
        if any(name.startswith(part) for name in names):
            return signature
    return Signature("a zip archive", ".zip")
