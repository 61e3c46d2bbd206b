"""Rows of a table as blocks that can be read by themselves: ``Name: Ann | Age: 30``.

The row of names stands first, as it is written; each row after it says the name of the column before the value.
Without names a row is its cells between bars. A row on top that is one cell across the table is its title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.corpus.building import TextBuilder, one_line

_NUMBER = re.compile(r"[\s(+-]*(?:[$€£¥]\s*)?\d[\d\s.,:/%-]*\s*[$€£¥%)]?|-+")
_COLONS = (":", "?")
_LONGEST_NAME = 60
_MOST_NAME_WORDS = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of one row.

    Attributes:
        text: the words, in one line; a cell that spans several rows or columns has them in each.
        spanned: whether it is the cell to its left that goes on.
        name: whether the file marks it as the name of its column.
    """

    text: str
    spanned: bool = False
    name: bool = False


def cells(texts: Sequence[str], *, names: bool = False) -> list[Cell]:
    """A row of cells that span nothing."""
    return [Cell(one_line(text), name=names) for text in texts]


def add_table(builder: TextBuilder, rows: Sequence[Sequence[Cell]], names: int | None = None) -> None:
    """Append a table, one block for each row that is not empty.

    Args:
        builder: where to.
        rows: all of the rows, those of names included; they may differ in length.
        names: how many rows at the top, below a title, name the columns; by default as many as are marked, or else
            one where it looks like names.
    """
    rows = [row for row in rows if any(cell.text for cell in row)]
    builder.part()
    width = max(map(len, rows), default=0)
    while len(rows) > 1 and _is_title(rows[0], width):
        builder.add("paragraph", rows[0][0].text)
        rows = rows[1:]
        names = max(names - 1, 0) or None if names else names
    if names is None:
        marked = next((n for n, row in enumerate(rows) if not all(c.name or not c.text for c in row)), len(rows))
        names = marked or int(_looks_named(rows))
    names = min(names, max(len(rows) - 1, 0))
    if names == 1 and _goes_on(rows):
        names = 2
    for row in rows[:names]:
        _add(builder, [cell.text for cell in row if not cell.spanned])
    columns = _column_names(rows[:names])
    for row in rows[names:]:
        _add(builder, _said(row, columns) if names else _plain(row))


def _add(builder: TextBuilder, texts: Sequence[str]) -> None:
    builder.add("table_row", " | ".join(text for text in texts if text))


def _is_title(row: Sequence[Cell], width: int) -> bool:
    return width > 1 and bool(row[0].text) and all(cell.spanned or not cell.text for cell in row[1:])


def _goes_on(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the names of a first row with merged cells are divided further by those of a second."""
    if len(rows) < 3 or not any(cell.spanned for cell in rows[0]) or any(cell.name for cell in rows[0]):
        return False
    return not any(_NUMBER.fullmatch(cell.text) or len(cell.text) > _LONGEST_NAME for cell in rows[1])


def _plain(row: Sequence[Cell]) -> list[str]:
    """A row of a table without names of columns; a name of the row itself goes before its first value."""
    shown = [cell for cell in row if not cell.spanned]
    texts = [cell.text for cell in shown]
    named = len(shown) > 1 and (shown[0].name or texts[0].endswith(_COLONS))
    if named and not shown[1].name and all(texts[:2]):
        return [f"{texts[0]}{' ' if texts[0].endswith(_COLONS) else ': '}{texts[1]}", *texts[2:]]
    return texts


def _said(row: Sequence[Cell], columns: Sequence[str]) -> list[str]:
    said: list[str] = []
    for at, cell in enumerate(row):
        column = columns[at] if at < len(columns) else ""
        separator = " " if column.endswith(_COLONS) else ": "
        text = f"{column}{separator}{cell.text}" if column and cell.text else cell.text
        if not (cell.spanned and (not column or (said and said[-1] == text))):
            said.append(text)
    return said


def _column_names(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """The names of each column, over several rows of them, outermost first."""
    width = max((len(row) for row in rows), default=0)
    several = [[row[at].text for row in rows if at < len(row)] for at in range(width)]
    return [" ".join(dict.fromkeys(name for name in names if name)) for names in several]


def _looks_named(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first row looks like names of columns.

    It does if its cells are short, differ, and are no numbers, below it are at least two rows of as many cells, and
    some column holds nothing but numbers. With three columns or more the last may fail: there a row of short words on
    top hardly ever is data, while two columns are often names beside values.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first = [cell.text for cell in rows[0] if not cell.spanned]
    shown = first if first[0] else first[1:]
    if not all(any(map(str.isalpha, text)) for text in shown) or len(set(shown)) < len(shown):
        return False
    if any(_NUMBER.fullmatch(t) or len(t) > _LONGEST_NAME or len(t.split()) > _MOST_NAME_WORDS for t in shown):
        return False
    if len(first) > 2:
        return True
    below = [[row[at].text for row in rows[1:] if at < len(row)] for at in range(len(first))]
    filled = [[text for text in texts if text] for texts in below]
    return len(rows) > 2 and any(texts and all(map(_NUMBER.fullmatch, texts)) for texts in filled)
