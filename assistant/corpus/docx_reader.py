"""Word documents: paragraphs, headings, list items and table rows in document order, by python-docx.

python-docx opens the package and resolves styles; the text of a paragraph is gathered here from its XML
(``docx_text``), since ``Paragraph.text`` leaves out content controls, text boxes and formulas.
"""

from __future__ import annotations

import io
import re
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from assistant.corpus.building import Content, TextBuilder, UnreadableError, one_line
from assistant.corpus.docx_numbering import Numbering
from assistant.corpus.docx_text import FALLBACK, Element, ancestry, is_within, table_grid, text_of, unwrapped
from assistant.corpus.ooxml_charts import add_chart
from assistant.corpus.tables import add_table
from assistant.corpus.zipped import open_package, parse_xml, read_member, transitional
from assistant.datatypes import BlockKind

_HEADING = re.compile(r"heading (\d)$", re.IGNORECASE)
_LIST = re.compile(r"list (bullet|number|continue)", re.IGNORECASE)
_CODE = re.compile(r"\b(code|preformatted|listing|macro)\b", re.IGNORECASE)
_NUMBERS = re.compile(r"\w+")
_EXPECTED = "a Word document (.docx)"
_P, _TBL = qn("w:p"), qn("w:tbl")
_BOX = qn("w:txbxContent")
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_NOTES = {qn("w:footnoteReference"): (RT.FOOTNOTES, "Footnote"), qn("w:endnoteReference"): (RT.ENDNOTES, "Endnote")}
_DEEPEST = 50


def parse(data: bytes) -> Content:
    """Read a Word document.

    Raises:
        UnreadableError: not a .docx package, or one of a kind that python-docx cannot open.
    """
    with open_package(data, _EXPECTED) as package:
        read_member(package, "word/document.xml", _EXPECTED)
        data = transitional(package, data)
    try:
        document = docx.Document(io.BytesIO(data))
    except (OpcError, KeyError, ValueError) as error:
        raise UnreadableError("is a damaged Word document: open it in Word or LibreOffice and save it again") from error
    reader = _Reader(document)
    reader.blocks(document.element.body)
    reader.warn_of_what_is_left_out()
    said = document.core_properties
    date = said.modified or said.created
    metadata = {"author": said.author, "date": date.isoformat() if date else "", "language": said.language}
    return reader.builder.content(said.title or reader.title, metadata)


class _Reader:
    """Appends the parts of a document's body to a builder."""

    def __init__(self, document: Any) -> None:
        self.builder = TextBuilder()
        self.title = ""
        self._document = document
        self._styles_by_id: dict[str | None, list[Any]] = {}
        self._notes: dict[str, dict[str, Element]] = {}
        self._depth = 0
        part = next((r.target_part for r in document.part.rels.values() if r.reltype == RT.NUMBERING), None)
        self._numbering = Numbering(None if part is None else part.element)
        self._has_title = any(
            any((style.name or "").lower() == "title" for style in self._styles(element)) and text_of(element).strip()
            for element in document.element.body.iter(_P)
        )

    def blocks(self, parent: Element) -> None:
        """Append the paragraphs and tables directly below an element, in order."""
        if self._depth > _DEEPEST:
            self.builder.warn(f"text nested deeper than {_DEEPEST} frames was left out")
            return
        self._depth += 1
        for element in unwrapped(parent):
            if element.tag == _TBL:
                self._table(element)
            else:
                self._paragraph(element)
        self._depth -= 1

    def warn_of_what_is_left_out(self) -> None:
        """Comments, headers and footers are not read."""
        related = {relation.reltype for relation in self._document.part.rels.values()}
        for kind, name in ((RT.COMMENTS, "comments"), (RT.HEADER, "headers"), (RT.FOOTER, "footers")):
            if kind in related:
                self.builder.warn(f"{name} were left out")

    def _paragraph(self, element: Element) -> None:
        text = text_of(element)
        kind, level = self._kind(element)
        number = self._number(element) if text.strip() else ""
        if kind == "heading":
            text = " ".join(text.split())
            self.title = self.title or text
        if number and (kind == "heading" or len(_NUMBERS.findall(number)) > 1):  # "4.2" names a clause, "4." is a mark
            text = f"{number} {text.lstrip()}"
        self.builder.add(kind, text, level=level)
        for box in element.iter(_BOX):
            if not is_within(box, element, FALLBACK, _BOX):
                self.blocks(box)
        self._beside(element)

    def _beside(self, element: Element) -> None:
        """Charts and notes that a paragraph or table refers to, behind it."""
        for child in element.iter(_CHART, *_NOTES):
            if child.tag == _CHART:
                part = self._document.part.related_parts.get(child.get(qn("r:id")))
                if part is not None:
                    add_chart(self.builder, part.blob)
                continue
            kind, name = _NOTES[child.tag]
            note = self._notes_of(kind).get(child.get(qn("w:id"), ""))
            if note is not None:
                text = one_line(" ".join(text_of(paragraph) for paragraph in note.iter(_P)))
                self.builder.add("paragraph", f"{name}: {text}" if text else "")

    def _notes_of(self, kind: str) -> dict[str, Element]:
        if kind not in self._notes:
            part = next((r.target_part for r in self._document.part.rels.values() if r.reltype == kind), None)
            notes = () if part is None else parse_xml(part.blob)
            self._notes[kind] = {note.get(qn("w:id"), ""): note for note in notes}
        return self._notes[kind]

    def _table(self, table: Element) -> None:
        rows = table_grid(table)
        if max((len(row.cells) for row in rows), default=0) == 1:  # a frame around text, not a table
            for row in rows:
                for cell in row.elements:
                    self.blocks(cell)
            return
        marked = next((n for n, row in enumerate(rows) if not row.is_heading), len(rows))
        add_table(self.builder, [row.cells for row in rows], marked if 0 < marked < len(rows) else None)
        self._beside(table)

    def _styles(self, element: Element) -> list[Any]:
        """A paragraph's style and the styles that is based on. Remembered by id: python-docx looks long."""
        key = element.style
        if key not in self._styles_by_id:
            self._styles_by_id[key] = list(ancestry(Paragraph(element, self._document).style))
        return self._styles_by_id[key]

    def _properties(self, element: Element) -> list[Any]:
        """A paragraph's own properties, then those of its style and of the styles behind it."""
        behind = (style.element.pPr for style in self._styles(element))
        return [properties for properties in (element.pPr, *behind) if properties is not None]

    def _number(self, element: Element) -> str:
        """The number of a numbered paragraph, counted now."""
        several = [properties.numPr for properties in self._properties(element) if properties.numPr is not None]
        name = next((each.numId.val for each in several if each.numId is not None), 0)
        level = next((each.ilvl.val for each in several if each.ilvl is not None), 0)
        return self._numbering.number(str(name), level) if name else ""

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
        properties = self._properties(element)
        for outline in (p.find(qn("w:outlineLvl")) for p in properties):
            if outline is not None and outline.get(qn("w:val"), "9") in "012345678":
                return "heading", int(outline.get(qn("w:val"))) + 1 + self._has_title
        numbering = next((p.numPr for p in properties if p.numPr is not None), None)
        if numbering is not None and (numbering.numId is None or numbering.numId.val != 0):
            return "list_item", 0
        if any(_LIST.match(style.name or "") for style in styles):
            return "list_item", 0
        return ("code" if any(_CODE.search(style.name or "") for style in styles) else "paragraph"), 0
