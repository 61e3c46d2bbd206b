"""Spreadsheets: each sheet a page, each table on it found by the empty cells around it, read by openpyxl.

Values are those the spreadsheet program last computed; formulas are not computed here. Charts come from their parts.
"""

from __future__ import annotations

import io
import posixpath
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from assistant.corpus.building import Content, TextBuilder, UnreadableError, one_line
from assistant.corpus.ooxml_charts import add_chart
from assistant.corpus.sheet_regions import Place, Region, regions
from assistant.corpus.tables import Cell, add_table
from assistant.corpus.zipped import open_package, parse_xml, read_member, transitional

_EXPECTED = "an Excel workbook (.xlsx)"
_THREAD = "tc={"
_MOST_CELLS = 2_000_000
_MOST_MERGED = 10_000
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Sheet = Any  # openpyxl has no types


def parse(data: bytes) -> Content:
    """Read a workbook.

    Raises:
        UnreadableError: not an .xlsx package, or one that openpyxl cannot open.
    """
    with open_package(data, _EXPECTED) as package:
        data = transitional(package, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's, about pictures and styles that are not read here anyway
            workbook = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_vba=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise UnreadableError("is a damaged workbook: open it in a spreadsheet program and save it again") from error
    builder = TextBuilder("sheet")
    with open_package(data, _EXPECTED) as package:
        charts = _Charts(package)
        for sheet in workbook._sheets:  # chart sheets too, in the order of the tabs
            builder.start_page()
            builder.add("heading", sheet.title, level=1)
            if hasattr(sheet, "merged_cells"):
                _add_sheet(builder, sheet)
            for chart in charts.of(sheet.title):
                add_chart(builder, chart)
            if getattr(sheet, "sheet_state", "visible") != "visible":
                builder.warn(f"the sheet {sheet.title} is hidden, but was read")
    said = workbook.properties
    when = said.modified or said.created
    metadata = {"author": said.creator, "date": when.isoformat() if when else "", "language": said.language}
    return builder.content(said.title or "", metadata)


def _add_sheet(builder: TextBuilder, sheet: Sheet) -> None:
    """The tables of a sheet in reading order, then the comments on its cells."""
    values = {place: text for place, cell in sheet._cells.items() if (text := _shown(cell))}
    if len(values) > _MOST_CELLS:
        raise UnreadableError(f"has a sheet of {len(values):,} cells, more than {_MOST_CELLS:,}: split it")
    spanned = _spread_merged(sheet, values)
    for region in regions(values):
        rows = [[Cell(values.get(place, ""), spanned=place in spanned) for place in row] for row in region.rows()]
        if sum(bool(cell.text) for row in rows for cell in row) == 1:
            builder.add("paragraph", next(cell.text for row in rows for cell in row if cell.text))
        else:
            add_table(builder, rows, 1 if _is_bold(sheet, region) else None)
    for _, cell in sorted(sheet._cells.items()):
        if cell.comment is not None:
            builder.add("paragraph", f"Comment on {cell.coordinate}{_comment(cell.comment)}")


def _spread_merged(sheet: Sheet, values: dict[Place, str]) -> set[Place]:
    """Say the value of merged cells in each of them; returns the cells that go on the one to their left."""
    spanned: set[Place] = set()
    for merged in sheet.merged_cells.ranges:
        text = values.get((merged.min_row, merged.min_col))
        if not text or merged.size["rows"] * merged.size["columns"] > _MOST_MERGED:
            continue
        for row in range(merged.min_row, merged.max_row + 1):
            for column in range(merged.min_col, merged.max_col + 1):
                values[row, column] = text
                if column > merged.min_col:
                    spanned.add((row, column))
    return spanned


def _is_bold(sheet: Sheet, region: Region) -> bool:
    """Whether the first of several rows alone is in bold: a row of names."""
    bold = [[sheet._cells[p].font.b is True for p in row if p in sheet._cells] for row in region.rows()[:2]]
    return len(bold) == 2 and region.right > region.left and bool(bold[0]) and all(bold[0]) and not all(bold[1])


def _shown(cell: Any) -> str:
    """A value as it is read: whole numbers without a fraction, dates without a midnight, percentages as such."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        percent = "%" in (cell.number_format or "")
        number = (
            format(value * 100 if percent else value, ".12g") if isinstance(value, float) or percent else str(value)
        )
        return f"{number}%" if percent else number
    return one_line(str(value))


def _comment(comment: Any) -> str:
    """Who comments and what; Excel wraps a thread of comments in an explanation for older programs."""
    author, text = one_line(comment.author or ""), one_line(comment.text or "")
    if author.startswith(_THREAD):
        return f": {text.partition(' Comment: ')[2] or text}"
    return f" by {author}: {text.removeprefix(f'{author}:').strip()}"


class _Charts:
    """The parts of a workbook's charts, by the title of their sheet: openpyxl keeps them only for ordinary sheets."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        book = self._related("xl/workbook.xml")
        tree = parse_xml(read_member(package, "xl/workbook.xml", _EXPECTED))
        self._parts = {
            one_line(sheet.get("name") or ""): book.get(sheet.get(_RELATED) or "", "")
            for sheet in tree.iter("{*}sheet")
        }

    def of(self, title: str) -> Iterator[bytes]:
        """The charts of a sheet, in the order of its drawing."""
        sheet = self._related(self._parts.get(one_line(title), ""))
        for drawing in (part for part in sheet.values() if "/drawings/" in part and part.endswith(".xml")):
            charts = self._related(drawing)
            for place in parse_xml(read_member(self._package, drawing, _EXPECTED)).iter("{*}chart"):
                part = charts.get(place.get(_RELATED) or "")
                if part in self._package.namelist():
                    yield read_member(self._package, part, _EXPECTED)

    def _related(self, part: str) -> dict[str, str]:
        folder, name = posixpath.split(part)
        path = f"{folder}/_rels/{name}.rels"
        if path not in self._package.namelist():
            return {}
        tree = parse_xml(read_member(self._package, path, _EXPECTED))
        return {
            each.get("Id") or "": posixpath.normpath(posixpath.join("/", folder, each.get("Target") or "")).lstrip("/")
            for each in tree
            if each.get("TargetMode") != "External"
        }
