"""Running heads, feet and page numbers, told by repetition: the same words at the same height of several pages. Pure.

Numbers count as the same word, so that page numbers repeat. Only what lies outermost can be a margin: whatever is
nearer to the middle than a line that is none stays in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from assistant.corpus.pdf_lines import Line, PageText

Rows: TypeAlias = list[list[Line]]
_Key: TypeAlias = tuple[str, int]

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_ZONE = 0.14
_MOST_ROWS = 4
_SAME_HEIGHT = 6.0
_SAME_ROW = 3.0


def margins_of(pages: Sequence[PageText]) -> list[tuple[Rows, Rows]]:
    """For each page the rows of lines in its upper and its lower margin, from top to bottom."""
    edges = [(_edge(page, upper=True), _edge(page, upper=False)) for page in pages]
    seen = Counter(key for page in edges for key in {key for edge in page for row in edge for key in _keys(row)})
    # Two pages are too few to tell "the same on every page" from chance, unless that is all there are.
    enough = max(min(3, len(pages)), 2)
    found = []
    for page in edges:
        upper, lower = (_outermost(edge, seen, enough) for edge in page)
        found.append((upper, lower[::-1]))
    return found


def _edge(page: PageText, *, upper: bool) -> Rows:
    """The outermost rows of a page, outermost first."""
    height = page.top - page.bottom
    low, high = (page.top - _ZONE * height, page.top) if upper else (page.bottom, page.bottom + _ZONE * height)
    rows: Rows = []
    for line in sorted(page.lines, key=lambda line: (-line.baseline if upper else line.baseline, line.left)):
        if not low <= line.baseline <= high:
            continue
        if rows and abs(rows[-1][0].baseline - line.baseline) <= _SAME_ROW:
            rows[-1].append(line)
        elif len(rows) == _MOST_ROWS:
            break
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _outermost(edge: Rows, seen: Counter[_Key], enough: int) -> Rows:
    """The rows of an edge up to the first that does not repeat."""
    margin: Rows = []
    for row in edge:
        if max(seen[key] for key in _keys(row)) < enough:
            break
        margin.append(row)
    return margin


def _keys(row: Sequence[Line]) -> Iterator[_Key]:
    """What a row says, and about where: heights are counted in steps, and each height in two of them."""
    step = row[0].baseline // _SAME_HEIGHT
    yield from ((_words(row), int(step + near)) for near in (0, 1))


def _words(row: Sequence[Line]) -> str:
    return _NUMBER.sub("#", " ".join(line.text for line in row)).casefold()
