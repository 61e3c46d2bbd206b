"""Running heads, feet and page numbers, told by repetition over the pages. Pure.

Three things tell a margin: the same words at the same height of several pages; the same words with a number that counts
the pages, at any height, as in pages printed from the web; and a number at the end of a line that counts most of the
pages at one height, whatever section title stands beside it. Only what lies outermost can be a margin: whatever is
nearer to the middle than a line that is none stays in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile
from typing import TypeAlias

from assistant.corpus.pdf_lines import Line, PageText

Rows: TypeAlias = list[list[Line]]
_Key: TypeAlias = tuple[str, str, int, int]
"""Which sign it is, the words, the first page's number, the height in steps; what does not count is empty or 0."""

_NUMBER = re.compile(r"\d+")
_NUMERAL = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_OUTER_NUMBER = re.compile(r"^\d{1,4}\b|\b\d{1,4}$")
_ZONE = 0.14
_MOST_ROWS = 4
_STEP = 6.0
_SAME_ROW = 3.0
_LONGEST = 120


def margins_of(pages: Sequence[PageText]) -> list[tuple[Rows, Rows]]:
    """For each page the rows of lines in its upper and its lower margin, from top to bottom."""
    edges = [(_edge(page, upper=True), _edge(page, upper=False)) for page in pages]
    seen = Counter[_Key]()
    for index, page in enumerate(pages):
        seen.update({key for edge in edges[index] for row in edge for key in _keys(row, page, index)})
    found = []
    for index, page in enumerate(pages):
        upper, lower = (_outermost(edge, page, index, seen, len(pages)) for edge in edges[index])
        found.append((upper, [row for row in lower[::-1] if row not in upper]))
    return found


def margins_saying(page: PageText, texts: Collection[str]) -> tuple[Rows, Rows]:
    """The margins of a page that is looked at by itself, where the texts of its margins are known."""
    upper, lower = (
        list(takewhile(lambda row: " ".join(line.text for line in row) in texts, _edge(page, upper=upper)))
        for upper in (True, False)
    )
    return upper, [row for row in lower[::-1] if row not in upper]


def _edge(page: PageText, *, upper: bool) -> Rows:
    """The outermost rows of a page, outermost first."""
    rows: Rows = []
    for line in sorted(page.lines, key=lambda line: (-line.baseline if upper else line.baseline, line.left)):
        if rows and abs(rows[-1][0].baseline - line.baseline) <= _SAME_ROW:
            rows[-1].append(line)
        elif len(rows) == _MOST_ROWS:
            break
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _outermost(edge: Rows, page: PageText, index: int, seen: Counter[_Key], pages: int) -> Rows:
    """The rows of an edge up to the first that does not repeat."""
    # Two pages are too few to tell "the same on every page" from chance, unless that is all there are.
    enough = max(min(3, pages), 2)
    margin: Rows = []
    for row in edge:
        if not any(
            seen[key] >= (max(enough, pages / 2) if key[0] == "number" else enough) for key in _keys(row, page, index)
        ):
            break
        margin.append(row)
    return margin


def _keys(row: Sequence[Line], page: PageText, index: int) -> Iterator[_Key]:
    """What may repeat of a row; heights are counted in steps, and each height in two of them."""
    text = " ".join(line.text for line in row)
    if len(text) > _LONGEST:
        return
    height, baseline = page.top - page.bottom, row[0].baseline
    words = _NUMERAL.sub("#", text).casefold()
    outer = not page.bottom + _ZONE * height < baseline < page.top - _ZONE * height
    steps = [int(baseline // _STEP) + near for near in (0, 1)] if outer else []
    yield from (("words", words, 0, step) for step in steps)
    for number in set(_NUMBER.findall(text)):
        yield "counted", words, int(number[:9]) - index, 0
    for number in set(_OUTER_NUMBER.findall(text)):
        yield from (("number", "", int(number) - index, step) for step in steps)
