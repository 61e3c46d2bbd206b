"""The XML of Word documents as text: paragraphs, cells of tables, what stands inside wrappers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn
from docx.styles.style import BaseStyle

from assistant.corpus.ooxml_math import MATH, linear
from assistant.corpus.tables import Cell

Element = Any  # lxml elements have no types

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_P, _TBL, _TR, _TC = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_BOX = qn("w:txbxContent")
_FORMULA = f"{MATH}oMath"
_LEFT_OUT = {FALLBACK, _BOX, qn("w:moveFrom"), qn("w:del"), qn("w:pPr"), qn("w:rPr")}
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
_WIDEST = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a Word table.

    Attributes:
        cells: one for each column of the grid.
        elements: the row's own cells.
        is_heading: whether Word repeats the row on top of each page, or all of it is in bold.
    """

    cells: list[Cell]
    elements: list[Element]
    is_heading: bool


def text_of(paragraph: Element) -> str:
    """What can be read in a paragraph, less deleted text, alternatives and text boxes anchored in it."""
    parts: list[str] = []

    def collect(element: Element) -> None:
        for child in element.iterchildren():
            if child.tag == qn("w:t"):
                parts.append(child.text or "")
            elif child.tag in _BREAKS:
                parts.append(_BREAKS[child.tag])
            elif child.tag == _FORMULA:
                spaced = parts and child.getprevious() is not None and child.getprevious().tag == _FORMULA
                parts.append(f"{chr(10) if spaced else ''}{linear(child)}")
            elif child.tag not in _LEFT_OUT:
                collect(child)

    collect(paragraph)
    return "".join(parts)


def table_grid(table: Element) -> list[Row]:
    """The rows of a table with merged cells said again in each row and column they span."""
    rows: list[Row] = []
    above: list[Cell] = []
    for element in unwrapped(table, _TR):
        cells: list[Cell] = []
        elements = list(unwrapped(element, _TC))
        for cell in elements:
            text, properties = cell_text(cell), cell.tcPr
            merged = properties is not None and properties.vMerge is not None and properties.vMerge.val == "continue"
            if merged and not text and len(cells) < len(above):
                text = above[len(cells)].text
            span = min(cell.grid_span, _WIDEST)
            cells += [Cell(text, spanned=place > 0) for place in range(span)]
        properties = element.trPr
        heading = (properties is not None and properties.find(qn("w:tblHeader")) is not None) or _is_bold(element)
        rows.append(Row(cells, elements, heading))
        above = cells
    return rows


def _is_bold(row: Element) -> bool:
    """Whether every run of text in a row is in bold by its own properties."""
    runs = [run for run in row.iter(qn("w:r")) if any(text.text and text.text.strip() for text in run.iter(qn("w:t")))]
    marks = [None if run.rPr is None else run.rPr.find(qn("w:b")) for run in runs]
    return bool(marks) and all(b is not None and b.get(qn("w:val"), "1") not in ("0", "false", "off") for b in marks)


def ancestry(style: BaseStyle | None) -> Iterator[Any]:
    """A style and the styles it is based on, at most ten deep: damaged files have loops."""
    for _ in range(10):
        if style is None:
            return
        yield style
        style = getattr(style, "base_style", None)


def unwrapped(parent: Element, *tags: str) -> Iterator[Element]:
    """Children of the given tags (by default paragraphs and tables), also inside content controls."""
    for child in parent.iterchildren():
        if child.tag in (tags or (_P, _TBL)):
            yield child
        elif child.tag in _WRAPPERS:
            yield from unwrapped(child, *tags)


def is_within(element: Element, top: Element, *tags: str) -> bool:
    """Whether something of the given tags stands between an element and one above it."""
    for ancestor in element.iterancestors():
        if ancestor is top:
            return False
        if ancestor.tag in tags:
            return True
    return False


def cell_text(cell: Element) -> str:
    """The text of a cell in one line, tables and boxes in it included."""
    paragraphs = (text_of(p) for p in cell.iter(_P) if not is_within(p, cell, FALLBACK))
    return " ".join(" ".join(paragraphs).split())
