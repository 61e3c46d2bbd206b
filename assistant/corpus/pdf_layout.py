"""Lines of a PDF page to paragraphs, list items and table rows; words broken at line ends are made whole. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Literal

from assistant.corpus.pdf_lines import Line
from assistant.corpus.pdf_tables import Row, divided, rows_of
from assistant.corpus.traced import Traced, joined

CELL_BAR = " | "
"""What stands between the cells of a table's row."""

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MARK = re.compile(r"(?:[•◦▪▫‣●○■□∙⁃\ue000-\uf8ff]\s*|(?:[*·–-]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+)(?=\S)")
SENTENCE_END = re.compile(r"[.!?:。！？：][\"'”’»)\]]*$")
_OPEN_END = re.compile(r"\w[-–]$")  # a hyphen or dash without a space before it has none after it either
_LAST_LETTERS = re.compile(r"[^\W\d_]+$")
_FIRST_LETTERS = re.compile(r"[^\W\d_]+")
_SAME_ROW = 0.3
_RAISED = 0.6
_OTHER_SIZE = 0.12
_LARGER_GAP = 1.3
_INDENT = 0.8
_SHORT_LINE = 0.85


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, list item, table row, or line of a page's margin.

    Attributes:
        kind: what it is.
        traced: all of it, on one line, with its list mark.
        mark: length of the list mark, with the space after it; 0 for what is no list item.
        size: font size of its longest line, in points.
        bold: whether all of it is set in bold type.
        lines: how many lines it took.
    """

    kind: Literal["paragraph", "list_item", "table_row", "margin"]
    traced: Traced
    mark: int
    size: float
    bold: bool
    lines: int

    @property
    def text(self) -> str:
        """All of it, with its list mark."""
        return self.traced.text


class Words:
    """The words of a document, asked when a word was broken at a line's end: did its hyphen belong to it?"""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._known = set[str]()
        after_break = False
        for line in lines:
            words = _WORD.findall(line.text)
            # Halves of broken words are no words.
            self._known.update(word.lower() for word in words[after_break : len(words) - line.broken])
            after_break = line.broken

    @classmethod
    def of_text(cls, text: str) -> Words:
        """The words of a text that is put together already."""
        words = cls(())
        words._known.update(word.lower() for word in _WORD.findall(text))
        return words

    def join(self, before: Traced, after: Traced, hyphen: int) -> Traced:
        """Put a broken word's halves together, as the document writes the word elsewhere, if it does.

        A word found nowhere else keeps its hyphen if both halves are words of the document or it is no plain
        word.
        """
        kept = before + Traced("-", (hyphen,)) + after
        head = _LAST_LETTERS.search(before.text)
        tail = _FIRST_LETTERS.match(after.text)
        if not head or not tail:
            return kept
        left, right = head[0].lower(), tail[0].lower()
        if left + right in self._known:
            return before + after
        if f"{left}-{right}" in self._known or tail[0][0].isupper() or {left, right} <= self._known:
            return kept
        return before + after


def pieces_of(lines: Sequence[Line], words: Words) -> list[Piece]:
    """Group a page's lines, in reading order, into paragraphs, list items and table rows."""
    gaps, edges = _usual_gaps(lines), _right_edges(lines)
    pieces: list[Piece] = []
    for in_table, rows in groupby(rows_of(lines), key=lambda row: row.in_table):
        if in_table:
            pieces += [_table_row(row, words) for row in rows]
            continue
        groups: list[list[Line]] = []
        for line in (_whole(row.lines) for row in rows):
            if groups and _continues(groups[-1], line, gaps, edges):
                groups[-1].append(line)
            else:
                groups.append([line])
        pieces += [_piece(group, words) for group in groups]
    return pieces


def _whole(row: Sequence[Line]) -> Line:
    """The lines on one height as one: what a wide gap parted, as a list's number from its item."""
    if len(row) == 1:
        return row[0]
    traced, last = joined((line.traced for line in row), " "), row[-1]
    return replace(
        _main(row),
        traced=traced,
        left=row[0].left,
        right=last.right,
        bold=all(line.bold for line in row),
        hyphen=last.hyphen,
    )


def margin_piece(row: Sequence[Line]) -> Piece:
    """The lines of a running head or foot that stand on one height."""
    text = joined((line.traced for line in row), " ")
    return Piece("margin", text, 0, row[0].size, all(line.bold for line in row), 1)


def _continues(group: Sequence[Line], line: Line, gaps: dict[int, float], edges: dict[int, float]) -> bool:
    """Whether a line goes on with what the lines before it are."""
    last, main = group[-1], _main(group)
    down = last.baseline - line.baseline
    beside = last.right - 0.5 * main.size <= line.left <= last.right + 2 * main.size
    if abs(down) <= _SAME_ROW * main.size and line.left >= last.left:
        return True
    if last.broken or (beside and abs(down) <= _RAISED * main.size and min(line.size, last.size) < main.size):
        return True  # the second is an index or exponent, or what follows one
    if abs(line.size - main.size) > _OTHER_SIZE * max(main.size, line.size) or _MARK.match(line.text):
        return False
    ended = bool(SENTENCE_END.search(last.text))
    short = last.right < _SHORT_LINE * edges.get(_column(last), last.right)
    if line.bold != last.bold and (ended or short):  # a heading begins or ends; bold words amid a text do not
        return False
    if down < 0:  # the next column, or something set apart
        return not ended and line.text[0].islower()
    if down > _LARGER_GAP * max(gaps.get(round(line.size), 0.0), last.size):
        return False
    if _MARK.match(group[0].text) and line.left <= group[0].left + 1:
        hanging = any(other.left > group[0].left + 1 for other in group)
        return not (hanging or (ended and short))
    indented = len(group) > 1 and line.left > last.left + _INDENT * last.size
    return not (ended and (short or indented))


def _usual_gaps(lines: Sequence[Line]) -> dict[int, float]:
    """The commonest distance from one line down to the next, for lines of each size; none where there is none."""
    gaps: dict[int, list[float]] = {}
    for above, below in pairwise(lines):
        down = above.baseline - below.baseline
        if abs(above.size - below.size) < 0.5 and _SAME_ROW < down / (above.size or 1) < 2.5:
            gaps.setdefault(round(below.size), []).append(down)
    return {size: sorted(each)[len(each) // 3] for size, each in gaps.items()}


def _right_edges(lines: Sequence[Line]) -> dict[int, float]:
    """How far lines reach that begin at about the same place."""
    edges: dict[int, float] = {}
    for line in lines:
        column = _column(line)
        edges[column] = max(edges.get(column, 0.0), line.right)
    return edges


def _column(line: Line) -> int:
    return round(line.left / 24)


def _piece(group: Sequence[Line], words: Words) -> Piece:
    traced = _text(group, words)
    mark = _MARK.match(traced.text)
    bold = all(line.bold for line in group)
    kind: Literal["list_item", "paragraph"] = "list_item" if mark else "paragraph"
    return Piece(kind, traced, mark.end() if mark else 0, _main(group).size, bold, len(group))


def _table_row(row: Row, words: Words) -> Piece:
    traced = joined(divided([_text(cell, words) for cell in row.cells]), CELL_BAR)
    return Piece("table_row", traced, 0, _main(row.lines).size, all(line.bold for line in row.lines), 1)


def _text(lines: Sequence[Line], words: Words) -> Traced:
    """Lines as one text: a space between them, but broken words whole."""
    traced = lines[0].traced
    for last, line in pairwise(lines):
        if last.broken:
            traced = words.join(traced, line.traced, last.hyphen)
        else:
            tight = _OPEN_END.search(traced.text) and line.text[0].isalnum()
            traced = joined((traced, line.traced), "" if tight else " ")
    return traced + Traced("-", (lines[-1].hyphen,)) if lines[-1].broken else traced


def _main(group: Sequence[Line]) -> Line:
    return max(group, key=lambda line: len(line.text))
