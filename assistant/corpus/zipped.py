"""Documents that are zip archives (.docx, .pptx, .xlsx, .epub): opened only if they cannot explode.

A member is never read past the size its archive declares, so that checking the declared sizes is enough.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from lxml import etree

from assistant.corpus.building import UnreadableError

MOST_BYTES = 512 << 20
"""Expanded size of all members together."""
MOST_RATIO = 200
"""Expanded over packed size, for archives that expand to more than ``FREE_BYTES``: text packs 5 to 30 times."""
FREE_BYTES = 32 << 20
MOST_MEMBERS = 20_000

_HEAD = 4096
_XML = (".xml", ".rels", ".vml", ".opf", ".ncx")
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def open_package(data: bytes, expected: str, *, office: bool = True) -> zipfile.ZipFile:
    """Open a document's archive.

    Args:
        data: the file.
        expected: what it should be, with its article: ``a Word document (.docx)``.
        office: an Office document, whose parts may not declare entities.

    Raises:
        UnreadableError: not an archive, encrypted, larger or deeper packed than the limits, or with entities.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        members = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableError(f"is not {expected}: open it in its own program and save it again") from error
    size = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS:
        raise UnreadableError(f"holds {len(members):,} parts, more than {MOST_MEMBERS:,}: split it")
    if size > MOST_BYTES:
        raise UnreadableError(f"unpacks to {size >> 20} MiB, more than {MOST_BYTES >> 20}: split it")
    if size > max(FREE_BYTES, MOST_RATIO * len(data)):
        raise UnreadableError(
            f"unpacks to {size // max(len(data), 1)} times its size, more than {MOST_RATIO}: open it in its own "
            "program and save it again"
        )
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableError("is encrypted: save it without a password")
    if office:
        _refuse_entities(package, expected)
    return package


def read_member(package: zipfile.ZipFile, name: str, expected: str) -> bytes:
    """The bytes of one member.

    Raises:
        UnreadableError: it is missing or damaged.
    """
    try:
        return package.read(name)
    except KeyError as error:
        raise UnreadableError(f"is not {expected}: it has no part {name}; save it again") from error
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, NotImplementedError) as error:
        raise UnreadableError(f"is damaged in its part {name}: copy or download it again") from error


def parse_xml(data: bytes) -> etree._Element:
    """Parse XML without entities, DTDs or network.

    Raises:
        UnreadableError: not well-formed.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("holds XML that is not well-formed: save it again") from error


def transitional(package: zipfile.ZipFile, data: bytes) -> bytes:
    """An Office document whose names are those of ordinary files; a Strict Open XML one is rewritten in memory."""
    strict = [name for name in package.namelist() if name.endswith(_XML) and _STRICT.search(_head(package, name))]
    if not strict:
        return data
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as rewritten:
        for name in package.namelist():
            part = read_member(package, name, "an Office document")
            if name.endswith(_XML):
                part = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
            rewritten.writestr(name, part)
    return buffer.getvalue()


def _refuse_entities(package: zipfile.ZipFile, expected: str) -> None:
    for name in package.namelist():
        if name.endswith(_XML):
            head = _head(package, name)
            if head.startswith(_WIDE_MARKS):
                head = head.decode("utf-16", "ignore").encode()
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise UnreadableError(f"is not {expected}: its part {name} declares entities; save it again")


def _head(package: zipfile.ZipFile, name: str) -> bytes:
    try:
        with package.open(name) as member:
            return member.read(_HEAD)
    except (KeyError, OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError):
        return b""  # damaged: whoever needs the part says so
