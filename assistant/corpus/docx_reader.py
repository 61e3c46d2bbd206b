"""Word documents: paragraphs, headings, list items and table rows in document order, by python-docx.

python-docx opens the package and resolves styles; the text of a paragraph is gathered here from its XML,
since ``Paragraph.text`` leaves out content controls, text boxes and formulas.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.styles.style import BaseStyle
from docx.text.paragraph import Paragraph

from assistant.corpus.building import Content, TextBuilder, UnreadableError
from assistant.datatypes import BlockKind

_HEADING = re.compile(r"heading (\d)$", re.IGNORECASE)
_LIST = re.compile(r"list (bullet|number|continue)", re.IGNORECASE)
_CODE = re.compile(r"\b(code|preformatted|listing|macro)\b", re.IGNORECASE)
_STRICT = b"purl.oclc.org/ooxml"
_MOST_BYTES = 1 << 30

_P, _TBL, _TR, _TC = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_BOX = qn("w:txbxContent")
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT = {_FALLBACK, _BOX, qn("w:moveFrom"), qn("w:del"), qn("w:pPr"), qn("w:rPr")}
_BREAKS = {
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:tab"): "\t",
    qn("w:ptab"): "\t",
    qn("w:noBreakHyphen"): "-",
}
_WRAPPERS = {
    qn("w:sdt"),
    qn("w:sdtContent"),
    qn("w:ins"),
    qn("w:moveTo"),
    qn("w:smartTag"),
    qn("w:customXml"),
}

Element = Any  # lxml elements have no types


def parse(data: bytes) -> Content:
    """Read a Word document.

    Raises:
        UnreadableError: not a .docx package, or one of a kind that python-docx cannot open.
    """
    _check_package(data)
    try:
        document = docx.Document(io.BytesIO(data))
    except (OpcError, KeyError, ValueError) as error:
        raise UnreadableError("is a damaged Word document: open it in Word or LibreOffice and save it again") from error
    reader = _Reader(document)
    reader.blocks(document.element.body)
    return reader.builder.content(document.core_properties.title or reader.title)


def _check_package(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(member.file_size for member in package.infolist())
            with package.open("word/document.xml") as body:
                strict = _STRICT in body.read(4096)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError) as error:
        raise UnreadableError(
            "is not a Word document (.docx): open it in Word or LibreOffice and save it again"
        ) from error
    if size > _MOST_BYTES:
        raise UnreadableError(f"unpacks to {size >> 20} MiB: split it or leave out its pictures")
    if strict:
        raise UnreadableError("is a Strict Open XML document: save it as an ordinary .docx")


class _Reader:
    """Appends the parts of a document's body to a builder."""

    def __init__(self, document: Any) -> None:
        self.builder = TextBuilder()
        self.title = ""
        self._document = document
        self._styles_by_id: dict[str | None, list[Any]] = {}
        self._has_title = any(
            any((style.name or "").lower() == "title" for style in self._styles(element)) and _text(element).strip()
            for element in document.element.body.iter(_P)
        )

    def blocks(self, parent: Element) -> None:
        """Append the paragraphs and tables directly below an element, in order."""
        for element in _unwrapped(parent):
            if element.tag == _TBL:
                self._table(element)
            else:
                self._paragraph(element)

    def _paragraph(self, element: Element) -> None:
        text = _text(element)
        kind, level = self._kind(element)
        if kind == "heading":
            text = " ".join(text.split())
            self.title = self.title or text
        self.builder.add(kind, text, level=level)
        for box in element.iter(_BOX):
            if not _is_within(box, element, _FALLBACK, _BOX):
                self.blocks(box)

    def _table(self, table: Element) -> None:
        rows = [list(_unwrapped(row, _TC)) for row in _unwrapped(table, _TR)]
        for row in rows:
            if max(map(len, rows)) == 1:  # a frame around text, not a table
                for cell in row:
                    self.blocks(cell)
                continue
            cells = [_cell_text(cell) for cell in row]
            if any(cells):
                self.builder.add("table_row", " | ".join(cells))

    def _styles(self, element: Element) -> list[Any]:
        """A paragraph's style and the styles that is based on. Remembered by id: python-docx looks long."""
        key = element.style
        if key not in self._styles_by_id:
            self._styles_by_id[key] = list(_ancestry(Paragraph(element, self._document).style))
        return self._styles_by_id[key]

    def _kind(self, element: Element) -> tuple[BlockKind, int]:
        """What a paragraph is, by its own properties, those of its style and of the styles behind it."""
        styles = self._styles(element)
        for style in styles:
            name = style.name or ""
            heading = _HEADING.match(name)
            if name.lower() == "title":
                return "heading", 1
            if heading:
                return "heading", int(heading[1]) + self._has_title
        properties = [p for p in (element.pPr, *(style.element.pPr for style in styles)) if p is not None]
        for outline in (p.find(qn("w:outlineLvl")) for p in properties):
            if outline is not None and outline.get(qn("w:val"), "9") in "012345678":
                return "heading", int(outline.get(qn("w:val"))) + 1 + self._has_title
        numbering = next((p.numPr for p in properties if p.numPr is not None), None)
        if numbering is not None and (numbering.numId is None or numbering.numId.val != 0):
            return "list_item", 0
        if any(_LIST.match(style.name or "") for style in styles):
            return "list_item", 0
        return ("code" if any(_CODE.search(style.name or "") for style in styles) else "paragraph"), 0


def _ancestry(style: BaseStyle | None) -> Iterator[Any]:
    """A style and the styles it is based on, at most ten deep: damaged files have loops."""
    for _ in range(10):
        if style is None:
            return
        yield style
        style = getattr(style, "base_style", None)


def _unwrapped(parent: Element, *tags: str) -> Iterator[Element]:
    """Children of the given tags (by default paragraphs and tables), also inside content controls."""
    for child in parent.iterchildren():
        if child.tag in (tags or (_P, _TBL)):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _unwrapped(child, *tags)


def _is_within(element: Element, top: Element, *tags: str) -> bool:
    """Whether something of the given tags stands between an element and one above it."""
    for ancestor in element.iterancestors():
        if ancestor is top:
            return False
        if ancestor.tag in tags:
            return True
    return False


def _cell_text(cell: Element) -> str:
    paragraphs = (_text(p) for p in cell.iter(_P) if not _is_within(p, cell, _FALLBACK))
    return " ".join(" ".join(paragraphs).split())


def _text(paragraph: Element) -> str:
    """What can be read in a paragraph, less deleted text, alternatives and text boxes anchored in it."""
    parts: list[str] = []

    def collect(element: Element) -> None:
        for child in element.iterchildren():
            if child.tag in (qn("w:t"), _MATH):
                parts.append(child.text or "")
            elif child.tag in _BREAKS:
                parts.append(_BREAKS[child.tag])
            elif child.tag not in _LEFT_OUT:
                collect(child)

    collect(paragraph)
    return "".join(parts)
