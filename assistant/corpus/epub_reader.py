"""EPUB books: the chapters in the order of the spine, each a page, each read as the web page it is.

The package is opened here: ``container.xml`` names the package file, whose spine names the chapters.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from assistant.corpus.building import Content, TextBuilder, UnreadableError
from assistant.corpus.html_reader import parse_whole
from assistant.corpus.zipped import open_package, parse_xml, read_member

_EXPECTED = "an EPUB book (.epub)"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = {"application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document"}
_FONTS = (".ttf", ".otf", ".woff", ".woff2")


def parse(data: bytes) -> Content:
    """Read a book.

    Raises:
        UnreadableError: not an EPUB package, protected against copying, or without chapters.
    """
    with open_package(data, _EXPECTED, office=False) as package:
        container = parse_xml(read_member(package, _CONTAINER, _EXPECTED))
        path = next((unquote(root.get("full-path") or "") for root in container.iter("{*}rootfile")), "")
        book = parse_xml(read_member(package, path, _EXPECTED))
        _refuse_protected(package)
        builder = TextBuilder("chapter")
        for chapter in _chapters(book, posixpath.dirname(path)):
            if chapter in package.namelist():
                _add_chapter(builder, package, chapter)
            else:
                builder.warn(f"the chapter {chapter} is missing from the file")
    said = {name: _said(book, name) for name in ("creator", "date", "language", "publisher", "title")}
    metadata = {"author": said["creator"], **{name: said[name] for name in ("date", "language", "publisher")}}
    return builder.content(said["title"], metadata)


def _add_chapter(builder: TextBuilder, package: zipfile.ZipFile, chapter: str) -> None:
    try:
        content = parse_whole(read_member(package, chapter, _EXPECTED))
    except UnreadableError as error:
        builder.warn(f"the chapter {chapter} was left out: it {error}")
        return
    if content.blocks:
        builder.start_page()
        builder.add_content(content)


def _chapters(book: etree._Element, folder: str) -> Iterator[str]:
    """Paths of the chapters within the archive, less the table of contents, which only repeats their titles."""
    items = {item.get("id"): item for item in book.iter("{*}item")}
    for reference in book.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        if (item.get("media-type") or "application/xhtml+xml") in _PAGES:
            address = unquote((item.get("href") or "").partition("#")[0])
            yield posixpath.normpath(posixpath.join(folder, address))


def _refuse_protected(package: zipfile.ZipFile) -> None:
    """Books may encrypt their fonts only, which does no harm."""
    if _ENCRYPTION not in package.namelist():
        return
    tree = parse_xml(read_member(package, _ENCRYPTION, _EXPECTED))
    encrypted = [each.get("URI") or "" for each in tree.iter("{*}CipherReference")]
    if not all(address.lower().endswith(_FONTS) for address in encrypted):
        raise UnreadableError("is protected against copying: use a copy without protection")


def _said(book: etree._Element, name: str) -> str:
    found = (each.text or "" for each in book.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}"))
    several = [text.strip() for text in found if text.strip()]
    return ", ".join(several) if name == "creator" else next(iter(several), "")
