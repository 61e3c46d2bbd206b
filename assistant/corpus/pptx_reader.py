"""PowerPoint presentations: each slide a page with its title as heading, by python-pptx.

Shapes come in the order of the slide, which is the order they are read aloud in; the title comes first. Groups are
opened, tables and charts read row by row, and the speaker's notes and the comments follow their slide.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pptx
from pptx.exc import PythonPptxError
from pptx.oxml.ns import qn

from assistant.corpus.building import Content, TextBuilder, UnreadableError, one_line
from assistant.corpus.ooxml_charts import add_chart
from assistant.corpus.ooxml_math import MATH, linear
from assistant.corpus.tables import Cell, add_table
from assistant.corpus.zipped import open_package, parse_xml, read_member, transitional
from assistant.datatypes import BlockKind

_EXPECTED = "a PowerPoint presentation (.pptx)"
_DEEPEST = 20
_BODY = 2  # placeholders whose paragraphs have bullets unless they say otherwise: body (2) and object (7)
_OBJECT = 7
_FOOTERS = {13, 15, 16}  # slide number, footer, date
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"

Shape = Any  # python-pptx has no types


def parse(data: bytes) -> Content:
    """Read a presentation.

    Raises:
        UnreadableError: not a .pptx package, or one that python-pptx cannot open.
    """
    with open_package(data, _EXPECTED) as package:
        read_member(package, "ppt/presentation.xml", _EXPECTED)
        data = transitional(package, data)
    try:
        presentation = pptx.Presentation(io.BytesIO(data))
    except (PythonPptxError, KeyError, ValueError) as error:
        raise UnreadableError("is a damaged presentation: open it in PowerPoint and save it again") from error
    builder = TextBuilder("slide")
    first = ""
    authors = _authors(presentation)
    for slide in presentation.slides:
        builder.start_page()
        title = _Slide(builder, slide, authors).read()
        first = first or title
    said = presentation.core_properties
    when = said.modified or said.created
    metadata = {"author": said.author, "date": when.isoformat() if when else "", "language": said.language}
    return builder.content(_title(said.title or "") or first, metadata)


def _title(title: str) -> str:
    return "" if title.strip().lower() in ("powerpoint presentation", "presentation") else title


class _Slide:
    """Appends what stands on one slide."""

    def __init__(self, builder: TextBuilder, slide: Any, authors: dict[str, str]) -> None:
        self._builder = builder
        self._slide = slide
        self._authors = authors

    def read(self) -> str:
        """Append the slide; returns its title."""
        heading = self._slide.shapes.title
        title = (
            one_line(" ".join(_paragraph(p) for p in heading._element.iter(qn("a:p")))) if heading is not None else ""
        )
        self._builder.add("heading", title, level=1)
        for shape in _shapes(self._slide.shapes._spTree):
            if heading is None or shape is not heading._element:
                self._shape(shape)
        if self._slide.has_notes_slide:
            notes = self._slide.notes_slide.notes_text_frame
            text = one_line(notes.text) if notes is not None else ""
            self._builder.add("paragraph", f"Notes: {text}" if text else "")
        self._comments()
        return title

    def _shape(self, shape: Any) -> None:
        """One shape that is no group: a table, a chart, or text."""
        if _placeholder(shape) in _FOOTERS:
            return
        for table in shape.iter(qn("a:tbl")):
            self._table(table)
            return
        for chart in shape.iter(f"{{{_CHART}}}chart"):
            part = self._slide.part.related_part(chart.get(qn("r:id"))) if chart.get(qn("r:id")) else None
            if part is not None:
                add_chart(self._builder, part.blob)
            return
        bulleted = _placeholder(shape) in (_BODY, _OBJECT)
        self._builder.part()
        for paragraph in shape.iter(qn("a:p")):
            self._builder.add(_kind(paragraph, bulleted), _paragraph(paragraph))

    def _table(self, table: Any) -> None:
        rows: list[list[Cell]] = []
        for row in table.iter(qn("a:tr")):
            cells: list[Cell] = []
            for cell in row.iter(qn("a:tc")):
                text = one_line(" ".join(_paragraph(p) for p in cell.iter(qn("a:p"))))
                across, down = cell.get("hMerge") in ("1", "true"), cell.get("vMerge") in ("1", "true")
                if across and cells:
                    text = cells[-1].text
                elif down and rows and len(cells) < len(rows[-1]):
                    text = rows[-1][len(cells)].text
                cells.append(Cell(text, spanned=across))
            rows.append(cells)
        properties = table.find(qn("a:tblPr"))
        styled = properties is not None and properties.get("firstRow") in ("1", "true")
        add_table(self._builder, rows, 1 if styled and len(rows) > 1 and len(rows[0]) > 1 else None)

    def _comments(self) -> None:
        """Comments of both kinds that PowerPoint has had, with their authors."""
        for relation in self._slide.part.rels.values():
            if relation.is_external or not relation.reltype.endswith("/comments"):
                continue
            for comment in parse_xml(relation.target_part.blob).iter("{*}cm", "{*}reply"):
                texts = [e for e in comment.iter("{*}text", "{*}t") if e.text and _owner(e) is comment]
                author = self._authors.get(comment.get("authorId") or "", "")
                said = one_line(" ".join(e.text or "" for e in texts))
                self._builder.add("paragraph", f"Comment by {author}: {said}" if author else f"Comment: {said}")


def _authors(presentation: Any) -> dict[str, str]:
    """Names of those who commented, by their ids."""
    authors: dict[str, str] = {}
    for relation in presentation.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/commentAuthors", "/authors")):
            for each in parse_xml(relation.target_part.blob):
                authors[each.get("id") or ""] = one_line(each.get("name") or "")
    return authors


def _owner(element: Any) -> Any:
    """The comment or reply that an element stands in."""
    return next((a for a in element.iterancestors() if str(a.tag).rpartition("}")[2] in ("cm", "reply")), None)


def _shapes(tree: Any, depth: int = 0) -> Iterator[Any]:
    """Shapes in order, those of groups one by one, alternatives by their first choice."""
    for shape in tree:
        tag = shape.tag.rpartition("}")[2] if isinstance(shape.tag, str) else ""
        if tag in ("grpSp", "AlternateContent", "Choice") and depth < _DEEPEST:
            yield from _shapes(shape, depth + 1)
        elif tag in ("sp", "graphicFrame", "cxnSp") or (tag == "pic" and shape.find(f".//{qn('a:p')}") is not None):
            yield shape


def _placeholder(shape: Any) -> int:
    """The number of the kind of placeholder a shape is; 0 for none."""
    found = shape.find(f".//{qn('p:nvPr')}/{qn('p:ph')}")
    return 0 if found is None else int(getattr(found, "type", _OBJECT))


def _kind(paragraph: Any, bulleted: bool) -> BlockKind:
    properties = paragraph.find(qn("a:pPr"))
    if properties is not None:
        if properties.find(qn("a:buNone")) is not None:
            return "paragraph"
        if any(properties.find(qn(name)) is not None for name in ("a:buChar", "a:buAutoNum", "a:buBlip")):
            return "list_item"
    return "list_item" if bulleted else "paragraph"


def _paragraph(paragraph: Any) -> str:
    """The text of a paragraph; a line break stays one."""
    parts: list[str] = []

    def collect(element: Any) -> None:
        for child in element:
            if child.tag == qn("a:t"):
                parts.append(child.text or "")
            elif child.tag == qn("a:br"):
                parts.append("\n")
            elif child.tag == f"{MATH}oMath":
                parts.append(linear(child))
            elif isinstance(child.tag, str) and not child.tag.endswith("}Fallback"):
                collect(child)

    collect(paragraph)
    return "".join(parts).replace("\x0b", "\n")
