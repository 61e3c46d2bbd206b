"""Tables of HTML trees, as lxml parses them or as trafilatura cleans them, as grids of cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from lxml import etree

from assistant.corpus.html_names import CELLS, INLINE, ROWS, is_hidden, name_of
from assistant.corpus.tables import Cell

_SPACE = re.compile(r"\s+")
_LAYOUT = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "head", "pre")
_LISTS = ("ul", "ol", "list")
_FRAME = {"table", "thead", "tbody", "tfoot", *ROWS}
_LONGEST_CELL = 1000
_LONGEST_LIST = 400
_WIDEST = 200
_TALLEST = 2000

_Carried: TypeAlias = dict[int, tuple[int, Cell]]
"""By column: in how many rows below a cell goes on, and the cell."""


def rows_of(table: etree._Element) -> list[etree._Element]:
    """The rows of a table, less those that are not shown."""
    return [
        row
        for row in table.iter()
        if name_of(row) in ROWS and not is_hidden(row) and not any(is_hidden(each) for each in _between(row, table))
    ]


def grid(rows: Sequence[etree._Element]) -> list[list[Cell]]:
    """Rows as cells for every column; what spans rows or columns is said in each."""
    carried: _Carried = {}
    found: list[list[Cell]] = []
    for row in rows:
        line: list[Cell] = []
        below: _Carried = {}
        for element in row:
            if name_of(element) not in CELLS or is_hidden(element):
                continue
            _carry(line, carried, below)
            text, named = _text(element), _is_name(element)
            tall = _span(element, "rowspan", _TALLEST)
            for place in range(_span(element, "colspan", _WIDEST)):
                cell = Cell(text, spanned=place > 0, name=named)
                carried.pop(len(line), None)
                if tall > 1:
                    below[len(line)] = tall - 1, cell
                line.append(cell)
        _carry(line, carried, below)
        carried = below
        found.append(line)
    return found


def is_layout(table: etree._Element) -> bool:
    """Whether a table, or a row of one, arranges a page rather than holding data."""
    if any(each is not table for each in table.iter(*_LAYOUT)) or _has_strays(table):
        return True
    for cell in table.iter():
        if name_of(cell) in CELLS:
            length = sum(map(len, cell.itertext()))
            if length > _LONGEST_CELL or (length > _LONGEST_LIST and next(cell.iter(*_LISTS), None) is not None):
                return True
    return False


def _carry(line: list[Cell], carried: _Carried, below: _Carried) -> None:
    """Put the cells that reach down from the rows above where the row has come to."""
    while len(line) in carried:
        left, cell = carried.pop(len(line))
        if left > 1:
            below[len(line)] = left - 1, cell
        line.append(cell)


def _has_strays(table: etree._Element) -> bool:
    """Whether text stands in a table but in none of its cells; parsers leave it where its author put it."""
    return any(
        (each.text or "").strip() or any((child.tail or "").strip() for child in each)
        for each in table.iter()
        if name_of(each) in _FRAME
    )


def _between(element: etree._Element, top: etree._Element) -> list[etree._Element]:
    above = []
    for ancestor in element.iterancestors():
        if ancestor is top:
            break
        above.append(ancestor)
    return above


def _is_name(cell: etree._Element) -> bool:
    return name_of(cell) == "th" or cell.get("role") in ("head", "columnheader")


def _span(cell: etree._Element, attribute: str, most: int) -> int:
    value = (cell.get(attribute) or "").strip()
    return min(max(int(value), 1), most) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _text(cell: etree._Element) -> str:
    parts: list[str] = []

    def collect(element: etree._Element) -> None:
        parts.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str) and not is_hidden(child):
                inline = name_of(child) in INLINE
                parts.append("" if inline else " ")
                collect(child)
                parts.append("" if inline else " ")
            parts.append(child.tail or "")

    collect(cell)
    return _SPACE.sub(" ", "".join(parts)).strip()
