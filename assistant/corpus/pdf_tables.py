"""Which neighbouring lines of a PDF page are the rows of a table, told by alignment alone. Pure.

Cells on one height are a row; rows whose cells stand under each other are a table. What a wide gap parts but belongs
together – a currency sign and its amount, a list's number and its item – is one cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from assistant.corpus.pdf_lines import Line
from assistant.corpus.traced import Traced, joined

_SAME_ROW = 0.3
_AMOUNT = r"(?:[$€£¥]\s*)?(?:\([\d.,]+\)|[-–—]?[\d.,]+|[–—])(?:\s*%)?"
_ONE_AMOUNT = re.compile(_AMOUNT)
_AMOUNTS = re.compile(rf"{_AMOUNT}(?:\s+{_AMOUNT})+")
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}\s+\d{3}(?![\d.,])")  # thousands set apart by a space
_LAST_SIGN = re.compile(r"\s*[$€£¥]$")
_LEANS_ON_NEXT = re.compile(r"[$€£¥(]+|[•◦▪▫‣●○■□∙⁃*–-]|\(?\d{1,2}[.)]|\(?[a-z]\)")
_LEANS_ON_LAST = re.compile(r"[%)]+")
_CELL_GAP = 1.0
_NEAR = 4.0
_LONGEST_CELL = 40
_FEWEST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """Lines on one height, as cells from left to right.

    Attributes:
        cells: the lines of each cell.
        in_table: whether it belongs to a table; what does not is one cell or several that no other row matches.
    """

    cells: tuple[tuple[Line, ...], ...]
    in_table: bool = False

    @property
    def lines(self) -> list[Line]:
        """All of its lines."""
        return [line for cell in self.cells for line in cell]


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """A page's lines in reading order as rows, those of tables marked."""
    heights: list[list[Line]] = []
    for line in lines:
        if heights and _beside(heights[-1][-1], line):
            heights[-1].append(line)
        else:
            heights.append([line])
    rows = [_row(height) for height in heights]
    marked = list(rows)
    start = 0
    while start < len(rows):
        end = _table_end(rows, start)
        if end > start:
            marked[start:end] = _labelled(rows[start:end])
        start = max(end, start + 1)
    return [row for row in marked if row.cells]


def _beside(last: Line, line: Line) -> bool:
    return abs(last.baseline - line.baseline) <= _SAME_ROW * max(last.size, line.size) and line.left >= last.right


def _row(lines: Sequence[Line]) -> Row:
    cells: list[list[Line]] = []
    for line in lines:
        if cells and (
            line.left - cells[-1][-1].right < _CELL_GAP * line.size
            or _LEANS_ON_NEXT.fullmatch(" ".join(each.text for each in cells[-1]))
            or _LEANS_ON_LAST.fullmatch(line.text)
        ):
            cells[-1].append(line)
        else:
            cells.append([line])
    return Row(tuple(map(tuple, cells)))


def _table_end(rows: Sequence[Row], start: int) -> int:
    """Where a table that begins with a row ends; ``start`` itself if none begins there."""
    if len(rows[start].cells) < 2:
        return start
    end, last = start + 1, rows[start]
    for place in range(start + 1, len(rows)):
        row = rows[place]
        gap = rows[place - 1].lines[0].baseline - row.lines[0].baseline
        if not 0 < gap <= 4 * row.lines[0].size or place > end + 2:
            break
        if len(row.cells) > 1 and _aligned(last, row):
            end, last = place + 1, row
    table = [row for row in rows[start:end] if len(row.cells) > 1]
    lengths = [sum(len(line.text) for line in cell) for row in table for cell in row.cells]
    enough = len(table) >= _FEWEST_ROWS or (len(table) == 2 and all(len(row.cells) > 2 for row in table))
    return end if enough and median(lengths) <= _LONGEST_CELL else start


def _aligned(one: Row, other: Row) -> bool:
    """Whether two cells of a row at least begin, end or have their middle where cells of another row do."""
    met = 0
    for left, right in map(_extent, other.cells):
        met += any(
            min(abs(left - first), abs(right - last), abs((left + right) - (first + last)) / 2) <= _NEAR
            or (left < last and first < right)
            for first, last in map(_extent, one.cells)
        )
    return met >= 2


def _extent(cell: Sequence[Line]) -> tuple[float, float]:
    return cell[0].left, cell[-1].right


def _labelled(rows: Sequence[Row]) -> list[Row]:
    """A table's rows; a label that goes on in the next row, as a small letter there shows, is put together."""
    done: list[Row] = []
    carried: tuple[Line, ...] = ()
    for row, after in pairwise([*rows, Row(())]):
        first, *rest = row.cells
        label = (*carried, *first)
        carried = ()
        goes_on = len(after.cells) > 1 and after.cells[0][0].text[0].islower() and not label[-1].text.endswith(":")
        if not rest and goes_on:
            carried = label
            done.append(Row(()))
        else:
            done.append(Row((label, *rest), in_table=True))
    return done


def divided(cells: Sequence[Traced]) -> list[Traced]:
    """The texts of a row's cells, amounts that stand close together apart, and each currency sign with its amount."""
    done: list[Traced] = []
    sign = Traced()
    for place, cell in enumerate(cells):
        whole = joined((sign, cell), " ") if sign.text else cell
        last = _LAST_SIGN.search(whole.text)
        sign = Traced()
        if last and last.start() and place + 1 < len(cells):
            sign, whole = whole.part(last.end() - 1), whole.part(0, last.start())
        if _AMOUNTS.fullmatch(whole.text) and not _GROUPED.search(whole.text):
            done += [whole.part(*amount.span()) for amount in _ONE_AMOUNT.finditer(whole.text)]
        else:
            done.append(whole)
    return done
